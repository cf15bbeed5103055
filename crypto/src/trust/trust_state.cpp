#include <cotmoc/crypto/trust_state.hpp>

#include "trust/trust_rules.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::crypto {

Result<void> TrustState::apply(BytesView bytes) {
    COTMOC_ASSIGN(ParsedTrustEntry parsed, parse_trust_entry(bytes));
    const std::uint64_t position = parsed.entry.position;
    if (empty()) {
        if (position != 1) {
            return fail(ErrorCode::waiting_for_dependency, "trust position 1");
        }
        COTMOC_TRY(trust::check_first_root(parsed));
        take_first_root(parsed);
        return {};
    }
    if (position <= position_ && parsed.hash == hashes_[position - 1]) {
        return {};
    }
    COTMOC_TRY(check_signer(parsed));
    if (position <= position_) {
        return fail(ErrorCode::forked_feed, "trust position " + std::to_string(position));
    }
    if (position != position_ + 1) {
        return fail(ErrorCode::waiting_for_dependency, "trust position " + std::to_string(position_ + 1));
    }
    if (parsed.entry.previous != head_) {
        return fail(ErrorCode::broken_chain, "trust position " + std::to_string(position));
    }
    COTMOC_TRY(trust::check_body(*this, parsed));
    take(parsed);
    return {};
}

Result<MissingSignatures> TrustState::check_draft(BytesView draft) const {
    COTMOC_ASSIGN(const ParsedTrustEntry parsed, parse_root_draft(draft));
    const auto& root = std::get<RootEntry>(parsed.entry.body);
    if (parsed.entry.position != position_ + 1 || parsed.entry.previous != head_) {
        return fail(ErrorCode::trust_moved_on,
                    "the draft is for position " + std::to_string(parsed.entry.position));
    }
    COTMOC_TRY(trust::check_signers_concerned(root_, root, parsed.signers));
    COTMOC_TRY(trust::check_body(*this, parsed));
    return MissingSignatures{trust::missing_signatures(root_, parsed.signers),
                             trust::missing_signatures(root, parsed.signers)};
}

/// A stranger's signature is no evidence of a fork, so this comes before the chain is looked at.
Result<void> TrustState::check_signer(const ParsedTrustEntry& parsed) const {
    if (const auto* root = std::get_if<RootEntry>(&parsed.entry.body)) {
        return trust::check_root_signers(root_, *root, parsed.signers);
    }
    const auto issuer = std::ranges::find(root_.issuers, parsed.signer, &RootEntry::Issuer::key);
    if (issuer == root_.issuers.end() && !switched_off("issuer")) {
        return fail(ErrorCode::bad_signature, "the root does not name the signer");
    }
    // What a dismissed issuer had signed before its last position may still arrive; nothing after it.
    if (issuer != root_.issuers.end() && issuer->last_position != 0 &&
        parsed.entry.position > issuer->last_position) {
        return fail(ErrorCode::bad_signature, "the issuer is no longer in office");
    }
    return {};
}

void TrustState::take_first_root(ParsedTrustEntry& parsed) {
    root_ = std::move(std::get<RootEntry>(parsed.entry.body));
    root_fingerprint_ = crypto::root_fingerprint(root_);
    directory_ = space_id(root_fingerprint_, "");
    advance(parsed.hash);
}

void TrustState::take(ParsedTrustEntry& parsed) {
    TrustBody& body = parsed.entry.body;
    const Hash256 hash = parsed.hash;
    if (auto* root = std::get_if<RootEntry>(&body)) {
        take(*root);
    } else if (auto* spaces = std::get_if<SpacesEntry>(&body)) {
        take(*spaces, parsed);
    } else if (auto* epoch = std::get_if<EpochEntry>(&body)) {
        take(*epoch, parsed);
    } else if (auto* enrol = std::get_if<EnrolEntry>(&body)) {
        take(*enrol, parsed);
    } else if (auto* catalogue = std::get_if<CatalogueEntry>(&body)) {
        catalogue_words_.push_back({parsed.entry.position, parsed.signer, catalogue->version});
        catalogues_.push_back(std::move(*catalogue));
    } else if (auto* rights = std::get_if<RightsEntry>(&body)) {
        take(*rights, parsed);
    }
    advance(hash);
}

void TrustState::advance(const Hash256& hash) {
    ++position_;
    head_ = hash;
    hashes_.push_back(hash);
}

