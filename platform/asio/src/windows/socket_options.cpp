#include "../socket_options.hpp"

namespace cotmoc::asio {

void limit_unsent(tcp::socket& socket) {
    // Windows has no limit for what was not sent yet, only one for all that it keeps.
    constexpr int kept_max = 64 * 1024;
    ErrorCodeOfSystem ignored;
    socket.set_option(net::socket_base::send_buffer_size(kept_max), ignored);
}

void claim_address(tcp::acceptor& acceptor) {
    // SO_REUSEADDR of Windows would let any program take the address over while this one has it.
    using Exclusive = net::detail::socket_option::boolean<SOL_SOCKET, SO_EXCLUSIVEADDRUSE>;
    ErrorCodeOfSystem ignored;
    acceptor.set_option(Exclusive(true), ignored);
}

}  // namespace cotmoc::asio
