// Rights that end, move, come back or last longer (semantics S13, S14).
#include "authority/access.hpp"
#include "authority/chain.hpp"
#include "authority/feed_terms.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/authority.hpp>

#include <algorithm>
#include <limits>

namespace cotmoc::sync {
namespace {

using Device = crypto::TrustState::Device;
using crypto::RightsEntry;
using crypto::RightsReason;

constexpr std::uint64_t day_ms = 24ull * 60 * 60 * 1000;

std::vector<SpaceId> united(std::vector<SpaceId> all, const std::vector<SpaceId>& more) {
    all.insert(all.end(), more.begin(), more.end());
    std::ranges::sort(all);
    const auto doubles = std::ranges::unique(all);
    all.erase(doubles.begin(), doubles.end());
    return all;
}

/// What held stays up to what is held here, or up to a place beyond that which somebody named who knew more.
FeedTerms ended(const FeedTerms& before, const FeedPosition& held, FeedTerms::Right after) {
    FeedTerms terms(before.terms(), after);
    if (held.seq >= before.last()) {
        terms = before;
        terms.end_at(held, after);
    }
    return terms;
}

Result<void> check_not_authority(const Device& device) {
    return device.role == crypto::Role::authority ? fail(ErrorCode::not_allowed, "the authority itself")
                                                  : Result<void>();
}

}  // namespace

FeedPosition Authority::held(const Device& device, const SpaceId& space) const {
    const std::uint64_t counts = replica_->counts_through(space, device.index);
    const auto held = replica_->store().frontier(space);
    for (const core::FeedState& feed : held ? *held : std::vector<core::FeedState>()) {
        if (feed.device == device.index && feed.seq <= counts) {
            return {feed.device, feed.seq, feed.hash};
        }
    }
    // Of a fork that is not settled, the cut must not name a branch.
    const std::uint64_t last = counts != std::numeric_limits<std::uint64_t>::max() ? counts : 0;
    const auto hash = replica_->store().envelope_hash(space, device.index, last);
    return hash && *hash ? FeedPosition{device.index, last, **hash} : FeedPosition{device.index, 0, {}};
}

Result<FeedPosition> Authority::place(const Device& device, const SpaceId& space, std::uint64_t seq) const {
    if (seq == 0) {
        return FeedPosition{device.index, 0, {}};
    }
    COTMOC_ASSIGN(const std::optional<Hash256> hash,
                  replica_->store().envelope_hash(space, device.index, seq));
    if (!hash) {
        return fail(ErrorCode::out_of_bounds, space_name(space) + ": change set " + std::to_string(seq) +
                                                  " of " + std::to_string(held(device, space).seq));
    }
    return FeedPosition{device.index, seq, *hash};
}

/// What the cut costs: change sets that counted and count no more.
Result<RightsChange::Space> Authority::loss(const Device& device, const SpaceId& space,
                                            const FeedTerms& before, const FeedTerms& after) const {
    RightsChange::Space lost{space_name(space), 0, {}, 0, 0};
    for (const FeedTerms::Term& term : after.terms()) {
        if (term.role) {
            lost.cut_seq = term.through_seq;
            lost.cut_hash = term.through_hash;
        }
    }
    const std::uint64_t last = held(device, space).seq;
    for (std::uint64_t seq = 1; seq <= last; ++seq) {
        if (!before.at(seq) || after.at(seq)) {
            continue;
        }
        COTMOC_ASSIGN(const auto row, replica_->store().envelope(space, device.index, seq));
        ++lost.void_change_sets;
        lost.void_ops += row ? row->ops : 0;
    }
    return lost;
}

Result<void> Authority::move_cut(const Device& device, RightsEntry& rights, const std::string& name,
                                 std::uint64_t seq, RightsChange& result) const {
    const crypto::TrustState& trust = replica_->trust();
    COTMOC_ASSIGN(const SpaceInfo space, replica_->find_space(name));
    if (!std::ranges::binary_search(device.ever_held, space.id)) {
        return fail(ErrorCode::unknown_space, name + ": the device never held it");
    }
    COTMOC_ASSIGN(const FeedPosition cut, place(device, space.id, seq));
    FeedTerms terms = FeedTerms::former(trust, device, space.id);
    terms.end_at(cut, std::nullopt);
    set_terms(rights, space.id, terms);
    COTMOC_ASSIGN(RightsChange::Space lost,
                  loss(device, space.id, FeedTerms::present(trust, device, space.id), terms));
    result.cuts.push_back(std::move(lost));
    return {};
}

Result<void> Authority::end_all(const Device& device, RightsEntry& rights, const Cuts& cuts,
                                RightsChange& result) const {
    for (const SpaceId& space : device.ever_held) {
        if (device.revoked || cuts.contains(space_name(space))) {
            continue;
        }
        const FeedTerms before = FeedTerms::present(replica_->trust(), device, space);
        const FeedTerms after = ended(before, held(device, space), std::nullopt);
        set_terms(rights, space, after);
        if (before.after()) {
            COTMOC_ASSIGN(RightsChange::Space lost, loss(device, space, before, after));
            result.cuts.push_back(std::move(lost));
        }
    }
    for (const auto& [space, seq] : cuts) {
        COTMOC_TRY(move_cut(device, rights, space, seq, result));
    }
    std::ranges::sort(result.cuts, {}, &RightsChange::Space::space);
    return {};
}

Result<RightsChange> Authority::revoke(std::string_view text, RightsReason reason, const Cuts& cuts) {
    COTMOC_ASSIGN(const Device* device, find_device(text));
    COTMOC_TRY(check_not_authority(*device));
    const crypto::TrustState& trust = replica_->trust();
    RightsChange result{device->id, replica_->device_name(device->index), {}, {}};
    RightsEntry rights = present_rights(*device);
    rights.reason = reason;
    rights.revoked = true;
    rights.spaces.clear();
    rights.all_spaces = false;
    COTMOC_TRY(end_all(*device, rights, cuts, result));
    std::vector<SpaceId> read = trust.readable(*device);
    if (!read.empty()) {
        read.push_back(trust.directory());
    }
    Chain chain = begin_chain();
    chain.sign(std::move(rights), issuer_);
    if (!switched_off("rotate-on-revoke")) {
        COTMOC_TRY(rotate(chain, read, result.rotated));
    }
    COTMOC_TRY(publish(chain));
    return result;
}

/// Everything as it was before the revocation; places that were named since stay named.
Result<void> Authority::give_back(const Device& device, RightsEntry& rights) const {
    const crypto::TrustState& trust = replica_->trust();
    rights = trust.standing(device);
    rights.reason = RightsReason::readmitted;
    const Device again = with_rights(device, rights);
    for (const SpaceId& space : device.ever_held) {
        const FeedTerms now = FeedTerms::present(trust, device, space);
        FeedTerms terms = FeedTerms::present(trust, again, space);
        if (!terms.after()) {
            // Its role writes there no more: what counted goes on to count.
            set_terms(rights, space, now);
            continue;
        }
        for (const FeedTerms::Term& term : now.terms()) {
            terms.name({device.index, term.through_seq, term.through_hash});
        }
        set_terms(rights, space, terms);
    }
    return {};
}

Result<void> Authority::give_back(const Device& device, RightsEntry& rights,
                                  const std::vector<std::string>& changes) const {
    const crypto::TrustState& trust = replica_->trust();
    for (const std::string& change : changes) {
        COTMOC_ASSIGN(const auto found, find_change(device, change));
        const auto& [space, seq] = found;
        const FeedTerms::Right right = FeedTerms::former(trust, device, space).at(seq);
        if (!right) {
            return fail(ErrorCode::not_allowed, change);
        }
        FeedTerms terms = FeedTerms::present(trust, with_rights(device, rights), space);
        COTMOC_ASSIGN(const FeedPosition before, place(device, space, seq - 1));
        COTMOC_ASSIGN(const FeedPosition at, place(device, space, seq));
        terms.set(before, at, right);
        set_terms(rights, space, terms);
    }
    return {};
}

Result<RightsChange> Authority::readmit(std::string_view text, const Readmission& what) {
    COTMOC_ASSIGN(const Device* device, find_device(text));
    COTMOC_TRY(check_not_authority(*device));
    RightsChange result{device->id, replica_->device_name(device->index), {}, {}};
    RightsEntry rights = present_rights(*device);
    const bool whole = what.changes.empty() && what.cuts.empty();
    if (whole && !device->revoked) {
        return fail(ErrorCode::not_revoked, result.name);
    }
    for (const auto& [name, seq] : what.cuts) {
        COTMOC_ASSIGN(const SpaceInfo space, replica_->find_space(name));
        if (replica_->trust().may_write(*device, space.id)) {
            return fail(ErrorCode::not_revoked, result.name + ", " + name);
        }
        COTMOC_TRY(move_cut(*device, rights, name, seq, result));
    }
    COTMOC_TRY(whole ? give_back(*device, rights) : give_back(*device, rights, what.changes));
    Chain chain = begin_chain();
    COTMOC_TRY(add_missing_wraps(rights, chain.issued_ms()));
    chain.sign(std::move(rights), issuer_);
    COTMOC_TRY(chain.entries());
    if (whole && chain.state().find(result.device)->revoked) {
        return fail(ErrorCode::not_allowed, "its enrolment itself is void: enrol it anew");
    }
    COTMOC_TRY(publish(chain));
    return result;
}

/// Wherever the right is another one than before, the old one ends at what is held.
Result<void> Authority::end_old_rights(const Device& device, RightsEntry& rights,
                                       RightsChange& result) const {
    const crypto::TrustState& trust = replica_->trust();
    const Device next = with_rights(device, rights);
    for (const SpaceId& space : united(device.ever_held, trust.readable(next))) {
        const FeedTerms before = FeedTerms::present(trust, device, space);
        const FeedTerms::Right right = FeedTerms::present(trust, next, space).after();
        if (right == before.after()) {
            continue;
        }
        const FeedTerms after = ended(before, held(device, space), right);
        set_terms(rights, space, after);
        if (!right) {
            COTMOC_ASSIGN(RightsChange::Space lost, loss(device, space, before, after));
            result.cuts.push_back(std::move(lost));
        }
    }
    std::ranges::sort(result.cuts, {}, &RightsChange::Space::space);
    return {};
}

Result<RightsChange> Authority::change(std::string_view text, std::optional<crypto::Role> role,
                                       const std::optional<std::vector<std::string>>& spaces) {
    COTMOC_ASSIGN(const Device* device, find_device(text));
    COTMOC_TRY(check_not_authority(*device));
    const crypto::TrustState& trust = replica_->trust();
    RightsChange result{device->id, replica_->device_name(device->index), {}, {}};
    if (device->revoked) {
        return fail(ErrorCode::revoked, result.name);
    }
    if (device->role == crypto::Role::hub || role == crypto::Role::hub) {
        return fail(ErrorCode::not_allowed, "a hub stays a hub");
    }
    RightsEntry rights = present_rights(*device);
    rights.reason = RightsReason::changed;
    rights.role = role.value_or(device->role);
    if (spaces) {
        COTMOC_ASSIGN(auto found, find_spaces(*spaces));
        rights.spaces = std::move(found.first);
        rights.all_spaces = found.second;
    }
    if (rights.spaces.empty() && !rights.all_spaces) {
        return fail(ErrorCode::space_needed, result.name);
    }
    COTMOC_TRY(end_old_rights(*device, rights, result));
    std::vector<SpaceId> lost;
    for (const SpaceId& space : trust.readable(*device)) {
        if (std::ranges::count(trust.readable(with_rights(*device, rights)), space) == 0) {
            lost.push_back(space);
        }
    }
    Chain chain = begin_chain();
    COTMOC_TRY(add_missing_wraps(rights, chain.issued_ms()));
    chain.sign(std::move(rights), issuer_);
    COTMOC_TRY(rotate(chain, lost, result.rotated));
    COTMOC_TRY(publish(chain));
    return result;
}

Result<std::string> Authority::renew(std::string_view text, unsigned days) {
    COTMOC_ASSIGN(const Device* device, find_device(text));
    COTMOC_TRY(check_not_authority(*device));
    if (device->revoked) {
        return fail(ErrorCode::revoked, replica_->device_name(device->index));
    }
    Chain chain = begin_chain();
    RightsEntry rights = present_rights(*device);
    rights.reason = RightsReason::renewed;
    rights.not_after_ms = chain.issued_ms() + days * day_ms;
    COTMOC_TRY(add_missing_wraps(rights, chain.issued_ms()));
    chain.sign(std::move(rights), issuer_);
    COTMOC_TRY(publish(chain));
    COTMOC_ASSIGN(const std::vector<Bytes> entries, replica_->store().trust_entries());
    return crypto::encode_grant(entries);
}

Result<std::vector<std::string>> Authority::set_writers(std::string_view name,
                                                        std::span<const crypto::Role> roles) {
    const crypto::TrustState& trust = replica_->trust();
    COTMOC_ASSIGN(const SpaceInfo space, replica_->find_space(name));
    const std::uint8_t bits = role_bits(roles);
    crypto::SpacesEntry entry;
    for (const crypto::TrustState::Space& each : trust.spaces()) {
        entry.spaces.push_back({each.id, each.id == space.id ? bits : each.writer_roles, each.sealed_name});
    }
    std::vector<std::string> losers;
    if (bits == trust.find_space(space.id)->writer_roles) {
        return losers;
    }
    Chain chain = begin_chain();
    for (const Device& device : trust.devices()) {
        const FeedTerms before = FeedTerms::present(trust, device, space.id);
        const bool writes = crypto::is_data_role(device.role) &&
                            std::ranges::count(trust.readable(device), space.id) != 0 &&
                            (bits == 0 || ((bits >> static_cast<unsigned>(device.role)) & 1) != 0);
        if (writes == before.after().has_value()) {
            continue;
        }
        const FeedTerms::Right right = writes ? std::optional(device.role) : std::nullopt;
        RightsEntry rights = present_rights(device);
        rights.reason = RightsReason::changed;
        set_terms(rights, space.id, ended(before, held(device, space.id), right));
        chain.sign(std::move(rights), issuer_);
        if (!writes) {
            losers.push_back(replica_->device_name(device.index));
        }
    }
    chain.sign(std::move(entry), issuer_);
    COTMOC_TRY(publish(chain));
    return losers;
}

}  // namespace cotmoc::sync
