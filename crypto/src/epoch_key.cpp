#include <cotmoc/crypto/epoch_key.hpp>

#include "aead.hpp"
#include "derive.hpp"
#include "labels.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

namespace cotmoc::crypto {
namespace {

constexpr std::size_t key_size = 32;
constexpr AeadNonce zero_nonce{};

/// The key that one recipient's wrap is sealed with. `shared` is the X25519 result.
void derive_wrap_key(CommittingKey& out, const Secret& shared, const AgreementPublicKey& ephemeral,
                     const AgreementPublicKey& recipient_key, const SpaceId& space, std::uint32_t epoch,
                     const DeviceId& recipient) {
    Hash256 secret =
        hash(label::wrap_secret, {shared.view(SecretAccess()), ephemeral.view(), recipient_key.view()});
    derive(out.octets.span(), secret.view(), label::epoch_wrap,
           {space.view(), little_endian_32(epoch), recipient.view()});
    wipe(secret.octets);
}

void derive_text_key(CommittingKey& out, const EpochKey& key, std::string_view label, BytesView nonce,
                     BytesView associated) {
    derive(out.octets.span(), key.key.view(SecretAccess()), label::text_key,
           {as_bytes(label), key.space.view(), little_endian_32(key.epoch), nonce, associated});
}

}  // namespace

EpochKey EpochKey::generate(const SpaceId& space, std::uint32_t epoch, Random& random) {
    return {space, epoch, Secret::random(key_size, random)};
}

Hash256 EpochKey::check() const {
    return hash(label::epoch_check, {space.view(), little_endian_32(epoch), key.view(SecretAccess())});
}

EpochWrap wrap(const EpochKey& key, const DeviceId& recipient, const AgreementPublicKey& recipient_key,
               Random& random) {
    COTMOC_CHECK(key.key.size() == key_size);
    const AgreementKey ephemeral = AgreementKey::from_seed(Secret::random(key_size, random));
    std::optional<Secret> shared = ephemeral.agree(recipient_key);
    if (!shared) {
        // A public key of low order gives a result that everybody knows. Its owner gets a wrap that nobody
        // opens.
        shared = Secret::random(key_size, random);
    }
    EpochWrap result;
    result.ephemeral = ephemeral.public_key();
    CommittingKey wrap_key;
    derive_wrap_key(wrap_key, *shared, result.ephemeral, recipient_key, key.space, key.epoch, recipient);
    result.commitment = wrap_key.commitment();
    aead_seal(result.box.octets, wrap_key.key(), zero_nonce, key.key.view(SecretAccess()),
              result.commitment.view());
    return result;
}

Result<EpochKey> unwrap(const EpochWrap& wrap, const SpaceId& space, std::uint32_t epoch,
                        const Hash256& check, const DeviceId& recipient, const AgreementKey& recipient_key) {
    const std::optional<Secret> shared = recipient_key.agree(wrap.ephemeral);
    if (!shared) {
        return fail(ErrorCode::cannot_decrypt, "the wrap's key is of low order");
    }
    CommittingKey wrap_key;
    derive_wrap_key(wrap_key, *shared, wrap.ephemeral, recipient_key.public_key(), space, epoch, recipient);
    if (!wrap_key.commits_to(wrap.commitment)) {
        return fail(ErrorCode::wrong_commitment, "the wrap is for another device, space or epoch");
    }
    Wiped<key_size> opened;
    if (!aead_open(opened.span(), wrap_key.key(), zero_nonce, wrap.box.view(), wrap.commitment.view())) {
        return fail(ErrorCode::cannot_decrypt, "the wrap is altered");
    }
    EpochKey key{space, epoch, Secret::copy_of(opened.view())};
    if (key.check() != check && !switched_off("epoch-check")) {
        return fail(ErrorCode::wrong_commitment, "the wrapped key is not the one that the epoch entry names");
    }
    return key;
}

Bytes seal_text(const EpochKey& key, std::string_view label, BytesView associated, BytesView text,
                Random& random) {
    AeadNonce nonce;
    random.fill(nonce);
    CommittingKey text_key;
    derive_text_key(text_key, key, label, nonce, associated);
    Bytes sealed(Hash256::size + nonce.size() + text.size() + aead_tag_size);
    const Hash256 commitment = text_key.commitment();
    std::ranges::copy(commitment.octets, sealed.begin());
    std::ranges::copy(nonce, sealed.begin() + Hash256::size);
    aead_seal(std::span(sealed).subspan(Hash256::size + nonce.size()), text_key.key(), nonce, text,
              commitment.view());
    return sealed;
}

Result<Bytes> open_text(const EpochKey& key, std::string_view label, BytesView associated, BytesView sealed) {
    AeadNonce nonce;
    constexpr std::size_t head = Hash256::size + nonce.size();
    if (sealed.size() < head + aead_tag_size) {
        return fail(ErrorCode::cannot_decrypt, "the sealed text is too short");
    }
    const Hash256 commitment = *Hash256::from(sealed.first(Hash256::size));
    std::ranges::copy(sealed.subspan(Hash256::size, nonce.size()), nonce.begin());
    CommittingKey text_key;
    derive_text_key(text_key, key, label, nonce, associated);
    if (!text_key.commits_to(commitment)) {
        return fail(ErrorCode::wrong_commitment,
                    "the text was sealed under another key or for another place");
    }
    Bytes text(sealed.size() - head - aead_tag_size);
    if (!aead_open(text, text_key.key(), nonce, sealed.subspan(head), commitment.view())) {
        return fail(ErrorCode::cannot_decrypt, "the sealed text is altered");
    }
    return text;
}

}  // namespace cotmoc::crypto
