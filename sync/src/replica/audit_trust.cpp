// The part of the audit that the trust feed tells.
#include "replica/auditor.hpp"

#include <algorithm>

namespace cotmoc::sync {
namespace {

std::string short_key(const crypto::SigningPublicKey& key) { return key.hex().substr(0, 16); }

std::string signers(const crypto::ParsedTrustEntry& entry) {
    if (!std::holds_alternative<crypto::RootEntry>(entry.entry.body)) {
        return "issuer " + short_key(entry.signer);
    }
    std::string text = "root";
    for (const crypto::SigningPublicKey& key : entry.signers) {
        text += " " + short_key(key);
    }
    return text;
}

/// Signed by an issuer that a later root dismissed from an earlier position on.
bool is_void(const crypto::RootEntry& root, const crypto::ParsedTrustEntry& entry) {
    const auto issuer = std::ranges::find(root.issuers, entry.signer, &crypto::RootEntry::Issuer::key);
    return !std::holds_alternative<crypto::RootEntry>(entry.entry.body) && issuer != root.issuers.end() &&
           issuer->last_position != 0 && entry.entry.position > issuer->last_position;
}

}  // namespace

std::string Replica::Auditor::space_name(const SpaceId& id) const {
    if (id == replica_.trust_.directory()) {
        return "(directory)";
    }
    const crypto::TrustState::Space* space = replica_.trust_.find_space(id);
    const auto name = space != nullptr ? replica_.ring_.space_name(replica_.trust_, *space) : std::nullopt;
    return name ? name->name : id.hex();
}

std::string Replica::Auditor::spaces_text(bool all, const std::vector<SpaceId>& spaces) const {
    std::string text = all ? " *" : "";
    for (const SpaceId& space : spaces) {
        text += all ? "" : " " + space_name(space);
    }
    return text;
}

Result<std::vector<std::uint64_t>> Replica::Auditor::times_issued() {
    std::vector<std::uint64_t> times;
    for (std::uint64_t position = 1; position <= replica_.trust_.position(); ++position) {
        COTMOC_ASSIGN(const Bytes bytes, replica_.store_->trust_entry(position));
        COTMOC_ASSIGN(const crypto::ParsedTrustEntry entry, crypto::parse_trust_entry(bytes));
        times.push_back(std::max(entry.entry.issued_ms, times.empty() ? 0 : times.back()));
    }
    return times;
}

void Replica::Auditor::tell_rights(AuditLine& line, const crypto::RightsEntry& rights) const {
    const crypto::TrustState::Device* device = replica_.trust_.find(rights.device);
    line.device = rights.device;
    switch (rights.reason) {
        case crypto::RightsReason::renewed:
            line.what = "renewed";
            break;
        case crypto::RightsReason::readmitted:
            line.what = "readmitted";
            break;
        case crypto::RightsReason::fork:
            line.what = "fork_settled";
            break;
        default:
            line.what = rights.revoked ? "revoked" : "rights_changed";
            break;
    }
    const std::string name = device != nullptr ? replica_.device_name(device->index) : "";
    std::string value = name.empty() ? "" : name + ": ";
    value += rights.revoked ? std::string(crypto::reason_name(rights.reason))
                            : std::string(crypto::role_name(rights.role)) +
                                  spaces_text(rights.all_spaces, rights.spaces);
    line.value = std::move(value);
}

Result<void> Replica::Auditor::tell_trust(std::uint64_t position) {
    COTMOC_ASSIGN(const Bytes bytes, replica_.store_->trust_entry(position));
    COTMOC_ASSIGN(const crypto::ParsedTrustEntry entry, crypto::parse_trust_entry(bytes));
    AuditLine line;
    line.at_ms = entry.entry.issued_ms;
    line.who = signers(entry);
    line.position = position;
    line.change = entry.hash.hex();
    line.is_void = is_void(replica_.trust_.root(), entry);
    const crypto::TrustBody& body = entry.entry.body;
    if (const auto* root = std::get_if<crypto::RootEntry>(&body)) {
        line.what = "root_published";
        line.value = "version " + std::to_string(root->version) + ", " + std::to_string(root->threshold) +
                     " of " + std::to_string(root->root_keys.size()) + " keys, " +
                     std::to_string(root->issuers.size()) + " issuers";
    } else if (const auto* spaces = std::get_if<crypto::SpacesEntry>(&body)) {
        line.what = "spaces_published";
        line.value = static_cast<std::int64_t>(spaces->spaces.size());
    } else if (const auto* epoch = std::get_if<crypto::EpochEntry>(&body)) {
        line.what = "rotated";
        line.space = space_name(epoch->space);
        line.value = static_cast<std::int64_t>(epoch->epoch);
    } else if (const auto* enrol = std::get_if<crypto::EnrolEntry>(&body)) {
        line.what = "enrolled";
        line.device = enrol->keys.id();
        const crypto::TrustState::Device* device = replica_.trust_.find(*line.device);
        const std::string name = device != nullptr ? replica_.device_name(device->index) : "";
        line.value = (name.empty() ? "" : name + ": ") + std::string(crypto::role_name(enrol->role)) +
                     spaces_text(enrol->all_spaces, enrol->spaces);
    } else if (const auto* catalogue = std::get_if<crypto::CatalogueEntry>(&body)) {
        line.what = "catalogue_published";
        line.value = static_cast<std::int64_t>(catalogue->version);
    } else if (const auto* rights = std::get_if<crypto::RightsEntry>(&body)) {
        tell_rights(line, *rights);
    } else {
        line.what = "unknown trust entry";
    }
    tell(line);
    return {};
}

}  // namespace cotmoc::sync
