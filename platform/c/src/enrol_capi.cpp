// replica.h: how a device gets into a province, and its passphrase.
#include "handles.hpp"

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/key_store.hpp>
#include <cotmoc/crypto/keys.hpp>
#include <cotmoc/records/remote_enrolment.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

Result<crypto::Grant> grant_of(const char* grant, std::size_t size) {
    COTMOC_TRY(need(grant, "grant"));
    COTMOC_TRY(crypto::initialise());
    return crypto::parse_grant(std::string_view(grant, size));
}

Result<crypto::Secret> secret_of(const uint8_t* octets, std::size_t size, std::string_view name) {
    COTMOC_TRY(need(octets, name));
    return crypto::Secret::copy_of(BytesView(octets, size));
}

/// Joins; an enrolment from afar that was begun is over then.
Result<void> take_grant(OpenReplica& open, const crypto::Grant& grant, const Hash256& root) {
    const DeviceId before = open.replica().id();
    COTMOC_TRY(open.replica().join(grant, root));
    if (open.replica().id() != before) {
        open.stop_serving(new_identity());
    }
    if (const auto forgotten = records::forget_attempt(open.settings().directory); !forgotten) {
        open.log().tell(COTMOC_LOG_WARNING, describe(forgotten.error()));
    }
    return {};
}

std::string without_line_end(std::string text) {
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

}  // namespace

cotmoc_status cotmoc_replica_request(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                     cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [](OpenReplica& open) -> Result<std::string> {
        return without_line_end(open.replica().request());
    });
}

cotmoc_status cotmoc_grant_fingerprint(const char* grant, size_t size, cotmoc_text_fn view, void* ctx,
                                       cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const crypto::Grant parsed, grant_of(grant, size));
        return give(view, ctx, crypto::fingerprint_text(parsed.root_fingerprint));
    });
}

cotmoc_status cotmoc_replica_join(cotmoc_replica* replica, const char* grant, size_t size, const char* root,
                                  cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const crypto::Grant parsed, grant_of(grant, size));
        COTMOC_ASSIGN(const std::string fingerprint, optional_text(root, "root"));
        return with(replica, Access::exclusive, [&](OpenReplica& open) -> Result<void> {
            if (root == nullptr) {
                return open.replica().joined()
                           ? take_grant(open, parsed, open.replica().trust().root_fingerprint())
                           : fail(ErrorCode::root_needed, crypto::fingerprint_text(parsed.root_fingerprint));
            }
            const auto confirmed = crypto::parse_fingerprint(fingerprint);
            if (!confirmed) {
                return fail(ErrorCode::wrong_root, "root is not a fingerprint");
            }
            return take_grant(open, parsed, *confirmed);
        });
    });
}

cotmoc_status cotmoc_replica_request_remote(cotmoc_replica* replica, const char* message, size_t size,
                                            cotmoc_text_fn view, void* ctx, cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        const auto said = message != nullptr ? std::optional(std::string_view(message, size)) : std::nullopt;
        COTMOC_ASSIGN(
            const records::RemoteStep step,
            records::remote_request(open.replica(), open.settings().directory, open.random(), said));
        return records::remote_step_json(step);
    });
}

cotmoc_status cotmoc_replica_join_remote(cotmoc_replica* replica, const char* grant, size_t size,
                                         const char* code, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const crypto::Grant parsed, grant_of(grant, size));
        COTMOC_ASSIGN(const std::string digits, text_of(code, "code"));
        return with(replica, Access::exclusive, [&](OpenReplica& open) -> Result<void> {
            COTMOC_ASSIGN(const Hash256 root, records::remote_root(open.settings().directory, digits));
            return take_grant(open, parsed, root);
        });
    });
}

cotmoc_status cotmoc_replica_rejoin(cotmoc_replica* replica, const uint8_t* passphrase, size_t size,
                                    const char* name, cotmoc_text_fn view, void* ctx,
                                    cotmoc_error* error) noexcept {
    return tell(replica, Access::exclusive, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const crypto::Secret secret, secret_of(passphrase, size, "passphrase"));
        COTMOC_ASSIGN(const std::string fresh, optional_text(name, "name"));
        const OpenReplica::Inside inside(open, Mode::closed_off);
        if (!open.replica().restored()) {
            return fail(ErrorCode::not_restored, open.replica().name());
        }
        // The key file is sealed anew with it: a slip of the finger would lock its owner out.
        COTMOC_TRY(crypto::unlock(open.key_store(), secret));
        COTMOC_ASSIGN(std::string request, open.replica().rejoin(secret, open.settings().kdf, fresh));
        return without_line_end(std::move(request));
    });
}

cotmoc_status cotmoc_replica_change_passphrase(cotmoc_replica* replica, const uint8_t* current,
                                               size_t current_size, const uint8_t* fresh, size_t fresh_size,
                                               cotmoc_error* error) noexcept {
    return cotmoc_replica_change_passphrase_kdf(replica, current, current_size, fresh, fresh_size, nullptr,
                                                error);
}

cotmoc_status cotmoc_replica_change_passphrase_kdf(cotmoc_replica* replica, const uint8_t* current,
                                                   size_t current_size, const uint8_t* fresh,
                                                   size_t fresh_size, const char* preset,
                                                   cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const crypto::Secret before, secret_of(current, current_size, "current"));
        COTMOC_ASSIGN(const crypto::Secret after, secret_of(fresh, fresh_size, "fresh"));
        std::optional<crypto::KdfPreset> cost;
        if (preset != nullptr) {
            COTMOC_ASSIGN(cost, kdf_preset_of(preset));
        }
        return with(replica, Access::exclusive, [&](OpenReplica& open) -> Result<void> {
            const OpenReplica::Inside inside(open, Mode::closed_off);
            return crypto::change_passphrase(open.key_store(), before, after, cost, open.random());
        });
    });
}
