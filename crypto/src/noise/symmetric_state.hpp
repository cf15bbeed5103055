// The hash chain and keys of a Noise handshake (Noise Protocol Framework, revision 34, sections 4.3, 5.1
// and 5.2).
#pragma once

#include <cotmoc/base/result.hpp>
#include <cotmoc/crypto/secret.hpp>

#include <array>
#include <utility>

namespace cotmoc::crypto::noise {

inline constexpr std::size_t hash_size = 64;
inline constexpr std::size_t key_size = 32;
inline constexpr std::size_t hash_block_size = 128;

using NoiseHash = std::array<std::uint8_t, hash_size>;

/// HMAC (RFC 2104) over BLAKE2b with 64 octets of output; the key is at most a block long. `result` may be
/// the same memory as `key` or `data`.
void hmac(BytesView key, BytesView data, std::span<std::uint8_t, hash_size> result);

/// The two outputs of Noise's HKDF, 64 octets each.
std::pair<Secret, Secret> hkdf(const Secret& chaining_key, BytesView input);

/// ChaCha20-Poly1305 (RFC 8439) with the nonce 4 zero octets and `nonce` little-endian.
Bytes aead_encrypt(const Secret& key, std::uint64_t nonce, BytesView associated, BytesView plaintext);
Result<Bytes> aead_decrypt(const Secret& key, std::uint64_t nonce, BytesView associated,
                           BytesView ciphertext);

/// SymmetricState and CipherState of the specification in one.
class SymmetricState {
public:
    explicit SymmetricState(std::string_view protocol_name);

    void mix_hash(BytesView data);
    void mix_key(const Secret& input);
    /// Without a key yet, the text passes in clear; either way the hash takes in what goes over the wire.
    Bytes encrypt_and_hash(BytesView plaintext);
    Result<Bytes> decrypt_and_hash(BytesView message);
    /// Octets that encrypt_and_hash adds.
    std::size_t overhead() const;

    /// The key of the initiator's messages, then that of the responder's.
    std::pair<Secret, Secret> split() const;
    const NoiseHash& hash() const { return hash_; }

private:
    NoiseHash hash_{};
    Secret chaining_key_;
    Secret key_;  // empty until the first mix_key
    std::uint64_t nonce_ = 0;
};

}  // namespace cotmoc::crypto::noise
