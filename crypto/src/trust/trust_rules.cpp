#include "trust/trust_rules.hpp"

namespace cotmoc::crypto::trust {
namespace {

tl::unexpected<Error> bad(std::string_view what) {
    return fail(ErrorCode::bad_trust_entry, std::string(what));
}

/// The spaces whose keys a certificate entitles to, the directory among them.
bool may_hold_key(const TrustState& state, const TrustState::Device& device, const SpaceId& space) {
    if (space == state.directory()) {
        return device.role != Role::hub;
    }
    return std::ranges::count(state.readable(device), space) != 0;
}

/// X25519 with any key says whether a point is of low order.
bool is_low_order(const AgreementPublicKey& key) {
    return !AgreementKey::from_seed(Secret::copy_of(Bytes(32, 0x40))).agree(key);
}

Result<void> check(const TrustState&, const RootEntry&) {
    return fail(ErrorCode::unsupported_version, "a second root entry");
}

/// Spaces are only ever added: what is written into one must not lose its place, and a change of writers
/// needs cuts.
Result<void> check(const TrustState& state, const SpacesEntry& entry) {
    if (entry.spaces.size() < state.spaces().size()) {
        return bad("a space is missing");
    }
    for (std::size_t i = 0; i < state.spaces().size(); ++i) {
        if (entry.spaces[i].id != state.spaces()[i].id) {
            return bad("the order of the spaces");
        }
        if (entry.spaces[i].writer_roles != state.spaces()[i].writer_roles) {
            return fail(ErrorCode::unsupported_version, "other writers of a space");
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

Result<void> check(const TrustState& state, const EnrolEntry& entry) {
    COTMOC_TRY(check_new_device(state, entry));
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

Result<void> check(const TrustState& state, const CatalogueEntry& entry) {
    const std::uint32_t newest = state.catalogues().empty() ? 0 : state.catalogues().back().version;
    return entry.version > newest ? Result<void>() : bad("the catalogue's version does not rise");
}

}  // namespace

Result<void> check_root(const ParsedTrustEntry& parsed) {
    const RootEntry* root = std::get_if<RootEntry>(&parsed.entry.body);
    if (root == nullptr) {
        return bad("position 1 is not a root entry");
    }
    if (root->version != 1 || root->threshold != 1) {
        return fail(ErrorCode::unsupported_version, "root version or threshold");
    }
    if (std::ranges::count(root->root_keys, parsed.signer) == 0) {
        return fail(ErrorCode::bad_signature, "the root entry's signer is not one of its root keys");
    }
    return {};
}

Result<void> check_body(const TrustState& state, const TrustBody& body) {
    return std::visit([&state](const auto& entry) { return check(state, entry); }, body);
}

}  // namespace cotmoc::crypto::trust
