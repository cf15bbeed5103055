// serve.h
#include "replica_door.hpp"
#include "serve_handle.hpp"

#include <cotmoc/asio/neighbour_server.hpp>
#include <cotmoc/records/json_text.hpp>

namespace cotmoc::capi {

/// Has the handle for one thread.
class ServeHandle::Owned {
public:
    explicit Owned(ServeHandle& serve) : serve_(serve), own_(!serve.running_.exchange(true)) {}
    ~Owned() {
        if (own_) {
            serve_.running_ = false;
        }
    }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    Result<void> check() const {
        return own_ ? Result<void>() : fail(ErrorCode::busy, "the device is serving");
    }

private:
    ServeHandle& serve_;
    bool own_;
};

/// While it lives, a cancel stops the server; as it goes the cancel has had its run.
class ServeHandle::Stoppable {
public:
    Stoppable(ServeHandle& serve, asio::TcpServer& server) : serve_(serve) {
        const std::lock_guard lock(serve_.mutex_);
        serve_.server_ = &server;
    }
    ~Stoppable() {
        const std::lock_guard lock(serve_.mutex_);
        serve_.server_ = nullptr;
        serve_.cancelled_ = false;
    }
    Stoppable(const Stoppable&) = delete;
    Stoppable& operator=(const Stoppable&) = delete;
    bool stopped() const {
        const std::lock_guard lock(serve_.mutex_);
        return serve_.cancelled_ || serve_.ended_;
    }

private:
    ServeHandle& serve_;
};

bool ServeHandle::cancelled_before() {
    const std::lock_guard lock(mutex_);
    ended_.reset();
    return std::exchange(cancelled_, false);
}

Result<void> ServeHandle::ended() {
    const std::lock_guard lock(mutex_);
    return ended_ ? Result<void>(tl::unexpected(*ended_)) : Result<void>();
}

Result<void> ServeHandle::set_listen(const std::string& address) {
    const Owned owned(*this);
    COTMOC_TRY(owned.check());
    const auto endpoint = asio::parse_endpoint(address);
    if (!endpoint) {
        return fail(ErrorCode::wrong_usage, "an address is HOST:PORT, not " + address);
    }
    endpoint_ = endpoint;
    return {};
}

Result<void> ServeHandle::run(cotmoc_text_fn told, void* ctx) {
    const Owned owned(*this);
    COTMOC_TRY(owned.check());
    if (!endpoint_) {
        return fail(ErrorCode::wrong_usage, "no address to listen on was set");
    }
    if (cancelled_before()) {
        return {};
    }
    ReplicaDoor door(*open_);
    COTMOC_TRY(door.begin([this](const Error& why) { stop(why); }));
    asio::TcpServerOptions options = asio::neighbour_server_options();
    options.make_session = [&](const std::string& source) { return door.answer(source); };
    COTMOC_ASSIGN(const std::unique_ptr<asio::TcpServer> server,
                  asio::TcpServer::listen(endpoint_->host, endpoint_->port, options, open_->clock()));
    cotmoc_status host = COTMOC_OK;
    const auto tell = [&](const std::string& text) {
        if (host == COTMOC_OK && told != nullptr) {
            host = told(ctx, text.c_str(), text.size());
        }
        if (host != COTMOC_OK) {
            server->stop();
        }
    };
    door.on_told = tell;
    door.on_fatal = [&] { server->stop(); };
    const Stoppable stoppable(*this, *server);
    if (!stoppable.stopped()) {
        tell(records::JsonObject().text("listening", server->address()).finish());
        server->run();
    }
    if (host != COTMOC_OK) {
        return host == COTMOC_STOP ? Result<void>() : from_host(host, "told");
    }
    COTMOC_TRY(ended());
    return door.fatal() ? Result<void>(tl::unexpected(*door.fatal())) : Result<void>();
}

void ServeHandle::cancel() { stop(std::nullopt); }

void ServeHandle::stop(const std::optional<Error>& why) {
    const std::lock_guard lock(mutex_);
    cancelled_ = cancelled_ || !why;
    ended_ = why ? why : ended_;
    if (server_ != nullptr) {
        server_->stop();
    }
}

}  // namespace cotmoc::capi

using namespace cotmoc;
using namespace cotmoc::capi;

cotmoc_status cotmoc_serve_new(cotmoc_replica* replica, cotmoc_serve** serve, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(serve, "serve"));
        *serve = nullptr;
        COTMOC_TRY(check(replica, "replica"));
        auto made = std::make_unique<cotmoc_serve>();
        made->handle = std::make_shared<ServeHandle>(replica->open);
        *serve = made.release();
        return {};
    });
}

void cotmoc_serve_free(cotmoc_serve* serve) noexcept { release(serve); }

cotmoc_status cotmoc_serve_set_listen(cotmoc_serve* serve, const char* address,
                                      cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(serve, "serve"));
        COTMOC_ASSIGN(const std::string text, text_of(address, "address"));
        return serve->handle->set_listen(text);
    });
}

cotmoc_status cotmoc_serve_run(cotmoc_serve* serve, cotmoc_text_fn told, void* ctx,
                               cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(serve, "serve"));
        const std::shared_ptr<ServeHandle> handle = serve->handle;
        return handle->run(told, ctx);
    });
}

cotmoc_status cotmoc_serve_cancel(cotmoc_serve* serve, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(serve, "serve"));
        const std::shared_ptr<ServeHandle> handle = serve->handle;
        handle->cancel();
        return {};
    });
}
