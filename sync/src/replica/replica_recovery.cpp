// The office's way to the data key of a device whose passphrase is forgotten.
#include <cotmoc/crypto/recovery.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

Result<void> Replica::follow_recovery() {
    crypto::KeyStore& store = environment_.key_store;
    if (self_ == nullptr || !store.keeps_recovery()) {
        return {};
    }
    const auto held = store.load_recovery();
    if (!held && held.error().code != ErrorCode::no_recovery) {
        // One that cannot be read now may be good: nothing is written over it.
        return tl::unexpected(held.error());
    }
    const crypto::RecoveryHeader wanted{trust_.root_fingerprint(), id(), trust_.root().recovery_key};
    if (wanted.recipient == crypto::AgreementPublicKey{}) {
        // The province has none, or none any more.
        return held ? store.save_recovery({}) : Result<void>{};
    }
    if (held) {
        const auto header = crypto::recovery_header(*held);
        if (header && *header == wanted) {
            return {};
        }
    }
    return store.save_recovery(
        crypto::seal_recovery(wanted, keys_.database_key, keys_.cipher, environment_.random));
}

}  // namespace cotmoc::sync
