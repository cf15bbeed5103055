// A TCP proxy that makes one good link a bad one: what link_model.hpp says, in real time.
#pragma once

#include "support/link_model.hpp"

#include <cotmoc/base/result.hpp>

#include <functional>
#include <memory>
#include <string>

namespace cotmoc::test_support {

struct BadLinkProxyOptions {
    std::string listen = "127.0.0.1:0";
    std::string target;  // HOST:PORT
    LinkModel link;
    std::uint64_t seed = 1;  // the n-th connection draws from seed + n
};

/// What a connection was, told when it is over.
struct ProxiedConnection {
    std::uint64_t number = 0;
    std::uint64_t octets_up = 0;
    std::uint64_t octets_down = 0;
    bool cut = false;
};

class BadLinkProxy {
public:
    /// Listens. wrong_usage for a bad address, cannot_listen.
    static Result<std::unique_ptr<BadLinkProxy>> open(const BadLinkProxyOptions& options,
                                                      std::function<void(const ProxiedConnection&)> on_end);
    virtual ~BadLinkProxy() = default;
    virtual std::string address() const = 0;
    /// Until SIGINT or SIGTERM.
    virtual void run() = 0;
};

}  // namespace cotmoc::test_support
