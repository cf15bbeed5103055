// The hash that core needs (digest, catalogue identity) without knowing libsodium; crypto provides it.
#pragma once

#include <cotmoc/base/ids.hpp>

#include <span>
#include <string_view>

namespace cotmoc {

class Hasher {
public:
    virtual ~Hasher() = default;
    /// H(label, parts…) of docs/spec/encoding.md: BLAKE2b-256 over the label and the length-prefixed parts.
    virtual Hash256 hash(std::string_view label, std::span<const BytesView> parts) const = 0;
};

}  // namespace cotmoc
