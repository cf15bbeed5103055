#include <cotmoc/crypto/key_store.hpp>

namespace cotmoc::crypto {

Result<KeyFileContents> unlock(KeyStore& store, const Secret& passphrase) {
    COTMOC_ASSIGN(const Bytes file, store.load());
    COTMOC_ASSIGN(const KeyFileNeeds needs, key_file_needs(file));
    Secret hardware;
    if (needs.hardware) {
        // First: a keyring that is locked today is no try of a passphrase.
        COTMOC_ASSIGN(hardware, store.hardware_secret());
    }
    if (needs.limited_tries) {
        COTMOC_TRY(store.begin_try());
    }
    COTMOC_ASSIGN(KeyFileContents contents, open_key_file(file, passphrase, hardware));
    COTMOC_TRY(store.opened());
    return contents;
}

Result<void> change_passphrase(KeyStore& store, const Secret& current, const Secret& fresh,
                               std::optional<KdfPreset> preset, Random& random) {
    COTMOC_ASSIGN(const KeyFileContents contents, unlock(store, current));
    if (!preset) {
        COTMOC_ASSIGN(const Bytes file, store.load());
        COTMOC_ASSIGN(const KeyFileNeeds needs, key_file_needs(file));
        preset = needs.preset;
    }
    COTMOC_TRY(lock(store, contents, fresh, preset.value_or(KdfPreset::desktop), random));
    COTMOC_TRY(unlock(store, fresh));
    return store.forget_previous();
}

Result<void> lock(KeyStore& store, const KeyFileContents& contents, const Secret& passphrase,
                  KdfPreset preset, Random& random) {
    COTMOC_ASSIGN(const Secret hardware, store.hardware_secret());
    COTMOC_ASSIGN(const Bytes file, seal_key_file(contents, passphrase, preset, random, hardware));
    return store.save(file);
}

}  // namespace cotmoc::crypto