void TrustState::take(SpacesEntry& entry, const ParsedTrustEntry& parsed) {
    spaces_words_.push_back({parsed.entry.position, parsed.signer, std::move(entry)});
    settle_spaces();
    for (Device& device : devices_) {
        note_held(device);  // a device of all spaces holds new ones too
    }
}

/// A space once named stays, since others may have built on it; writers and name are the last ones that hold.
void TrustState::settle_spaces() {
    const std::size_t count = spaces_words_.back().said.spaces.size();
    spaces_.clear();
    for (std::size_t i = 0; i < count; ++i) {
        // The order of the spaces never changes, and later words name no fewer.
        auto word = std::find_if(spaces_words_.rbegin(), spaces_words_.rend(), [i](const auto& each) {
            return each.void_since == 0 && each.said.spaces.size() > i;
        });
        if (word == spaces_words_.rend()) {
            word = spaces_words_.rbegin();
        }
        const SpacesEntry::Space& space = word->said.spaces[i];
        spaces_.push_back({space.id, space.writer_roles, space.sealed_name});
    }
}

void TrustState::take(RootEntry& entry) {
    root_ = std::move(entry);
    mark_void();
    if (!spaces_words_.empty()) {
        settle_spaces();
    }
    for (Device& device : devices_) {
        settle_rights(device);
    }
}

bool TrustState::is_cut(const SigningPublicKey& signer, std::uint64_t position) const {
    const auto issuer = std::ranges::find(root_.issuers, signer, &RootEntry::Issuer::key);
    return issuer != root_.issuers.end() && issuer->last_position != 0 && position > issuer->last_position &&
           !switched_off("issuer-cut");
}

void TrustState::mark_void() {
    const auto mark = [this](auto& words) {
        for (auto& word : words) {
            if (word.void_since == 0 && is_cut(word.signer, word.position)) {
                word.void_since = position_ + 1;
            }
        }
    };
    std::ranges::for_each(words_, mark);
    mark(spaces_words_);
    mark(catalogue_words_);
}

void TrustState::take(EpochEntry& entry, const ParsedTrustEntry& parsed) {
    Epoch epoch;
    epoch.space = entry.space;
    epoch.epoch = entry.epoch;
    epoch.check = entry.check;
    epoch.previous_key = std::move(entry.previous_key);
    epoch.position = parsed.entry.position;
    epoch.issued_ms = parsed.entry.issued_ms;
    for (const EpochEntry::Wrap& wrap : entry.wraps) {
        epoch.wraps.emplace(wrap.device, wrap.wrap);
    }
    newest_epochs_[entry.space] = epochs_.size();
    epochs_.push_back(std::move(epoch));
}

void TrustState::take(EnrolEntry& entry, const ParsedTrustEntry& parsed) {
    Device device;
    device.index = static_cast<DeviceIndex>(devices_.size());
    device.id = entry.keys.id();
    device.keys = entry.keys;
    device.not_before_ms = entry.not_before_ms;
    device.sealed_name = std::move(entry.sealed_name);
    device.position = parsed.entry.position;
    for (const EnrolEntry::Wrap& wrap : entry.wraps) {
        epochs_[newest_epochs_.at(wrap.space)].wraps.emplace(device.id, wrap.wrap);
    }
    RightsEntry rights;
    rights.device = device.id;
    rights.role = entry.role;
    rights.spaces = std::move(entry.spaces);
    rights.all_spaces = entry.all_spaces;
    rights.not_after_ms = entry.not_after_ms;
    words_.push_back({{parsed.entry.position, parsed.signer, std::move(rights)}});
    by_id_.emplace(device.id, devices_.size());
    by_agreement_key_.emplace(device.keys.agreement, devices_.size());
    devices_.push_back(std::move(device));
    settle_rights(devices_.back());
}

void TrustState::take(RightsEntry& entry, const ParsedTrustEntry& parsed) {
    Device& device = devices_[by_id_.at(entry.device)];
    for (const EnrolEntry::Wrap& wrap : entry.wraps) {
        epochs_[newest_epochs_.at(wrap.space)].wraps.insert_or_assign(device.id, wrap.wrap);
    }
    words_[to_number(device.index)].push_back({parsed.entry.position, parsed.signer, std::move(entry)});
    settle_rights(device);
}

