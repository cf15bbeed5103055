// The proof that a device signed two change sets for one place of its feed (S17): headers, hashes of the
// ciphertexts and signatures, without anything secret. Anybody who knows the author's key can check it, and
// nobody without its signing key can make one. Bytes: docs/spec/envelope.md.
#pragma once

#include <cotmoc/crypto/envelope.hpp>

namespace cotmoc::crypto {

inline constexpr std::size_t fork_proof_size = 4 + 1 + 2 * (envelope_header_size + 32 + 64);

struct ForkProof {
    SpaceId space;
    DeviceId author;
    std::uint64_t seq = 0;
    Hash256 first;  // the smaller hash
    Hash256 second;
};

/// From two envelopes of one place. bad_envelope if they are no fork: another place, or the same content.
Result<Bytes> make_fork_proof(BytesView one, BytesView other);
/// What it proves against the device with these keys, if it signed both. bad_encoding, bad_signature;
/// unknown_author if it speaks of another device; bad_envelope if it is no fork.
Result<ForkProof> verify_fork_proof(BytesView proof, const DevicePublicKeys& author);

}  // namespace cotmoc::crypto
