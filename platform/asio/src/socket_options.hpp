// Options of sockets that systems know under different names: posix/ and windows/ each set them.
#pragma once

#include "boost_asio.hpp"

namespace cotmoc::asio {

/// Little waits in the system: it cannot be taken back when the session has to end, and acknowledgements
/// would wait behind it; on a slow line megabytes would. Best effort.
void limit_unsent(tcp::socket& socket);

/// A server that begins again gets its address at once, and no second one gets it meanwhile. Before bind.
void claim_address(tcp::acceptor& acceptor);

}  // namespace cotmoc::asio
