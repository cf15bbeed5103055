// Epoch keys: who gets the next one, and when it is time for it.
#include "authority/access.hpp"
#include "authority/chain.hpp"
#include "authority/feed_terms.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/authority.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

using Device = crypto::TrustState::Device;
using Epoch = crypto::TrustState::Epoch;

/// An issuer of some spaces changes the keys of those only.
bool in_scope(const crypto::RootEntry& root, const crypto::SigningPublicKey& signer, const SpaceId& space) {
    const auto issuer = std::ranges::find(root.issuers, signer, &crypto::RootEntry::Issuer::key);
    return issuer != root.issuers.end() && issuer->last_position == 0 &&
           (issuer->all_spaces || std::ranges::binary_search(issuer->spaces, space));
}

bool is_due(const crypto::TrustState& trust, const Epoch& epoch, std::uint64_t now_ms) {
    if (epoch.issued_ms + epoch_lifetime_ms < now_ms) {
        return true;
    }
    return std::ranges::any_of(epoch.wraps, [&](const auto& wrap) {
        const Device* holder = trust.find(wrap.first);
        return holder != nullptr && !may_have_key(trust, *holder, epoch.space, now_ms);
    });
}

}  // namespace

bool may_have_key(const crypto::TrustState& trust, const Device& device, const SpaceId& space,
                  std::uint64_t now_ms) {
    const std::vector<SpaceId> readable = trust.readable(device);
    const bool reads =
        space == trust.directory() ? !readable.empty() : std::ranges::count(readable, space) != 0;
    const bool lasts =
        device.role == crypto::Role::authority || now_ms <= device.not_after_ms + certificate_grace_ms;
    return reads && (lasts || switched_off("wrap-only-active"));
}

Result<crypto::EpochEntry> Authority::next_epoch(const crypto::TrustState& state, const SpaceId& space,
                                                 std::uint64_t now_ms) const {
    const Epoch* newest = state.newest_epoch(space);
    // Not always the one before: a dismissed issuer may have kept that to itself.
    const crypto::EpochKey* former = replica_->key_ring().newest(space);
    if (newest == nullptr || former == nullptr) {
        return fail(ErrorCode::no_epoch_key, space_name(space));
    }
    const auto key = crypto::EpochKey::generate(space, newest->epoch + 1, *random_);
    crypto::EpochEntry entry{
        space, key.epoch, key.check(), crypto::seal_previous_key(key, *former, *random_), {}};
    for (const Device& device : state.devices()) {
        if (may_have_key(state, device, space, now_ms)) {
            entry.wraps.push_back({device.id, crypto::wrap(key, device.id, device.keys.agreement, *random_)});
        }
    }
    std::ranges::sort(entry.wraps, {}, &crypto::EpochEntry::Wrap::device);
    return entry;
}

Result<void> Authority::rotate(Chain& chain, std::span<const SpaceId> spaces,
                               std::vector<std::string>& names) {
    for (const SpaceId& space : spaces) {
        if (!in_scope(chain.state().root(), issuer_.public_key(), space)) {
            continue;  // the province's issuer finds it due
        }
        COTMOC_ASSIGN(crypto::EpochEntry entry, next_epoch(chain.state(), space, chain.issued_ms()));
        chain.sign(std::move(entry), issuer_);
        names.push_back(space_name(space));
    }
    std::ranges::sort(names);
    return {};
}

Result<void> Authority::rotate(std::string_view name) {
    SpaceId space = replica_->trust().directory();
    const auto named = replica_->find_space(name);
    if (named) {
        space = named->id;
    } else if (name != directory_name) {
        return tl::unexpected(named.error());
    }
    if (!in_scope(replica_->trust().root(), issuer_.public_key(), space)) {
        return fail(ErrorCode::out_of_scope, std::string(name));
    }
    Chain chain = begin_chain();
    std::vector<std::string> names;
    COTMOC_TRY(rotate(chain, std::span(&space, 1), names));
    return publish(chain);
}

Result<void> Authority::add_missing_wraps(crypto::RightsEntry& rights, std::uint64_t now_ms) const {
    const crypto::TrustState& trust = replica_->trust();
    const Device device = with_rights(*trust.find(rights.device), rights);
    std::vector<SpaceId> spaces = trust.readable(device);
    spaces.push_back(trust.directory());
    std::ranges::sort(spaces);
    for (const SpaceId& space : spaces) {
        const Epoch* newest = trust.newest_epoch(space);
        if (newest == nullptr || newest->wraps.contains(device.id) ||
            !may_have_key(trust, device, space, now_ms)) {
            continue;
        }
        const crypto::EpochKey* key = replica_->key_ring().find(space, newest->epoch);
        if (key == nullptr) {
            return fail(ErrorCode::no_epoch_key, space_name(space));
        }
        rights.wraps.push_back(
            {space, key->epoch, crypto::wrap(*key, device.id, device.keys.agreement, *random_)});
    }
    return {};
}

std::vector<SpaceId> Authority::due(std::uint64_t now_ms) const {
    const crypto::TrustState& trust = replica_->trust();
    std::vector<SpaceId> all{trust.directory()};
    for (const crypto::TrustState::Space& space : trust.spaces()) {
        all.push_back(space.id);
    }
    std::vector<SpaceId> due;
    for (const SpaceId& space : all) {
        const Epoch* newest = trust.newest_epoch(space);
        if (newest != nullptr && is_due(trust, *newest, now_ms) &&
            in_scope(trust.root(), issuer_.public_key(), space)) {
            due.push_back(space);
        }
    }
    return due;
}

std::vector<std::string> Authority::rotation_due(std::uint64_t now_ms) const {
    std::vector<std::string> names;
    for (const SpaceId& space : due(now_ms)) {
        names.push_back(space_name(space));
    }
    std::ranges::sort(names);
    return names;
}

Result<std::vector<std::string>> Authority::rotate_due() {
    Chain chain = begin_chain();
    std::vector<std::string> names;
    const std::vector<SpaceId> spaces = due(chain.issued_ms());
    if (spaces.empty() || switched_off("rotate-when-due")) {
        return names;
    }
    COTMOC_TRY(rotate(chain, spaces, names));
    COTMOC_TRY(publish(chain));
    return names;
}

std::string Authority::space_name(const SpaceId& id) const {
    const crypto::TrustState& trust = replica_->trust();
    if (id == trust.directory()) {
        return std::string(directory_name);
    }
    const crypto::TrustState::Space* space = trust.find_space(id);
    const auto name = space != nullptr ? replica_->key_ring().space_name(trust, *space) : std::nullopt;
    return name ? name->name : id.hex();
}

}  // namespace cotmoc::sync
