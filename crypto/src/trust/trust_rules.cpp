#include "trust/trust_rules.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::crypto::trust {
namespace {

tl::unexpected<Error> bad(std::string_view what) {
    return fail(ErrorCode::bad_trust_entry, std::string(what));
}

/// The spaces whose keys a certificate entitles to, the directory among them.
bool may_hold_key(const TrustState& state, const TrustState::Device& device, const SpaceId& space) {
    if (space == state.directory()) {
        return device.role != Role::hub && (!device.revoked || switched_off("revoked-reads-nothing"));
    }
    return std::ranges::count(state.readable(device), space) != 0;
}

/// X25519 with any key says whether a point is of low order.
bool is_low_order(const AgreementPublicKey& key) {
    return !AgreementKey::from_seed(Secret::copy_of(Bytes(32, 0x40))).agree(key);
}

/// A new issuer begins in office, and every scope is made of spaces that there are.
Result<void> check_issuers(const TrustState& state, const RootEntry& root) {
    for (const RootEntry::Issuer& issuer : root.issuers) {
        const bool is_new =
            std::ranges::count(state.root().issuers, issuer.key, &RootEntry::Issuer::key) == 0;
        if (is_new && issuer.last_position != 0) {
            return bad("a new issuer with a last position");
        }
        for (const SpaceId& space : issuer.spaces) {
            if (state.find_space(space) == nullptr) {
                return bad("the scope of an issuer");
            }
        }
    }
    return {};
}

/// A later root takes the place of the one before; nobody's word is lost by it but that of a dismissed
/// issuer.
Result<void> check(const TrustState& state, const RootEntry& root) {
    if (root.version != state.root().version + 1) {
        return bad("the root's version");
    }
    for (const RootEntry::Issuer& former : state.root().issuers) {
        const auto now = std::ranges::find(root.issuers, former.key, &RootEntry::Issuer::key);
        if (now == root.issuers.end()) {
            return bad("an issuer is missing");
        }
        if (now->last_position > state.position()) {
            return bad("the last position of an issuer");
        }
        const bool dismissed = former.last_position != 0;
        if (dismissed && (now->last_position == 0 || now->last_position > former.last_position)) {
            return bad("a dismissed issuer comes back");
        }
    }
    COTMOC_TRY(check_issuers(state, root));
    const bool somebody =
        std::ranges::any_of(root.issuers, [](const auto& issuer) { return issuer.last_position == 0; });
    return somebody ? Result<void>() : bad("no issuer is in office");
}

/// A device that loses its right to a space by other writers was given a cut before (S13).
Result<void> check_writers(const TrustState& state, const SpaceId& space, std::uint8_t writer_roles) {
    for (const TrustState::Device& device : state.devices()) {
        const bool writes =
            writer_roles == 0 || ((writer_roles >> static_cast<unsigned>(device.role)) & 1) != 0;
        if (!writes && state.may_write(device, space) && !device.terms.contains(space)) {
            return bad("a writer without a cut");
        }
    }
    return {};
}

/// Spaces are only ever added: what is written into one must not lose its place.
Result<void> check(const TrustState& state, const SpacesEntry& entry) {
    if (entry.spaces.size() < state.spaces().size()) {
        return bad("a space is missing");
    }
    for (std::size_t i = 0; i < state.spaces().size(); ++i) {
        if (entry.spaces[i].id != state.spaces()[i].id) {
            return bad("the order of the spaces");
        }
        if (entry.spaces[i].writer_roles != state.spaces()[i].writer_roles) {
            COTMOC_TRY(check_writers(state, entry.spaces[i].id, entry.spaces[i].writer_roles));
        }
    }
    for (const SpacesEntry::Space& space : entry.spaces) {
        if (space.id == state.directory()) {
            return bad("the directory is not a space of records");
        }
    }
    return {};
}

Result<void> check(const TrustState& state, const EpochEntry& entry) {
    if (entry.space != state.directory() && state.find_space(entry.space) == nullptr) {
        return bad("unknown space");
    }
    const TrustState::Epoch* newest = state.newest_epoch(entry.space);
    if (entry.epoch != (newest == nullptr ? 1 : std::uint64_t{newest->epoch} + 1)) {
        return bad("epoch");
    }
    for (const EpochEntry::Wrap& wrap : entry.wraps) {
        const TrustState::Device* device = state.find(wrap.device);
        if (device == nullptr) {
            return bad("a wrap for an unknown device");
        }
        if (!may_hold_key(state, *device, entry.space)) {
            return bad("a wrap for a device that does not read the space");
        }
    }
    return {};
}

Result<void> check_new_device(const TrustState& state, const EnrolEntry& entry) {
    for (const TrustState::Device& device : state.devices()) {
        if (device.keys.signing == entry.keys.signing || device.keys.agreement == entry.keys.agreement) {
            return bad("a key that is enrolled already");
        }
        if (entry.role == Role::authority && device.role == Role::authority) {
            return bad("a second authority");
        }
    }
    if (is_low_order(entry.keys.agreement)) {
        return bad("an agreement key of low order");
    }
    return {};
}

/// Spaces and wraps, of a certificate or of later rights.
template <class Entry>
Result<void> check_access(const TrustState& state, const Entry& entry) {
    for (const SpaceId& space : entry.spaces) {
        if (state.find_space(space) == nullptr) {
            return bad("unknown space");
        }
    }
    TrustState::Device device;
    device.role = entry.role;
    device.spaces = entry.spaces;
    device.all_spaces = entry.all_spaces;
    for (const EnrolEntry::Wrap& wrap : entry.wraps) {
        const TrustState::Epoch* newest = state.newest_epoch(wrap.space);
        if (newest == nullptr || newest->epoch != wrap.epoch) {
            return bad("a wrap of another epoch than the newest");
        }
        if (!may_hold_key(state, device, wrap.space)) {
            return bad("a wrap of a space that the device does not read");
        }
    }
    return {};
}

Result<void> check(const TrustState& state, const EnrolEntry& entry) {
    COTMOC_TRY(check_new_device(state, entry));
    return check_access(state, entry);
}

Result<void> check(const TrustState& state, const RightsEntry& entry) {
    const TrustState::Device* device = state.find(entry.device);
    if (device == nullptr) {
        return bad("rights of an unknown device");
    }
    if (device->role == Role::authority || entry.role == Role::authority) {
        return bad("rights of the authority");
    }
    if ((device->role == Role::hub) != (entry.role == Role::hub)) {
        return bad("a hub stays a hub");
    }
    for (const RightsEntry::Feed& feed : entry.feeds) {
        if (state.find_space(feed.space) == nullptr) {
            return bad("terms of an unknown space");
        }
    }
    return check_access(state, entry);
}

Result<void> check(const TrustState& state, const CatalogueEntry& entry) {
    return entry.version > state.catalogue_version() ? Result<void>()
                                                     : bad("the catalogue's version does not rise");
}

/// Of an issuer with a scope: the device and what it gets lie within it. It makes no officer of the province.
class Scope {
public:
    Scope(const TrustState& state, const RootEntry::Issuer& issuer) : state_(state), issuer_(issuer) {}

