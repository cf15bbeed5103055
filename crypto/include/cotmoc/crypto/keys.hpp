// A device's two key pairs and the keys of an authority: Ed25519 (RFC 8032) to sign, X25519 (RFC 7748) to
// agree.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>
#include <cotmoc/crypto/secret.hpp>

namespace cotmoc::crypto {

using SigningPublicKey = FixedBytes<32, struct SigningPublicKeyTag>;
using AgreementPublicKey = FixedBytes<32, struct AgreementPublicKeyTag>;
using Signature = FixedBytes<64, struct SignatureTag>;

/// Holds seed and public key together: nobody can pass another public key (the double-public-key oracle).
class SigningKey {
public:
    static SigningKey from_seed(Secret seed);  // 32 octets
    const SigningPublicKey& public_key() const { return public_key_; }
    Signature sign(const Hash256& message) const;
    const Secret& seed() const { return seed_; }
    SigningKey clone() const { return from_seed(seed_.clone()); }

private:
    Secret seed_;
    SigningPublicKey public_key_;
};

bool verify(const SigningPublicKey& key, const Hash256& message, const Signature& signature);

class AgreementKey {
public:
    static AgreementKey from_seed(Secret seed);  // 32 octets: the scalar before clamping
    const AgreementPublicKey& public_key() const { return public_key_; }
    /// X25519; nothing if the result is all zero (a point of low order).
    std::optional<Secret> agree(const AgreementPublicKey& other) const;
    const Secret& seed() const { return seed_; }
    AgreementKey clone() const { return from_seed(seed_.clone()); }

private:
    Secret seed_;
    AgreementPublicKey public_key_;
};

struct DevicePublicKeys {
    SigningPublicKey signing;
    AgreementPublicKey agreement;
    /// H("device-id", ed25519, x25519).
    DeviceId id() const;
    friend bool operator==(const DevicePublicKeys&, const DevicePublicKeys&) = default;
};

struct DeviceKeys {
    SigningKey signing;
    AgreementKey agreement;
    static DeviceKeys generate(Random& random);
    DevicePublicKeys public_keys() const { return {signing.public_key(), agreement.public_key()}; }
    DeviceKeys clone() const { return {signing.clone(), agreement.clone()}; }
};

/// Randomness of the operating system.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace cotmoc::crypto
