#include <cotmoc/crypto/envelope.hpp>

#include "derive.hpp"
#include "envelope_chunks.hpp"
#include "envelope_header.hpp"
#include "envelope_payload.hpp"
#include "envelope_seal.hpp"
#include "labels.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

void derive_entry_key(CommittingKey& out, const EpochKey& key, BytesView header) {
    const BytesView bound = switched_off("header-binding")
                                ? header.subspan(envelope_bound_size - EnvelopeSalt::size, EnvelopeSalt::size)
                                : header.first(envelope_bound_size);
    derive(out.octets.span(), key.key.view(SecretAccess()), label::entry_key, {bound});
}

/// What each chunk's tag covers besides the chunk.
BytesView bound_to_chunks(BytesView header) { return switched_off("header-binding") ? BytesView() : header; }

Hash256 hash_entry(BytesView header, BytesView ciphertext) {
    const Hash256 ciphertext_hash = hash(label::entry_ciphertext, {ciphertext});
    return hash(label::entry, {header, ciphertext_hash.view()});
}

EnvelopeHeader make_header(const EnvelopePlace& place, const DeviceKeys& author, const EpochKey& key,
                           std::size_t plaintext_size, const EnvelopeSalt& salt) {
    EnvelopeHeader header;
    header.epoch = key.epoch;
    header.space = place.space;
    header.author = author.public_keys().id();
    header.seq = place.seq;
    header.previous = place.previous;
    header.frontier = place.frontier;
    header.chunk_count = static_cast<std::uint32_t>(chunk_count(plaintext_size));
    header.ciphertext_length = static_cast<std::uint32_t>(ciphertext_length(plaintext_size));
    header.salt = salt;
    return header;
}

}  // namespace

SealedEnvelope seal_plaintext(const EnvelopePlace& place, const DeviceKeys& author, const EpochKey& key,
                              BytesView plaintext, const EnvelopeSalt& salt) {
    EnvelopeHeader header = make_header(place, author, key, plaintext.size(), salt);
    CommittingKey entry_key;
    derive_entry_key(entry_key, key, encode_header(header));
    header.commitment = entry_key.commitment();

    const HeaderBytes header_bytes = encode_header(header);
    SealedEnvelope sealed;
    sealed.bytes.resize(envelope_header_size + header.ciphertext_length + envelope_signature_size);
    std::ranges::copy(header_bytes, sealed.bytes.begin());
    const auto ciphertext = std::span(sealed.bytes).subspan(envelope_header_size, header.ciphertext_length);
    seal_chunks(ciphertext, entry_key.key(), bound_to_chunks(header_bytes), plaintext);
    sealed.hash = hash_entry(header_bytes, ciphertext);
    const Signature signature = author.signing.sign(sealed.hash);
    std::ranges::copy(signature.octets, sealed.bytes.end() - envelope_signature_size);
    return sealed;
}

Result<SealedEnvelope> seal(const EnvelopePlace& place, const DeviceKeys& author, const EpochKey& key,
                            BytesView content, SealOptions options, Random& random) {
    if (place.seq == 0 || key.epoch == 0 || place.previous.is_zero() != (place.seq == 1)) {
        return fail(ErrorCode::bad_envelope, "sequence number, previous hash or epoch");
    }
    if (key.space != place.space) {
        return fail(ErrorCode::wrong_space, "the key is another space's");
    }
    COTMOC_ASSIGN(Bytes plaintext, encode_payload(content, options.compression_level));
    EnvelopeSalt salt;
    random.fill(salt.octets);
    SealedEnvelope sealed = seal_plaintext(place, author, key, plaintext, salt);
    wipe(plaintext);
    return sealed;
}

Result<EnvelopeHeader> parse_envelope(BytesView envelope) {
    if (envelope.size() > envelope_bytes_max) {
        return fail(ErrorCode::limit_exceeded, "an envelope of more than 1 MiB");
    }
    if (envelope.size() < envelope_header_size + envelope_signature_size) {
        return fail(ErrorCode::bad_envelope, "length");
    }
    COTMOC_ASSIGN(const EnvelopeHeader header, decode_header(header_of(envelope)));
    if (ciphertext_of(envelope).size() != header.ciphertext_length) {
        return fail(ErrorCode::bad_envelope, "length");
    }
    return header;
}

Hash256 envelope_hash(BytesView envelope) {
    COTMOC_CHECK(envelope.size() >= envelope_header_size + envelope_signature_size);
    return hash_entry(header_of(envelope), ciphertext_of(envelope));
}

Result<void> verify_envelope(BytesView envelope, const Hash256& hash, const SigningPublicKey& author) {
    if (envelope.size() < envelope_signature_size) {
        return fail(ErrorCode::bad_signature, "envelope");
    }
    const Signature signature = *Signature::from(envelope.last(envelope_signature_size));
    if (!verify(author, hash, signature) && !switched_off("envelope-signature")) {
        return fail(ErrorCode::bad_signature, "envelope");
    }
    return {};
}

Result<Bytes> open_envelope(BytesView envelope, const EpochKey& key) {
    COTMOC_ASSIGN(const EnvelopeHeader header, parse_envelope(envelope));
    if (header.space != key.space || header.epoch != key.epoch) {
        return fail(ErrorCode::wrong_commitment, "the key is of another space or epoch");
    }
    CommittingKey entry_key;
    derive_entry_key(entry_key, key, header_of(envelope));
    if (!entry_key.commits_to(header.commitment)) {
        return fail(ErrorCode::wrong_commitment, "envelope");
    }
    std::optional<Bytes> plaintext = open_chunks(entry_key.key(), bound_to_chunks(header_of(envelope)),
                                                 ciphertext_of(envelope), header.chunk_count);
    if (!plaintext) {
        return fail(ErrorCode::cannot_decrypt, "envelope");
    }
    Result<Bytes> content = decode_payload(*plaintext);
    wipe(*plaintext);
    return content;
}

}  // namespace cotmoc::crypto
