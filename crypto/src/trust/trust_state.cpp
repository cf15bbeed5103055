#include <cotmoc/crypto/trust_state.hpp>

#include "trust/trust_rules.hpp"

namespace cotmoc::crypto {

Result<void> TrustState::apply(BytesView bytes) {
    COTMOC_ASSIGN(ParsedTrustEntry parsed, parse_trust_entry(bytes));
    const std::uint64_t position = parsed.entry.position;
    if (empty()) {
        if (position != 1) {
            return fail(ErrorCode::waiting_for_dependency, "trust position 1");
        }
        COTMOC_TRY(trust::check_root(parsed));
        take_root(parsed);
        return {};
    }
    COTMOC_TRY(check_signer(parsed));
    if (position <= position_) {
        return parsed.hash == hashes_[position - 1]
                   ? Result<void>()
                   : fail(ErrorCode::forked_feed, "trust position " + std::to_string(position));
    }
    if (position != position_ + 1) {
        return fail(ErrorCode::waiting_for_dependency, "trust position " + std::to_string(position_ + 1));
    }
    if (parsed.entry.previous != head_) {
        return fail(ErrorCode::broken_chain, "trust position " + std::to_string(position));
    }
    COTMOC_TRY(trust::check_body(*this, parsed.entry.body));
    take(parsed);
    return {};
}

/// A stranger's signature is no evidence of a fork, so this comes before the chain is looked at.
Result<void> TrustState::check_signer(const ParsedTrustEntry& parsed) const {
    const auto& allowed = parsed.entry.position == 1 ? root_.root_keys : root_.issuer_keys;
    if (std::ranges::count(allowed, parsed.signer) == 0) {
        return fail(ErrorCode::bad_signature, "the root does not name the signer");
    }
    return {};
}

void TrustState::take_root(ParsedTrustEntry& parsed) {
    root_ = std::move(std::get<RootEntry>(parsed.entry.body));
    root_fingerprint_ = crypto::root_fingerprint(root_);
    directory_ = space_id(root_fingerprint_, "");
    advance(parsed.hash);
}

void TrustState::take(ParsedTrustEntry& parsed) {
    TrustBody& body = parsed.entry.body;
    if (auto* spaces = std::get_if<SpacesEntry>(&body)) {
        take(*spaces);
    } else if (auto* epoch = std::get_if<EpochEntry>(&body)) {
        take(*epoch);
    } else if (auto* enrol = std::get_if<EnrolEntry>(&body)) {
        take(*enrol, parsed.entry.position);
    } else if (auto* catalogue = std::get_if<CatalogueEntry>(&body)) {
        catalogues_.push_back(std::move(*catalogue));
    }
    advance(parsed.hash);
}

void TrustState::advance(const Hash256& hash) {
    ++position_;
    head_ = hash;
    hashes_.push_back(hash);
}

void TrustState::take(SpacesEntry& entry) {
    spaces_.clear();
    for (SpacesEntry::Space& space : entry.spaces) {
        spaces_.push_back({space.id, space.writer_roles, std::move(space.sealed_name)});
    }
}

void TrustState::take(EpochEntry& entry) {
    Epoch epoch{entry.space, entry.epoch, entry.check, std::move(entry.previous_key), {}};
    for (const EpochEntry::Wrap& wrap : entry.wraps) {
        epoch.wraps.emplace(wrap.device, wrap.wrap);
    }
    newest_epochs_[entry.space] = epochs_.size();
    epochs_.push_back(std::move(epoch));
}

void TrustState::take(EnrolEntry& entry, std::uint64_t position) {
    Device device;
    device.index = static_cast<DeviceIndex>(devices_.size());
    device.id = entry.keys.id();
    device.keys = entry.keys;
    device.role = entry.role;
    device.spaces = std::move(entry.spaces);
    device.all_spaces = entry.all_spaces;
    device.not_before_ms = entry.not_before_ms;
    device.not_after_ms = entry.not_after_ms;
    device.sealed_name = std::move(entry.sealed_name);
    device.position = position;
    for (const EnrolEntry::Wrap& wrap : entry.wraps) {
        epochs_[newest_epochs_.at(wrap.space)].wraps.emplace(device.id, wrap.wrap);
    }
    by_id_.emplace(device.id, devices_.size());
    by_agreement_key_.emplace(device.keys.agreement, devices_.size());
    devices_.push_back(std::move(device));
}

const TrustState::Device* TrustState::find(const DeviceId& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &devices_[found->second];
}

const TrustState::Device* TrustState::find(const AgreementPublicKey& key) const {
    const auto found = by_agreement_key_.find(key);
    return found == by_agreement_key_.end() ? nullptr : &devices_[found->second];
}

const TrustState::Device* TrustState::find(DeviceIndex index) const {
    return to_number(index) < devices_.size() ? &devices_[to_number(index)] : nullptr;
}

const TrustState::Space* TrustState::find_space(const SpaceId& id) const {
    const auto found = std::ranges::find(spaces_, id, &Space::id);
    return found == spaces_.end() ? nullptr : &*found;
}

const TrustState::Epoch* TrustState::newest_epoch(const SpaceId& space) const {
    const auto found = newest_epochs_.find(space);
    return found == newest_epochs_.end() ? nullptr : &epochs_[found->second];
}

std::vector<SpaceId> TrustState::readable(const Device& device) const {
    std::vector<SpaceId> result;
    for (std::size_t i = 0; i < spaces_.size(); ++i) {
        const bool certified = device.all_spaces || std::ranges::binary_search(device.spaces, spaces_[i].id);
        const bool implied = i == 0;  // the province-wide space
        if (device.role == Role::authority || (is_data_role(device.role) && (certified || implied))) {
            result.push_back(spaces_[i].id);
        }
    }
    return result;
}

std::vector<SpaceId> TrustState::carried(const Device& device) const {
    if (device.role != Role::hub) {
        return readable(device);
    }
    std::vector<SpaceId> all;
    for (const Space& space : spaces_) {
        all.push_back(space.id);
    }
    return all;
}

bool TrustState::may_write(const Device& device, const SpaceId& space) const {
    const Space* known = find_space(space);
    if (known == nullptr || !is_data_role(device.role) || std::ranges::count(readable(device), space) == 0) {
        return false;
    }
    return known->writer_roles == 0 || ((known->writer_roles >> static_cast<unsigned>(device.role)) & 1) != 0;
}

}  // namespace cotmoc::crypto
