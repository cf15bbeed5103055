// Whether an entry may stand at the next position, given what the feed says so far. All checks come before
// any change, so a refused entry leaves no trace.
#pragma once

#include <cotmoc/crypto/trust_state.hpp>

namespace cotmoc::crypto::trust {

/// Position 1. bad_trust_entry, bad_signature.
Result<void> check_first_root(const ParsedTrustEntry& parsed);
/// The signers of a later root meet the threshold of the former one and of its own, and are all of these
/// two.
/// bad_signature, not_root_key.
Result<void> check_root_signers(const RootEntry& former, const RootEntry& root,
                                const std::vector<SigningPublicKey>& signers);
/// not_root_key if a stranger has signed.
Result<void> check_signers_concerned(const RootEntry& former, const RootEntry& root,
                                     const std::vector<SigningPublicKey>& signers);
MissingSignatures::Side missing_signatures(const RootEntry& root,
                                           const std::vector<SigningPublicKey>& signers);
/// Any later body, its place and signer being right. bad_trust_entry, unsupported_version, out_of_scope.
Result<void> check_body(const TrustState& state, const ParsedTrustEntry& parsed);

}  // namespace cotmoc::crypto::trust
