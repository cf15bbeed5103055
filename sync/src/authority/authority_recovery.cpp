// The office's side of the recovery of a forgotten passphrase.
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/authority.hpp>

namespace cotmoc::sync {
namespace {

/// "recovery", and those of former roots after it: a device that has not synced since wraps to them.

}  // namespace

Result<std::string> Authority::answer_recovery(const crypto::RecoveryRequest& request) {
    if (request.header.root != fingerprint()) {
        return fail(ErrorCode::wrong_root, crypto::fingerprint_text(request.header.root));
    }
    const crypto::TrustState::Device* device = replica_->trust().find(request.header.device);
    if (device == nullptr) {
        return fail(ErrorCode::unknown_device, request.header.device.hex());
    }
    if (device->revoked && !switched_off("recovery-of-revoked")) {
        return fail(ErrorCode::revoked, replica_->device_name(device->index));
    }
    Result<std::string> answer = fail(ErrorCode::no_recovery);
    for (const auto& [name, seed] : replica_->keys().extra) {
        if (!name.starts_with(recovery_seed)) {
            continue;
        }
        answer = crypto::answer_recovery(request, crypto::AgreementKey::from_seed(seed.clone()), *random_);
        if (answer) {
            break;
        }
    }
    return answer;
}

}  // namespace cotmoc::sync
