// Who keeps a device's key file: a folder here, the platform's key store in an app.
// One thread at a time.
#pragma once

#include <cotmoc/crypto/key_file.hpp>

namespace cotmoc::crypto {

class KeyStore {
public:
    virtual ~KeyStore() = default;
    /// no_replica if nothing was ever saved.
    virtual Result<Bytes> load() = 0;
    /// Durable when it returns; the former content stays readable until then.
    virtual Result<void> save(BytesView key_file) = 0;

    /// 32 octets that never leave this device: a key file sealed with them opens nowhere else, whoever knows
    /// the passphrase. Empty if the store has none; no_key_custody if it has one that cannot be reached.
    virtual Result<Secret> hardware_secret() { return Secret(); }
    /// Before a PIN is tried: the try is counted durably when it returns. tries_used_up after the last one;
    /// then the hardware secret is gone, and the key file with it.
    virtual Result<void> begin_try() { return {}; }
    /// The key file was opened: tries count from none again.
    virtual Result<void> opened() { return {}; }

    /// The key file that was saved last has been opened: the one before it is of no use any more.
    virtual Result<void> forget_previous() { return {}; }

    /// The office's way to the data key (crypto/recovery.hpp), beside the key file. A store that does not
    /// keep it is never asked to.
    virtual bool keeps_recovery() const { return false; }
    virtual Result<Bytes> load_recovery() { return fail(ErrorCode::no_recovery); }
    /// Empty removes it.
    virtual Result<void> save_recovery(BytesView) { return {}; }
};

/// Loads and opens the key file, with the store's hardware secret and its count of tries where the file asks
/// for them. The errors of both.
Result<KeyFileContents> unlock(KeyStore& store, const Secret& passphrase);
/// The same contents under another passphrase, or the same one, at another cost (nothing: the present one).
/// The former key file stays readable until this returns; then only `fresh` opens the store.
Result<void> change_passphrase(KeyStore& store, const Secret& current, const Secret& fresh,
                               std::optional<KdfPreset> preset, Random& random);
/// Seals and saves the key file, with the store's hardware secret if it has one.
Result<void> lock(KeyStore& store, const KeyFileContents& contents, const Secret& passphrase,
                  KdfPreset preset, Random& random);

}  // namespace cotmoc::crypto
