#include <cotmoc/crypto/hash.hpp>

#include "derive.hpp"
#include "labels.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <sodium.h>

namespace cotmoc::crypto {
namespace {

/// BLAKE2b over P(label, parts...); with a key it is the KDF. It cannot fail on sizes that were checked.
class PrefixHash {
public:
    PrefixHash(BytesView key, std::size_t size, std::string_view label) {
        COTMOC_CHECK(size >= crypto_generichash_BYTES_MIN && size <= crypto_generichash_BYTES_MAX);
        COTMOC_CHECK(crypto_generichash_init(&state_, key.data(), key.size(), size) == 0);
        update(as_bytes(label::prefix));
        update(as_bytes(switched_off("label-separation") ? std::string_view() : label));
        const std::uint8_t end_of_label = 0;
        update({&end_of_label, 1});
    }
    ~PrefixHash() { sodium_memzero(&state_, sizeof state_); }
    PrefixHash(const PrefixHash&) = delete;
    PrefixHash& operator=(const PrefixHash&) = delete;

    void part(BytesView bytes) {
        update(little_endian_64(bytes.size()));
        update(bytes);
    }
    void finish(std::span<std::uint8_t> out) { crypto_generichash_final(&state_, out.data(), out.size()); }

private:
    void update(BytesView bytes) { crypto_generichash_update(&state_, bytes.data(), bytes.size()); }
    crypto_generichash_state state_;
};

Hash256 hash_parts(std::string_view label, std::span<const BytesView> parts) {
    PrefixHash state({}, Hash256::size, label);
    for (const BytesView part : parts) {
        state.part(part);
    }
    Hash256 result;
    state.finish(result.octets);
    return result;
}

}  // namespace

Hash256 hash(std::string_view label, std::initializer_list<BytesView> parts) {
    return hash_parts(label, {parts.begin(), parts.size()});
}

Hash256 Blake2bHasher::hash(std::string_view label, std::span<const BytesView> parts) const {
    return hash_parts(label, parts);
}

void derive(std::span<std::uint8_t> out, BytesView key, std::string_view label,
            std::initializer_list<BytesView> parts) {
    COTMOC_CHECK(key.size() == 32);
    PrefixHash state(key, out.size(), label);
    for (const BytesView part : parts) {
        state.part(part);
    }
    state.finish(out);
}

void wipe(std::span<std::uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

bool CommittingKey::commits_to(const Hash256& expected) const {
    return sodium_memcmp(octets.view().data() + 32, expected.octets.data(), Hash256::size) == 0 ||
           switched_off("key-commitment");
}

std::array<std::uint8_t, 4> little_endian_32(std::uint32_t value) {
    std::array<std::uint8_t, 4> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return octets;
}

std::array<std::uint8_t, 8> little_endian_64(std::uint64_t value) {
    std::array<std::uint8_t, 8> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return octets;
}

}  // namespace cotmoc::crypto
