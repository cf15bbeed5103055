#include "host_key_store.hpp"

#include <cotmoc/records/texts.hpp>

#include <cotmoc/base/wipe.hpp>

namespace cotmoc::capi {
namespace {

/// Key files and recovery wraps are far smaller.
constexpr std::size_t octets_max = 1024 * 1024;
constexpr std::size_t hardware_secret_size = 32;

/// What a callback gives to its sink.
struct Taken {
    Bytes octets;
    bool given = false;
};

cotmoc_status take(void* sink, const uint8_t* octets, size_t size) noexcept {
    auto* taken = static_cast<Taken*>(sink);
    if (taken == nullptr || taken->given || (octets == nullptr && size != 0)) {
        return COTMOC_WRONG_USAGE;
    }
    if (size > octets_max) {
        return COTMOC_LIMIT_EXCEEDED;
    }
    try {
        taken->octets.assign(octets, octets + size);
    } catch (...) {
        return COTMOC_OUT_OF_MEMORY;
    }
    taken->given = true;
    return COTMOC_OK;
}

}  // namespace

Result<void> HostKeyStore::call(cotmoc_status (*callback)(void*), std::string_view name) {
    if (callback == nullptr) {
        return {};
    }
    return around_([&] { return from_host(callback((*host_)->ctx), name); });
}

Result<Bytes> HostKeyStore::load_by(Load callback, std::string_view name) {
    Taken taken;
    Result<void> done = around_([&] { return from_host(callback((*host_)->ctx, take, &taken), name); });
    if (done && !taken.given) {
        done = fail(ErrorCode::internal, std::string(name) + " of the host gave nothing");
    }
    if (!done) {
        wipe_octets(taken.octets);
        return tl::unexpected(std::move(done).error());
    }
    return std::move(taken.octets);
}

Result<void> HostKeyStore::save_by(Save callback, BytesView octets, std::string_view name) {
    return around_([&] { return from_host(callback((*host_)->ctx, octets.data(), octets.size()), name); });
}

Result<Bytes> HostKeyStore::load() { return load_by((*host_)->load, "key_store.load"); }

Result<void> HostKeyStore::save(BytesView key_file) {
    return save_by((*host_)->save, key_file, "key_store.save");
}

Result<crypto::Secret> HostKeyStore::hardware_secret() {
    if (!has_hardware()) {
        return crypto::Secret();
    }
    COTMOC_ASSIGN(Bytes octets, load_by((*host_)->hardware_secret, "key_store.hardware_secret"));
    if (octets.size() != hardware_secret_size) {
        wipe_octets(octets);
        return fail(ErrorCode::no_key_custody, "key_store.hardware_secret is not 32 octets long");
    }
    crypto::Secret secret = crypto::Secret::copy_of(octets);
    wipe_octets(octets);
    return secret;
}

Result<void> HostKeyStore::begin_try() { return call((*host_)->begin_try, "key_store.begin_try"); }

Result<void> HostKeyStore::opened() { return call((*host_)->opened, "key_store.opened"); }

Result<void> HostKeyStore::forget_previous() {
    return call((*host_)->forget_previous, "key_store.forget_previous");
}

bool HostKeyStore::keeps_recovery() const { return (*host_)->load_recovery != nullptr; }

Result<Bytes> HostKeyStore::load_recovery() {
    if (!keeps_recovery()) {
        return fail(ErrorCode::no_recovery);
    }
    return load_by((*host_)->load_recovery, "key_store.load_recovery");
}

Result<void> HostKeyStore::save_recovery(BytesView wrap) {
    const auto callback = (*host_)->save_recovery;
    return callback == nullptr ? Result<void>() : save_by(callback, wrap, "key_store.save_recovery");
}

void Log::tell(std::int32_t level, const std::string& line) const {
    if (wants(level)) {
        (*host_)->line((*host_)->ctx, level, records::one_line(line).c_str());
    }
}

}  // namespace cotmoc::capi
