#include "boost_asio.hpp"

#include <cotmoc/asio/name_lookup.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace cotmoc::asio {
namespace {

/// How often somebody who waits looks whether it is still wanted.
constexpr std::int64_t look_ms = 100;

/// Of the thread that looks up and of who waits; it goes with the last of them.
struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Result<std::vector<std::string>>> outcome;
};

void run(const std::shared_ptr<Shared>& shared, const Resolve& resolve, const std::string& host) noexcept {
    Result<std::vector<std::string>> outcome = fail(ErrorCode::connection_failed, host);
    try {
        outcome = resolve(host);
    } catch (...) {
        // For want of memory: the look-up has failed.
    }
    const std::lock_guard lock(shared->mutex);
    shared->outcome = std::move(outcome);
    shared->changed.notify_all();
}

}  // namespace

Result<std::vector<std::string>> addresses_of(const std::string& host) {
    net::io_context context;
    tcp::resolver resolver(context);
    ErrorCodeOfSystem error;
    const auto found = resolver.resolve(host, "", error);
    if (error) {
        return fail(ErrorCode::connection_failed, host + ": " + error.message());
    }
    std::vector<std::string> addresses;
    for (const auto& entry : found) {
        addresses.push_back(entry.endpoint().address().to_string());
    }
    return addresses;
}

Result<std::vector<std::string>> look_up(const Resolve& resolve, const std::string& host,
                                         const LookUpLimits& limits) {
    ErrorCodeOfSystem not_numeric;
    (void)net::ip::make_address(host, not_numeric);
    if (!not_numeric) {
        return std::vector{host};
    }
    const auto shared = std::make_shared<Shared>();
    try {
        std::thread([shared, resolve, host] { run(shared, resolve, host); }).detach();
    } catch (const std::system_error&) {
        return fail(ErrorCode::connection_failed, host + ": no thread for the look-up");
    }
    std::unique_lock lock(shared->mutex);
    for (std::int64_t left = limits.limit_ms; !shared->outcome; left -= look_ms) {
        if (left <= 0) {
            return fail(ErrorCode::no_answer, host);
        }
        shared->changed.wait_for(lock, std::chrono::milliseconds(std::min(left, look_ms)),
                                 [&] { return shared->outcome.has_value(); });
        if (limits.stopped()) {
            return fail(ErrorCode::connection_lost, host);
        }
    }
    if (*shared->outcome && (*shared->outcome)->empty()) {
        return fail(ErrorCode::connection_failed, host + ": no address");
    }
    return std::move(*shared->outcome);
}

}  // namespace cotmoc::asio
