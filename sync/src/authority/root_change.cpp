#include <cotmoc/sync/root_keys.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

using crypto::RootEntry;
using crypto::SigningPublicKey;

Result<void> change_issuers(RootEntry& root, const RootChange& change) {
    for (const RootEntry::Issuer& issuer : change.add_issuers) {
        const auto known = std::ranges::find(root.issuers, issuer.key, &RootEntry::Issuer::key);
        if (known == root.issuers.end()) {
            root.issuers.push_back(issuer);
        } else if (known->last_position != 0) {
            return fail(ErrorCode::bad_trust_entry, "a dismissed issuer does not come back");
        } else {
            *known = issuer;
        }
    }
    for (const RootChange::Dismissal& dismissal : change.dismiss) {
        const auto issuer = std::ranges::find(root.issuers, dismissal.key, &RootEntry::Issuer::key);
        if (issuer == root.issuers.end()) {
            return fail(ErrorCode::unknown_device, "issuer " + dismissal.key.hex());
        }
        issuer->last_position = dismissal.last_position;
    }
    return {};
}

std::string names_of(const std::vector<SigningPublicKey>& keys) {
    std::string names;
    for (const SigningPublicKey& key : keys) {
        names += (names.empty() ? "" : ", ") + short_name(key);
    }
    return names;
}

std::string in_words(const crypto::MissingSignatures::Side& side, std::string_view root) {
    return side.count == 0 ? ""
                           : std::to_string(side.count) + " of " + names_of(side.keys) + " (" +
                                 std::string(root) + " root)";
}

}  // namespace

Result<Bytes> draft_root(const crypto::TrustState& trust, const RootChange& change, std::uint64_t issued_ms) {
    if (trust.empty()) {
        return fail(ErrorCode::not_joined);
    }
    RootEntry root = trust.root();
    ++root.version;
    COTMOC_TRY(change_issuers(root, change));
    if (!change.root_keys.empty()) {
        root.root_keys = change.root_keys;
    }
    root.threshold = change.threshold.value_or(root.threshold);
    root.recovery_key = change.recovery_key.value_or(root.recovery_key);
    root.expires_ms = change.expires_ms != 0 ? change.expires_ms : root.expires_ms;
    Bytes draft = crypto::draft_root_entry({trust.position() + 1, trust.head(), issued_ms, std::move(root)});
    COTMOC_TRY(trust.check_draft(draft));
    return draft;
}

Result<Bytes> sign_root_draft(BytesView draft, const crypto::SigningKey& key) {
    return crypto::add_root_signature(draft, key);
}

Result<void> publish_root(Replica& replica, BytesView draft) {
    COTMOC_ASSIGN(const crypto::MissingSignatures missing, replica.trust().check_draft(draft));
    if (!missing.none()) {
        const std::string former = in_words(missing.former, "present");
        const std::string next = in_words(missing.next, "new");
        return fail(ErrorCode::signatures_missing,
                    former + (former.empty() || next.empty() ? "" : "; ") + next);
    }
    const Bytes entry(draft.begin(), draft.end());
    return replica.take_trust(std::span(&entry, 1));
}

}  // namespace cotmoc::sync
