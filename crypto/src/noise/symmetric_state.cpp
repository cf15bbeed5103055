#include "noise/symmetric_state.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <sodium.h>

#include <algorithm>

namespace cotmoc::crypto::noise {
namespace {

void blake2b(std::initializer_list<BytesView> parts, std::span<std::uint8_t, hash_size> result) {
    crypto_generichash_blake2b_state state;
    crypto_generichash_blake2b_init(&state, nullptr, 0, hash_size);
    for (const BytesView part : parts) {
        crypto_generichash_blake2b_update(&state, part.data(), part.size());
    }
    crypto_generichash_blake2b_final(&state, result.data(), hash_size);
    sodium_memzero(&state, sizeof state);
}

Secret empty_secret(std::size_t size) { return Secret::copy_of(Bytes(size, 0)); }

std::span<std::uint8_t, hash_size> writable_hash(Secret& secret) {
    return secret.writable(SecretAccess{}).first<hash_size>();
}

/// Noise truncates a 64-octet output to the key length of the cipher.
Secret truncated_to_key(const Secret& secret) {
    return Secret::copy_of(secret.view(SecretAccess{}).first(key_size));
}

std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce_bytes(std::uint64_t nonce) {
    std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[4 + i] = static_cast<std::uint8_t>(nonce >> (8 * i));
    }
    return bytes;
}

}  // namespace

void hmac(BytesView key, BytesView data, std::span<std::uint8_t, hash_size> result) {
    COTMOC_CHECK(key.size() <= hash_block_size);
    std::array<std::uint8_t, hash_block_size> inner_key{};
    std::array<std::uint8_t, hash_block_size> outer_key{};
    std::copy(key.begin(), key.end(), inner_key.begin());
    outer_key = inner_key;
    for (std::size_t i = 0; i < hash_block_size; ++i) {
        inner_key[i] ^= 0x36;
        outer_key[i] ^= 0x5c;
    }
    NoiseHash inner;
    blake2b({inner_key, data}, inner);
    blake2b({outer_key, inner}, result);
    sodium_memzero(inner_key.data(), inner_key.size());
    sodium_memzero(outer_key.data(), outer_key.size());
    sodium_memzero(inner.data(), inner.size());
}

std::pair<Secret, Secret> hkdf(const Secret& chaining_key, BytesView input) {
    Secret extracted = empty_secret(hash_size);
    hmac(chaining_key.view(SecretAccess{}), input, writable_hash(extracted));

    const std::array<std::uint8_t, 1> one{1};
    Secret first = empty_secret(hash_size);
    hmac(extracted.view(SecretAccess{}), one, writable_hash(first));

    Secret first_and_two = empty_secret(hash_size + 1);
    const BytesView first_view = first.view(SecretAccess{});
    const auto second_input = first_and_two.writable(SecretAccess{});
    std::copy(first_view.begin(), first_view.end(), second_input.begin());
    second_input[hash_size] = 2;
    Secret second = empty_secret(hash_size);
    hmac(extracted.view(SecretAccess{}), second_input, writable_hash(second));
    return {std::move(first), std::move(second)};
}

Bytes aead_encrypt(const Secret& key, std::uint64_t nonce, BytesView associated, BytesView plaintext) {
    const auto public_nonce = nonce_bytes(nonce);
    Bytes ciphertext(plaintext.size() + crypto_aead_chacha20poly1305_ietf_ABYTES);
    crypto_aead_chacha20poly1305_ietf_encrypt(ciphertext.data(), nullptr, plaintext.data(), plaintext.size(),
                                              associated.data(), associated.size(), nullptr,
                                              public_nonce.data(), key.view(SecretAccess{}).data());
    return ciphertext;
}

Result<Bytes> aead_decrypt(const Secret& key, std::uint64_t nonce, BytesView associated,
                           BytesView ciphertext) {
    if (ciphertext.size() < crypto_aead_chacha20poly1305_ietf_ABYTES) {
        return fail(ErrorCode::cannot_decrypt, "shorter than a tag");
    }
    const auto public_nonce = nonce_bytes(nonce);
    Bytes plaintext(ciphertext.size() - crypto_aead_chacha20poly1305_ietf_ABYTES);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(
            plaintext.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(), associated.data(),
            associated.size(), public_nonce.data(), key.view(SecretAccess{}).data()) != 0) {
        if (switched_off("channel-tag")) {
            crypto_stream_chacha20_ietf_xor_ic(plaintext.data(), ciphertext.data(), plaintext.size(),
                                               public_nonce.data(), 1, key.view(SecretAccess{}).data());
            return plaintext;
        }
        return fail(ErrorCode::cannot_decrypt, "tag");
    }
    return plaintext;
}

SymmetricState::SymmetricState(std::string_view protocol_name) {
    COTMOC_CHECK(protocol_name.size() <= hash_size);
    std::ranges::copy(as_bytes(protocol_name), hash_.begin());
    chaining_key_ = Secret::copy_of(hash_);
}

void SymmetricState::mix_hash(BytesView data) {
    const NoiseHash before = hash_;
    blake2b({before, data}, hash_);
}

void SymmetricState::mix_key(const Secret& input) {
    auto [chaining_key, key] = hkdf(chaining_key_, input.view(SecretAccess{}));
    chaining_key_ = std::move(chaining_key);
    key_ = truncated_to_key(key);
    nonce_ = 0;
}

Bytes SymmetricState::encrypt_and_hash(BytesView plaintext) {
    Bytes message = key_.empty() ? Bytes(plaintext.begin(), plaintext.end())
                                 : aead_encrypt(key_, nonce_++, hash_, plaintext);
    mix_hash(message);
    return message;
}

Result<Bytes> SymmetricState::decrypt_and_hash(BytesView message) {
    if (key_.empty()) {
        mix_hash(message);
        return Bytes(message.begin(), message.end());
    }
    COTMOC_ASSIGN(Bytes plaintext, aead_decrypt(key_, nonce_, hash_, message));
    ++nonce_;
    mix_hash(message);
    return plaintext;
}

std::size_t SymmetricState::overhead() const {
    return key_.empty() ? 0 : crypto_aead_chacha20poly1305_ietf_ABYTES;
}

std::pair<Secret, Secret> SymmetricState::split() const {
    auto [first, second] = hkdf(chaining_key_, {});
    return {truncated_to_key(first), truncated_to_key(second)};
}

}  // namespace cotmoc::crypto::noise
