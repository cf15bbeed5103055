#include "envelope_chunks.hpp"

#include "aead.hpp"
#include "derive.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/envelope.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

constexpr std::size_t sealed_chunk_size = envelope_chunk_size + aead_tag_size;

AeadNonce chunk_nonce(std::size_t index, bool is_last) {
    AeadNonce nonce{};
    std::ranges::copy(little_endian_64(index), nonce.begin());
    nonce[8] = is_last ? 1 : 0;
    return nonce;
}

}  // namespace

std::size_t chunk_count(std::size_t plaintext_length) {
    return std::max<std::size_t>(1, (plaintext_length + envelope_chunk_size - 1) / envelope_chunk_size);
}

std::size_t ciphertext_length(std::size_t plaintext_length) {
    return plaintext_length + aead_tag_size * chunk_count(plaintext_length);
}

std::optional<std::size_t> plaintext_length(std::size_t ciphertext_length, std::size_t count) {
    // Dividing first: the product of a hostile count could wrap.
    if (count == 0 || count > ciphertext_length / aead_tag_size) {
        return std::nullopt;
    }
    const std::size_t length = ciphertext_length - aead_tag_size * count;
    return chunk_count(length) == count ? std::optional(length) : std::nullopt;
}

void seal_chunks(std::span<std::uint8_t> out, BytesView key, BytesView header, BytesView plaintext) {
    COTMOC_CHECK(out.size() == ciphertext_length(plaintext.size()));
    const std::size_t count = chunk_count(plaintext.size());
    for (std::size_t index = 0; index < count; ++index) {
        const BytesView chunk =
            plaintext.subspan(index * envelope_chunk_size,
                              std::min(envelope_chunk_size, plaintext.size() - index * envelope_chunk_size));
        aead_seal(out.subspan(index * sealed_chunk_size, chunk.size() + aead_tag_size), key,
                  chunk_nonce(index, index + 1 == count), chunk, header);
    }
}

std::optional<Bytes> open_chunks(BytesView key, BytesView header, BytesView ciphertext, std::size_t count) {
    const std::optional<std::size_t> length = plaintext_length(ciphertext.size(), count);
    if (!length) {
        return std::nullopt;
    }
    Bytes plaintext(*length);
    for (std::size_t index = 0; index < count; ++index) {
        const std::size_t begin = index * envelope_chunk_size;
        const std::size_t size = std::min(envelope_chunk_size, plaintext.size() - begin);
        const BytesView sealed = ciphertext.subspan(index * sealed_chunk_size, size + aead_tag_size);
        if (!aead_open(std::span(plaintext).subspan(begin, size), key, chunk_nonce(index, index + 1 == count),
                       sealed, header)) {
            wipe(plaintext);
            return std::nullopt;
        }
    }
    return plaintext;
}

}  // namespace cotmoc::crypto
