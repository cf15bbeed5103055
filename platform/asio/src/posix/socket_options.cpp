#include "../socket_options.hpp"

#include <netinet/tcp.h>

namespace cotmoc::asio {

void limit_unsent([[maybe_unused]] tcp::socket& socket) {
#ifdef TCP_NOTSENT_LOWAT
    constexpr int not_sent_max = 32 * 1024;
    using NotSent = net::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
    ErrorCodeOfSystem ignored;
    socket.set_option(NotSent(not_sent_max), ignored);
#endif
}

void claim_address(tcp::acceptor& acceptor) {
    ErrorCodeOfSystem ignored;
    acceptor.set_option(tcp::acceptor::reuse_address(true), ignored);
}

}  // namespace cotmoc::asio
