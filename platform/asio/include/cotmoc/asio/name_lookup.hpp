// The addresses of a host's name, for somebody who may stop waiting for them. The system's own look-up cannot
// be ended, so it runs in a thread that is left to itself when nobody waits any more: it holds nothing of who
// asked.
#pragma once

#include <cotmoc/base/result.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cotmoc::asio {

/// Numeric addresses, such as "192.0.2.7" and "2001:db8::7". Called in a thread of its own, which may outlive
/// the look_up() that began it. connection_failed.
using Resolve = std::function<Result<std::vector<std::string>>(const std::string& host)>;

/// By the system; waits as long as the system does.
Result<std::vector<std::string>> addresses_of(const std::string& host);

struct LookUpLimits {
    std::int64_t limit_ms = 0;
    /// Asked several times a second, on the thread that waits.
    std::function<bool()> stopped;
};

/// What `resolve` gives, at least one address; a numeric address is its own, without a thread. no_answer
/// after the limit, connection_lost if `stopped` says so meanwhile, connection_failed, and what `resolve`
/// returns.
Result<std::vector<std::string>> look_up(const Resolve& resolve, const std::string& host,
                                         const LookUpLimits& limits);

}  // namespace cotmoc::asio
