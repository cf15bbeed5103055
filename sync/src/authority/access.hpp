// Who may have what.
#pragma once

#include <cotmoc/crypto/trust_state.hpp>

namespace cotmoc::sync {

/// The device reads the space (of the directory: any space), and its certificate with the grace has not run
/// out. The authority always may: it keeps all keys.
bool may_have_key(const crypto::TrustState& trust, const crypto::TrustState::Device& device,
                  const SpaceId& space, std::uint64_t now_ms);

/// As a space's entry names its writers.
inline std::uint8_t role_bits(std::span<const crypto::Role> roles) {
    std::uint8_t bits = 0;
    for (const crypto::Role role : roles) {
        bits = static_cast<std::uint8_t>(bits | (1u << static_cast<unsigned>(role)));
    }
    return bits;
}

}  // namespace cotmoc::sync
