#include "aead.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

#include <sodium.h>

namespace cotmoc::crypto {

static_assert(aead_tag_size == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(sizeof(AeadNonce) == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);

void aead_seal(std::span<std::uint8_t> out, BytesView key, const AeadNonce& nonce, BytesView plaintext,
               BytesView associated) {
    COTMOC_CHECK(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
    COTMOC_CHECK(out.size() == plaintext.size() + aead_tag_size);
    if (switched_off("content-encryption")) {
        std::ranges::copy(plaintext, out.begin());
        std::ranges::fill(out.last(aead_tag_size), std::uint8_t{0});
        return;
    }
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(), plaintext.size(),
                                               associated.data(), associated.size(), nullptr, nonce.data(),
                                               key.data());
}

bool aead_open(std::span<std::uint8_t> out, BytesView key, const AeadNonce& nonce, BytesView sealed,
               BytesView associated) {
    COTMOC_CHECK(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
    COTMOC_CHECK(sealed.size() == out.size() + aead_tag_size);
    if (switched_off("content-encryption")) {
        std::ranges::copy(sealed.first(out.size()), out.begin());
        return true;
    }
    const bool verified = crypto_aead_xchacha20poly1305_ietf_decrypt(
                              out.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated.data(),
                              associated.size(), nonce.data(), key.data()) == 0;
    if (!verified) {
        std::ranges::fill(out, std::uint8_t{0});
    }
    return verified;
}

}  // namespace cotmoc::crypto