void TrustState::settle_rights(Device& device) {
    const std::vector<Word>& words = words_[to_number(device.index)];
    const Word& enrolment = words.front();
    // A device that a dismissed issuer enrolled never was one, unless somebody who knew that took it up.
    const auto last = std::find_if(words.rbegin(), words.rend(), [&](const Word& word) {
        return word.void_since == 0 && word.position > enrolment.void_since;
    });
    Word nothing{enrolment.void_since, {}, {}};
    nothing.said.reason = RightsReason::compromised;
    nothing.said.revoked = true;
    nothing.said.role = enrolment.said.role;
    const Word& word = last != words.rend() ? *last : nothing;
    const RightsEntry& rights = word.said;
    device.role = rights.role;
    device.spaces = rights.spaces;
    device.all_spaces = rights.all_spaces;
    device.not_after_ms = rights.not_after_ms;
    device.revoked = rights.revoked;
    device.reason = rights.reason;
    device.rights_position = word.position;
    device.rights_signer = word.signer;
    device.terms.clear();
    for (const RightsEntry::Feed& feed : rights.feeds) {
        device.terms.emplace(feed.space, feed.terms);
    }
    note_held(device);
}

RightsEntry TrustState::standing(const Device& device) const {
    const std::vector<Word>& words = words_[to_number(device.index)];
    const auto last = std::find_if(words.rbegin(), words.rend(), [](const Word& word) {
        return word.void_since == 0 && !word.said.revoked;
    });
    RightsEntry rights = last != words.rend() ? last->said : words.front().said;
    rights.wraps.clear();
    return rights;
}

void TrustState::note_held(Device& device) const {
    std::vector<SpaceId> held = readable(device);
    held.insert(held.end(), device.ever_held.begin(), device.ever_held.end());
    std::ranges::sort(held);
    const auto doubles = std::ranges::unique(held);
    held.erase(doubles.begin(), doubles.end());
    device.ever_held = std::move(held);
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

std::uint32_t TrustState::catalogue_version() const {
    const auto last = std::find_if(catalogue_words_.rbegin(), catalogue_words_.rend(),
                                   [](const auto& word) { return word.void_since == 0; });
    return last == catalogue_words_.rend() ? 0 : last->said;
}

const TrustState::Epoch* TrustState::epoch_at(const SpaceId& space, std::uint64_t position) const {
    const auto epoch = std::find_if(epochs_.rbegin(), epochs_.rend(), [&](const Epoch& each) {
        return each.space == space && each.position <= position;
    });
    return epoch == epochs_.rend() ? nullptr : &*epoch;
}

std::vector<SpaceId> TrustState::readable(const Device& device) const {
    std::vector<SpaceId> result;
    if (device.revoked && !switched_off("revoked-reads-nothing")) {
        return result;
    }
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
    if (device.role != Role::hub || device.revoked) {
        return readable(device);
    }
    std::vector<SpaceId> all;
    for (const Space& space : spaces_) {
        all.push_back(space.id);
    }
    return all;
}

std::vector<SpaceId> TrustState::withdrawn(const Device& device) const {
    std::vector<SpaceId> now = readable(device);
    std::ranges::sort(now);
    std::vector<SpaceId> lost;
    std::ranges::set_difference(device.ever_held, now, std::back_inserter(lost));
    return lost;
}

bool TrustState::may_write(const Device& device, const SpaceId& space) const {
    return std::ranges::count(readable(device), space) != 0 && is_writer(device, space);
}

bool TrustState::ever_wrote(const Device& device, const SpaceId& space) const {
    return std::ranges::binary_search(device.ever_held, space) &&
           (device.terms.contains(space) || is_writer(device, space));
}

bool TrustState::is_writer(const Device& device, const SpaceId& space) const {
    const Space* known = find_space(space);
    if (known == nullptr || !is_data_role(device.role)) {
        return false;
    }
    return known->writer_roles == 0 || ((known->writer_roles >> static_cast<unsigned>(device.role)) & 1) != 0;
}

std::optional<Role> TrustState::right_at(const Device& device, const SpaceId& space,
                                         std::uint64_t seq) const {
    if (const auto terms = device.terms.find(space); terms != device.terms.end()) {
        const auto term = std::ranges::lower_bound(terms->second, seq, {}, &RightsEntry::Term::through_seq);
        if (term != terms->second.end()) {
            return term->role;
        }
    }
    return may_write(device, space) ? std::optional(device.role) : std::nullopt;
}

const Hash256* TrustState::named_hash(const Device& device, const SpaceId& space, std::uint64_t seq) const {
    const auto terms = device.terms.find(space);
    if (terms == device.terms.end()) {
        return nullptr;
    }
    const auto term = std::ranges::lower_bound(terms->second, seq, {}, &RightsEntry::Term::through_seq);
    return term != terms->second.end() && term->through_seq == seq ? &term->through_hash : nullptr;
}

}  // namespace cotmoc::crypto
