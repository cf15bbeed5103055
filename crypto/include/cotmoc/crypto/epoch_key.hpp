// The symmetric key that a space's readers share until the next rotation, and its wraps (security notes 2.8).
#pragma once

#include <cotmoc/crypto/keys.hpp>

namespace cotmoc::crypto {

struct EpochKey {
    SpaceId space;
    std::uint32_t epoch = 0;  // from 1
    Secret key;               // 32 octets

    static EpochKey generate(const SpaceId& space, std::uint32_t epoch, Random& random);
    EpochKey clone() const { return {space, epoch, key.clone()}; }
    /// H("epoch-check", space, u32 epoch, key): lets a member notice that it was given another key (T21).
    Hash256 check() const;
};

/// An epoch key sealed to one device: 112 octets on the wire, in this order.
struct EpochWrap {
    AgreementPublicKey ephemeral;
    Hash256 commitment;
    FixedBytes<48, struct WrapBoxTag> box;
    friend bool operator==(const EpochWrap&, const EpochWrap&) = default;
};

EpochWrap wrap(const EpochKey& key, const DeviceId& recipient, const AgreementPublicKey& recipient_key,
               Random& random);
/// wrong_commitment or cannot_decrypt if the wrap is not for these keys, wrong_commitment if the key's check
/// differs.
Result<EpochKey> unwrap(const EpochWrap& wrap, const SpaceId& space, std::uint32_t epoch,
                        const Hash256& check, const DeviceId& recipient, const AgreementKey& recipient_key);

/// Small authenticated texts under an epoch key (names, catalogues): 24-octet random nonce, then the AEAD
/// with the label's derived key; `associated` is bound. The key commits: 32 octets of commitment come first.
Bytes seal_text(const EpochKey& key, std::string_view label, BytesView associated, BytesView text,
                Random& random);
Result<Bytes> open_text(const EpochKey& key, std::string_view label, BytesView associated, BytesView sealed);

}  // namespace cotmoc::crypto
