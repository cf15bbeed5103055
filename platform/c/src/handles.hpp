// The opaque structures behind the handles. A number at the beginning tells most wrong pointers apart.
#pragma once

#include "open_replica.hpp"

#include <cotmoc/cotmoc.h>

#include <cotmoc/crypto/secret.hpp>

#include <algorithm>
#include <deque>

struct cotmoc_options {
    static constexpr std::uint32_t kind = 0xc07c0001;
    std::uint32_t magic = kind;
    cotmoc::capi::Settings settings;
    cotmoc::crypto::Secret passphrase;
};

struct cotmoc_replica {
    static constexpr std::uint32_t kind = 0xc07c0002;
    std::uint32_t magic = kind;
    std::shared_ptr<cotmoc::capi::OpenReplica> open;
};

struct cotmoc_query {
    static constexpr std::uint32_t kind = 0xc07c0003;
    std::uint32_t magic = kind;
    std::string of_kind;
    std::string space;
    std::vector<std::pair<std::string, std::string>> conditions;  // field, JSON
    std::vector<std::string> words;
    std::uint64_t limit = 0;
    bool deleted = false;
    bool conflicts = false;
};

namespace cotmoc::capi {

/// What a cursor has read and has yet to read. A call keeps it: its view may free the handle.
struct CursorState {
    enum class Gives : std::uint8_t { records, conflicts, soft_conflicts };
    std::shared_ptr<OpenReplica> open;
    std::vector<RecordId> ids;
    std::size_t next = 0;
    bool deleted = false;  // with deleted records
    Gives gives = Gives::records;
    std::deque<std::string> waiting;  // what the record read last gives
};

/// What a bundle is made or read with. A call copies it: an observer may change it or free the handle.
struct BundleSettings {
    std::string reader;
    std::optional<std::uint64_t> volume_size;
    bool everything = false;
    std::optional<std::uint64_t> attachments_max;  // of an export with attached files, octets of one
    std::vector<std::string> files;
    std::string answer;
};

}  // namespace cotmoc::capi

struct cotmoc_cursor {
    static constexpr std::uint32_t kind = 0xc07c0004;
    std::uint32_t magic = kind;
    std::shared_ptr<cotmoc::capi::CursorState> state;
};

struct cotmoc_subscription {
    static constexpr std::uint32_t kind = 0xc07c0005;
    std::uint32_t magic = kind;
    std::shared_ptr<cotmoc::capi::OpenReplica> open;
    std::shared_ptr<cotmoc::capi::OpenReplica::Watch> watch;
};

struct cotmoc_bundle {
    static constexpr std::uint32_t kind = 0xc07c0006;
    std::uint32_t magic = kind;
    std::shared_ptr<cotmoc::capi::OpenReplica> open;
    cotmoc::capi::BundleSettings settings;
};

namespace cotmoc::capi {

/// wrong_usage for NULL and for what is no handle of this kind.
template <class Handle>
Result<void> check(const Handle* handle, std::string_view name) {
    COTMOC_TRY(need(handle, name));
    return handle->magic == Handle::kind ? Result<void>()
                                         : fail(ErrorCode::wrong_usage, std::string(name) + " is no handle");
}

/// "desktop", "phone" or "low".
inline Result<crypto::KdfPreset> kdf_preset_of(const char* preset) {
    COTMOC_ASSIGN(const std::string text, text_of(preset, "preset"));
    const auto parsed = crypto::parse_kdf_preset(text);
    return parsed ? Result<crypto::KdfPreset>(*parsed)
                  : fail(ErrorCode::wrong_usage, "preset is desktop, phone or low");
}

/// A call's own copy of options: a callback of the key store may free or change them.
struct GivenOptions {
    explicit GivenOptions(const cotmoc_options& options)
        : settings(options.settings), passphrase(options.passphrase.clone()) {}
    Settings settings;
    crypto::Secret passphrase;
};

/// For _free: NULL is fine.
template <class Handle>
void release(Handle* handle) noexcept {
    if (handle != nullptr && handle->magic == Handle::kind) {
        handle->magic = 0;
        delete handle;
    }
}

/// What ends a serve that answers callers of the former device.
inline Error new_identity() {
    return {ErrorCode::wrong_usage, "this device has a new identity: serve again"};
}

/// The error as it may be told and logged: the detail of `stale` is for people at a terminal and ends with
/// the value that the field has now.
inline Error without_value(Error error) {
    if (error.code == ErrorCode::stale) {
        error.detail.resize(std::min(error.detail.find(':'), error.detail.size()));
    }
    return error;
}

/// Runs `work` with the opened replica, under its lock; gives what it gives. The lock is given back before
/// the result goes to a view.
template <class Work>
auto with(OpenReplica& open, Access access, Work&& work) -> decltype(work(open)) {
    COTMOC_ASSIGN(const OpenReplica::Lock lock, open.enter(access));
    auto done = [&] {
        try {
            return work(open);
        } catch (...) {
            open.note_thrown();
            open.note_failed(Error{ErrorCode::internal, "a call of the batch was broken off"});
            throw;
        }
    }();
    if (done) {
        return done;
    }
    Error told = without_value(std::move(done).error());
    open.note_failed(told);
    if (open.log().wants(COTMOC_LOG_DEBUG)) {
        open.log().tell(COTMOC_LOG_DEBUG, describe(told));
    }
    return tl::unexpected(std::move(told));
}

template <class Work>
auto with(const cotmoc_replica* replica, Access access, Work&& work)
    -> decltype(work(std::declval<OpenReplica&>())) {
    COTMOC_TRY(check(replica, "replica"));
    // The handle may be freed while the call goes on.
    const std::shared_ptr<OpenReplica> open = replica->open;
    return with(*open, access, std::forward<Work>(work));
}

/// A call whose `work` makes a text for the view.
template <class Work>
cotmoc_status tell(const cotmoc_replica* replica, Access access, cotmoc_text_fn view, void* ctx,
                   cotmoc_error* error, Work&& work) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const std::string text, with(replica, access, std::forward<Work>(work)));
        return give(view, ctx, text);
    });
}

}  // namespace cotmoc::capi
