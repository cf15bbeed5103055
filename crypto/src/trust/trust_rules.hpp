// Whether an entry may stand at the next position, given what the feed says so far. All checks come before
// any change, so a refused entry leaves no trace.
#pragma once

#include <cotmoc/crypto/trust_state.hpp>

namespace cotmoc::crypto::trust {

/// Position 1. bad_trust_entry, bad_signature, unsupported_version.
Result<void> check_root(const ParsedTrustEntry& parsed);
/// Any later body, its place and signer being right. bad_trust_entry, unsupported_version.
Result<void> check_body(const TrustState& state, const TrustBody& body);

}  // namespace cotmoc::crypto::trust