    Result<void> check(const EnrolEntry& entry) const {
        return allows_device(entry.role, entry.spaces, entry.all_spaces);
    }
    Result<void> check(const RightsEntry& entry) const {
        const TrustState::Device& device = *state_.find(entry.device);
        COTMOC_TRY(allows_device(device.role, device.ever_held, device.all_spaces));
        COTMOC_TRY(allows_device(entry.role, entry.spaces, entry.all_spaces));
        // What others took, only they or the province give back.
        if (device.revoked && device.rights_signer != issuer_.key) {
            return fail(ErrorCode::out_of_scope, "revoked by another issuer");
        }
        for (const auto& [space, terms] : device.terms) {
            COTMOC_TRY(allows_terms(terms));
        }
        for (const RightsEntry::Feed& feed : entry.feeds) {
            COTMOC_TRY(allows(feed.space));
            COTMOC_TRY(allows_terms(feed.terms));
        }
        return {};
    }
    Result<void> check(const EpochEntry& entry) const {
        const bool named = std::ranges::binary_search(issuer_.spaces, entry.space);
        return named ? Result<void>() : fail(ErrorCode::out_of_scope, "epoch");
    }
    template <class Entry>
    Result<void> check(const Entry&) const {
        return fail(ErrorCode::out_of_scope, "an issuer of some spaces");
    }

private:
    /// The province-wide space comes with every data role.
    Result<void> allows(const SpaceId& space) const {
        const bool named = std::ranges::binary_search(issuer_.spaces, space);
        const bool province_wide = !state_.spaces().empty() && state_.spaces().front().id == space;
        return named || province_wide ? Result<void>() : fail(ErrorCode::out_of_scope, "space");
    }
    static Result<void> allows(Role role) {
        const bool named = role == Role::border_post || role == Role::district_officer;
        return named ? Result<void>() : fail(ErrorCode::out_of_scope, "role");
    }
    /// A term gives a role as well, if only to what was written.
    static Result<void> allows_terms(const std::vector<RightsEntry::Term>& terms) {
        for (const RightsEntry::Term& term : terms) {
            if (term.role) {
                COTMOC_TRY(allows(*term.role));
            }
        }
        return {};
    }
    Result<void> allows_device(Role role, const std::vector<SpaceId>& spaces, bool all_spaces) const {
        COTMOC_TRY(allows(role));
        if (all_spaces) {
            return fail(ErrorCode::out_of_scope, "all spaces");
        }
        for (const SpaceId& space : spaces) {
            COTMOC_TRY(allows(space));
        }
        return {};
    }

