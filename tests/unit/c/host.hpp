// A host in a test: replicas made through the C interface only, enrolled in a fleet, with a pipe that ends in
// the fleet's hub.
#pragma once

#include "support/fleet.hpp"

#include <cotmoc/cotmoc.h>

#include <cotmoc/system/clock.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace cotmoc::test_c {

inline const std::string passphrase = "mật khẩu thử nghiệm";

/// A cotmoc_text_fn whose ctx is a std::string.
inline cotmoc_status into_string(void* ctx, const char* text, size_t size) {
    static_cast<std::string*>(ctx)->assign(text, size);
    return COTMOC_OK;
}

/// The text of a call that must succeed.
template <class Call>
std::string text_from(Call&& call) {
    std::string text;
    cotmoc_error error{};
    const cotmoc_status status = call(into_string, static_cast<void*>(&text), &error);
    INFO(error.name << ": " << error.detail);
    REQUIRE(status == COTMOC_OK);
    return text;
}

struct Options {
    explicit Options(const std::string& directory) {
        REQUIRE(cotmoc_options_new(&handle, nullptr) == COTMOC_OK);
        REQUIRE(cotmoc_options_set_directory(handle, directory.c_str(), nullptr) == COTMOC_OK);
        REQUIRE(cotmoc_options_set_kdf(handle, "low", nullptr) == COTMOC_OK);
        set_passphrase(passphrase);
    }
    ~Options() { cotmoc_options_free(handle); }
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    void set_passphrase(const std::string& text) const {
        const auto* octets = reinterpret_cast<const uint8_t*>(text.data());
        REQUIRE(cotmoc_options_set_passphrase(handle, octets, text.size(), nullptr) == COTMOC_OK);
    }
    cotmoc_options* handle = nullptr;
};

/// The province: a hub and an authority of the present day, since replicas of the C interface read the clock.
class Province {
public:
    explicit Province(std::string_view catalogue = test_support::Fleet::small_catalogue)
        : fleet(7, catalogue) {
        system::SystemClock clock;
        fleet.advance(clock.wall_ms() - fleet["authority"].clock.wall);
    }
    std::string enrol(const std::string& request, crypto::Role role, const std::vector<std::string>& spaces) {
        const std::string grant = test_support::must(fleet.authority().enrol(request, role, spaces));
        publish();
        return grant;
    }
    std::string directory(const std::string& name) { return fleet.directory.file(name); }

    test_support::Fleet fleet;
    std::function<void()> publish = [this] { fleet.sync("authority"); };
};

/// A device made and joined through the C interface.
class Post {
public:
    Post(Province& province, const std::string& name, cotmoc_options* with = nullptr)
        : options(province.directory(name)) {
        cotmoc_options* used = with != nullptr ? with : options.handle;
        cotmoc_error error{};
        const cotmoc_status made = cotmoc_replica_create(used, name.c_str(), &replica, &error);
        INFO(error.name << ": " << error.detail);
        REQUIRE(made == COTMOC_OK);
        const std::string request =
            text_from([&](auto... view) { return cotmoc_replica_request(replica, view...); });
        const std::string grant = province.enrol(request, crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        const std::string root = text_from(
            [&](auto... view) { return cotmoc_grant_fingerprint(grant.data(), grant.size(), view...); });
        const cotmoc_status joined =
            cotmoc_replica_join(replica, grant.data(), grant.size(), root.c_str(), &error);
        INFO(error.name << ": " << error.detail);
        REQUIRE(joined == COTMOC_OK);
    }
    ~Post() { cotmoc_replica_free(replica); }
    Post(const Post&) = delete;
    Post& operator=(const Post&) = delete;

    std::string add(const char* kind, const char* fields) const {
        return text_from([&](auto... view) {
            return cotmoc_record_add(replica, kind, nullptr, nullptr, fields, view...);
        });
    }
    std::string get(const std::string& id) const {
        return text_from([&](auto... view) { return cotmoc_record_get(replica, id.c_str(), view...); });
    }
    cotmoc_status edit(const std::string& id, const char* edits, cotmoc_error* error = nullptr) const {
        return cotmoc_record_edit(replica, id.c_str(), edits, nullptr, nullptr, error);
    }

    Options options;
    cotmoc_replica* replica = nullptr;
};

/// A pipe of the host that ends in the fleet's hub, in this process.
class HubPipe {
public:
    explicit HubPipe(Province& province) : province_(province) {}
    cotmoc_transport transport() {
        cotmoc_transport made{};
        made.size = sizeof made;
        made.ctx = this;
        made.drop = [](void* ctx) {
            auto& in = *static_cast<HubPipe*>(ctx);
            ++in.dropped;
            if (in.on_drop) {
                in.on_drop();
            }
        };
        made.open = [](void* ctx, int32_t) { return static_cast<HubPipe*>(ctx)->open(); };
        made.send = [](void* ctx, const uint8_t* octets, size_t size, size_t* taken) {
            return static_cast<HubPipe*>(ctx)->send(BytesView(octets, size), *taken);
        };
        made.receive = [](void* ctx, uint8_t* into, size_t capacity, int32_t, size_t* got) {
            return static_cast<HubPipe*>(ctx)->receive(std::span(into, capacity), *got);
        };
        made.close = [](void* ctx) {
            auto& in = *static_cast<HubPipe*>(ctx);
            ++in.closed;
            in.session_.reset();
            if (in.on_close) {
                in.on_close();
            }
        };
        made.wake = [](void* ctx) {
            auto& in = *static_cast<HubPipe*>(ctx);
            ++in.woken;
            if (in.on_wake) {
                in.on_wake();
            }
        };
        return made;
    }

