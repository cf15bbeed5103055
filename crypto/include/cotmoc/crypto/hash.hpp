// P, H and KDF of docs/spec/encoding.md: BLAKE2b (RFC 7693) with one label per purpose.
#pragma once

#include <cotmoc/base/hash.hpp>
#include <cotmoc/base/result.hpp>

#include <initializer_list>

namespace cotmoc::crypto {

/// Must succeed once before anything else of this module: starts libsodium, refuses versions below 1.0.18 and
/// runs the known-answer tests. Thread-safe, cheap when called again.
Result<void> initialise();

/// H(label, x…) = BLAKE2b-256("cotmoc/v1 " label 00 (u64le(len x) x)…).
Hash256 hash(std::string_view label, std::initializer_list<BytesView> parts);

/// The same for core's interface.
class Blake2bHasher final : public Hasher {
public:
    Hash256 hash(std::string_view label, std::span<const BytesView> parts) const override;
};

}  // namespace cotmoc::crypto