    const TrustState& state_;
    const RootEntry::Issuer& issuer_;
};

Result<void> check_scope(const TrustState& state, const ParsedTrustEntry& parsed) {
    const auto& issuers = state.root().issuers;
    const auto issuer = std::ranges::find(issuers, parsed.signer, &RootEntry::Issuer::key);
    if (issuer == issuers.end() || issuer->all_spaces || switched_off("issuer-scope")) {
        return {};
    }
    const Scope scope(state, *issuer);
    return std::visit([&scope](const auto& entry) { return scope.check(entry); }, parsed.entry.body);
}

}  // namespace

Result<void> check_first_root(const ParsedTrustEntry& parsed) {
    const RootEntry* root = std::get_if<RootEntry>(&parsed.entry.body);
    if (root == nullptr) {
        return bad("position 1 is not a root entry");
    }
    if (root->version != 1) {
        return bad("the root's version");
    }
    for (const RootEntry::Issuer& issuer : root->issuers) {
        if (!issuer.all_spaces || issuer.last_position != 0) {
            return bad("an issuer of the first root");  // its spaces have no ids yet
        }
    }
    return check_root_signers(*root, *root, parsed.signers);
}

MissingSignatures::Side missing_signatures(const RootEntry& root,
                                           const std::vector<SigningPublicKey>& signers) {
    MissingSignatures::Side missing;
    std::ranges::copy_if(root.root_keys, std::back_inserter(missing.keys), [&](const SigningPublicKey& key) {
        return !std::ranges::binary_search(signers, key);
    });
    const std::size_t signed_by = root.root_keys.size() - missing.keys.size();
    missing.count = signed_by < root.threshold ? root.threshold - signed_by : 0;
    return missing;
}

Result<void> check_root_signers(const RootEntry& former, const RootEntry& root,
                                const std::vector<SigningPublicKey>& signers) {
    const bool enough =
        missing_signatures(former, signers).count == 0 && missing_signatures(root, signers).count == 0;
    if (!enough && !switched_off("root-threshold")) {
        return fail(ErrorCode::bad_signature, "too few root keys have signed");
    }
    return check_signers_concerned(former, root, signers);
}

Result<void> check_signers_concerned(const RootEntry& former, const RootEntry& root,
                                     const std::vector<SigningPublicKey>& signers) {
    const auto is_concerned = [&](const SigningPublicKey& key) {
        return std::ranges::count(former.root_keys, key) + std::ranges::count(root.root_keys, key) != 0;
    };
    return std::ranges::all_of(signers, is_concerned) ? Result<void>() : fail(ErrorCode::not_root_key);
}

Result<void> check_body(const TrustState& state, const ParsedTrustEntry& parsed) {
    COTMOC_TRY(std::visit([&state](const auto& entry) { return check(state, entry); }, parsed.entry.body));
    return check_scope(state, parsed);
}

}  // namespace cotmoc::crypto::trust
