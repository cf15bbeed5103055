// KDF of docs/spec/encoding.md and small octet helpers, private to this module.
#pragma once

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/secret.hpp>

#include <array>

namespace cotmoc::crypto {

/// Octets on the stack that are wiped when they go out of scope; for keys that live for one call.
template <std::size_t N>
class Wiped;

void wipe(std::span<std::uint8_t> bytes);

template <std::size_t N>
class Wiped {
public:
    Wiped() = default;
    ~Wiped() { wipe(octets_); }
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;

    std::span<std::uint8_t, N> span() { return octets_; }
    std::span<const std::uint8_t, N> view() const { return octets_; }

private:
    std::array<std::uint8_t, N> octets_{};
};

/// The two halves of a 64-octet derivation: a key and the commitment to it.
struct CommittingKey {
    Wiped<64> octets;

    BytesView key() const { return octets.view().first<32>(); }
    Hash256 commitment() const { return *Hash256::from(octets.view().last<32>()); }
    /// Constant time.
    bool commits_to(const Hash256& expected) const;
};

/// KDF(key, label, size of out, parts...): BLAKE2b of that size, keyed, over P(label, parts...). The key has
/// 32 octets.
void derive(std::span<std::uint8_t> out, BytesView key, std::string_view label,
            std::initializer_list<BytesView> parts);

std::array<std::uint8_t, 4> little_endian_32(std::uint32_t value);
std::array<std::uint8_t, 8> little_endian_64(std::uint64_t value);

}  // namespace cotmoc::crypto
