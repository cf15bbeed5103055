// The local key file: a device's seeds and its database key under a passphrase (docs/spec/key_file.md).
#pragma once

#include <cotmoc/crypto/keys.hpp>

namespace cotmoc::crypto {

/// Argon2id (RFC 9106) cost: desktop 256 MiB t=3, phone 64 MiB t=3, low 19 MiB t=2 (the accepted floor).
enum class KdfPreset : std::uint8_t { desktop, phone, low };
std::optional<KdfPreset> parse_kdf_preset(std::string_view name);

/// What the file protects. `extra` holds named further seeds (an authority's "root" and "issuer").
struct KeyFileContents {
    DeviceKeys device;
    Secret database_key;  // 32 octets
    std::string cipher;   // "aegis" or "chacha20"
    struct Extra {
        std::string name;
        Secret secret;
    };
    std::vector<Extra> extra;
    const Secret* find(std::string_view name) const;
    KeyFileContents clone() const;
};

/// weak_passphrase below 12 characters and five words of two letters or more. Where the key store adds a
/// secret that stays in the device, and counts the tries, a PIN of six characters is enough.
Result<void> check_passphrase(const Secret& passphrase, bool hardware);

/// The passphrase and `hardware`, the key store's secret if it has one (empty: none), protect the contents
/// together. weak_passphrase; out_of_memory if Argon2id cannot have its memory: it never falls back.
Result<Bytes> seal_key_file(const KeyFileContents& contents, const Secret& passphrase, KdfPreset preset,
                            Random& random, const Secret& hardware = {});
/// key_file_damaged for a malformed or altered file where that can be told (magic, length, a trailing
/// checksum over the file that is not secret), wrong_passphrase if the commitment differs,
/// weak_key_parameters outside [19 MiB t=2, 1 GiB t=16], no_key_custody if the file needs a hardware secret
/// and there is none.
Result<KeyFileContents> open_key_file(BytesView file, const Secret& passphrase, const Secret& hardware = {});

/// What a key file asks of its key store.
struct KeyFileNeeds {
    bool hardware = false;       // its secret
    bool limited_tries = false;  // and that it counts the tries: the passphrase is a PIN
    std::optional<KdfPreset> preset;  // nothing: another cost within the bounds
};
Result<KeyFileNeeds> key_file_needs(BytesView file);

}  // namespace cotmoc::crypto