    int opened = 0;
    int closed = 0;
    int dropped = 0;
    std::atomic<int> woken = 0;
    std::size_t piece = 4096;     // octets at once
    std::uint64_t cut_after = 0;  // octets sent, after which the pipe breaks; 0: never
    cotmoc_status fail_open = COTMOC_OK;
    cotmoc_status fail_receive = COTMOC_OK;
    bool ended = false;                // receives give nothing and do not wait, as at the end of a socket
    std::function<void()> on_receive;  // somebody who does something meanwhile
    std::function<void()> on_drop;
    std::function<cotmoc_status()> on_open;  // before it opens
    std::function<void()> on_close;
    std::function<void()> on_wake;
    std::function<std::unique_ptr<sync::Session>()> answers;  // somebody else than the fleet's hub

private:
    cotmoc_status open() {
        if (fail_open != COTMOC_OK) {
            return fail_open;
        }
        if (const cotmoc_status failed = on_open ? on_open() : COTMOC_OK; failed != COTMOC_OK) {
            return failed;
        }
        ++opened;
        sent_ = 0;
        waiting_.clear();
        session_ = answers ? answers() : province_.fleet.answer();
        session_->start(0);
        return COTMOC_OK;
    }
    cotmoc_status send(BytesView octets, std::size_t& taken) {
        taken = std::min(piece, octets.size());
        sent_ += taken;
        if (cut_after != 0 && sent_ > cut_after) {
            return COTMOC_CONNECTION_LOST;
        }
        session_->on_bytes(octets.first(taken), 0);
        return COTMOC_OK;
    }
    cotmoc_status receive(std::span<std::uint8_t> into, std::size_t& got) {
        if (on_receive) {
            on_receive();
        }
        if (fail_receive != COTMOC_OK || ended) {
            got = 0;
            return fail_receive;
        }
        if (waiting_.empty()) {
            waiting_ = session_->take_output();
            session_->on_writable(0);
        }
        got = std::min({into.size(), waiting_.size(), piece});
        std::copy_n(waiting_.begin(), got, into.begin());
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(got));
        return got == 0 && session_->finished() ? COTMOC_CONNECTION_LOST : COTMOC_OK;
    }

    Province& province_;
    std::unique_ptr<sync::Session> session_;
    Bytes waiting_;
    std::uint64_t sent_ = 0;
};

/// A sync over such a pipe.
class Syncer {
public:
    Syncer(cotmoc_replica* replica, HubPipe& pipe) {
        REQUIRE(cotmoc_sync_new(replica, &handle, nullptr) == COTMOC_OK);
        const cotmoc_transport transport = pipe.transport();
        REQUIRE(cotmoc_sync_set_transport(handle, &transport, nullptr) == COTMOC_OK);
    }
    ~Syncer() { cotmoc_sync_free(handle); }
    Syncer(const Syncer&) = delete;
    Syncer& operator=(const Syncer&) = delete;
    std::string run() const {
        return text_from([&](auto... view) { return cotmoc_sync_run(handle, 0, 0, view...); });
    }
    cotmoc_sync* handle = nullptr;
};

inline bool has(const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

/// The text of a member of a JSON object without escapes.
inline std::string member(const std::string& json, const std::string& name) {
    const std::string key = "\"" + name + "\":\"";
    const std::size_t at = json.find(key);
    INFO(json);
    REQUIRE(at != std::string::npos);
    const std::size_t begin = at + key.size();
    return json.substr(begin, json.find('"', begin) - begin);
}

}  // namespace cotmoc::test_c
