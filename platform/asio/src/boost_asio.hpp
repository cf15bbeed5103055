// The parts of Boost.Asio that are used, and short names for them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace cotmoc::asio {

namespace net = boost::asio;
using net::ip::tcp;
using ErrorCodeOfSystem = boost::system::error_code;

/// "127.0.0.1:7450" or "[::1]:7450".
inline std::string address_text(const tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    const std::string port = std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

}  // namespace cotmoc::asio
