#include <cotmoc/crypto/keys.hpp>

#include "derive.hpp"
#include "labels.hpp"

#include <cotmoc/base/check.hpp>

#include <sodium.h>

namespace cotmoc::crypto {

SigningKey SigningKey::from_seed(Secret seed) {
    COTMOC_CHECK(seed.size() == crypto_sign_SEEDBYTES);
    SigningKey key;
    Wiped<crypto_sign_SECRETKEYBYTES> expanded;
    crypto_sign_seed_keypair(key.public_key_.octets.data(), expanded.span().data(),
                             seed.view(SecretAccess()).data());
    key.seed_ = std::move(seed);
    return key;
}

Signature SigningKey::sign(const Hash256& message) const {
    COTMOC_CHECK(!seed_.empty());
    // libsodium's secret key is seed || public key; it is put together here so that they cannot disagree.
    Wiped<crypto_sign_SECRETKEYBYTES> expanded;
    const BytesView seed = seed_.view(SecretAccess());
    std::copy(seed.begin(), seed.end(), expanded.span().begin());
    std::ranges::copy(public_key_.octets, expanded.span().begin() + crypto_sign_SEEDBYTES);
    Signature signature;
    crypto_sign_detached(signature.octets.data(), nullptr, message.octets.data(), Hash256::size,
                         expanded.span().data());
    return signature;
}

bool verify(const SigningPublicKey& key, const Hash256& message, const Signature& signature) {
    return crypto_sign_verify_detached(signature.octets.data(), message.octets.data(), Hash256::size,
                                       key.octets.data()) == 0;
}

AgreementKey AgreementKey::from_seed(Secret seed) {
    COTMOC_CHECK(seed.size() == crypto_scalarmult_SCALARBYTES);
    AgreementKey key;
    COTMOC_CHECK(crypto_scalarmult_base(key.public_key_.octets.data(), seed.view(SecretAccess()).data()) ==
                 0);
    key.seed_ = std::move(seed);
    return key;
}

std::optional<Secret> AgreementKey::agree(const AgreementPublicKey& other) const {
    COTMOC_CHECK(!seed_.empty());
    Wiped<crypto_scalarmult_BYTES> shared;
    if (crypto_scalarmult(shared.span().data(), seed_.view(SecretAccess()).data(), other.octets.data()) !=
        0) {
        return std::nullopt;
    }
    return Secret::copy_of(shared.view());
}

DeviceId DevicePublicKeys::id() const {
    const Hash256 digest = hash(label::device_id, {signing.view(), agreement.view()});
    return *DeviceId::from(digest.view());
}

DeviceKeys DeviceKeys::generate(Random& random) {
    Secret signing_seed = Secret::random(crypto_sign_SEEDBYTES, random);
    Secret agreement_seed = Secret::random(crypto_scalarmult_SCALARBYTES, random);
    return {SigningKey::from_seed(std::move(signing_seed)),
            AgreementKey::from_seed(std::move(agreement_seed))};
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

}  // namespace cotmoc::crypto
