#include "session/snapshot_exchange.hpp"

#include <cotmoc/base/binary.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::protocol_error, what); }

Bytes encode_asked(const std::vector<SpaceId>& spaces) {
    BinaryWriter writer;
    writer.varint(spaces.size());
    std::ranges::for_each(spaces, [&](const SpaceId& space) { writer.id(space); });
    return writer.take();
}

Result<std::vector<SpaceId>> decode_asked(BytesView body) {
    BinaryReader reader(body);
    std::vector<SpaceId> spaces;
    for (std::size_t left = reader.count(SpaceId::size); left > 0; --left) {
        spaces.push_back(reader.id<SpaceId>());
        if (spaces.size() > 1 && spaces.back() <= spaces[spaces.size() - 2]) {
            return malformed("spaces of snapshots");
        }
    }
    return reader.finished() && spaces.size() <= snapshots_asked_max
               ? Result<std::vector<SpaceId>>(std::move(spaces))
               : malformed("spaces of snapshots");
}

}  // namespace

std::optional<std::size_t> snapshot_body_size_max(MessageType type) {
    switch (type) {
        case MessageType::snapshot_ask:
            return 2 + SpaceId::size * snapshots_asked_max;
        case MessageType::snapshot_manifest:
            return crypto::snapshot_manifest_bytes_max;
        case MessageType::snapshot_end:
            return 2 + 2 * snapshots_asked_max;
        default:
            return std::nullopt;
    }
}

/// What this device made and the peer does not have yet.
Result<std::vector<crypto::SnapshotManifest>> SnapshotExchange::offers(const AttachmentParties& parties) {
    std::vector<crypto::SnapshotManifest> offered;
    if (shelf_ == nullptr) {
        return offered;
    }
    for (const crypto::TrustState::Space& each : parties.trust.spaces()) {
        const SpaceId& space = each.id;
        if (!parties.share(space)) {
            continue;
        }
        COTMOC_ASSIGN(std::optional<crypto::SnapshotManifest> newest, shelf_->newest(space, true));
        if (!newest || newest->author != parties.own || offered.size() == snapshots_asked_max) {
            continue;
        }
        COTMOC_ASSIGN(const bool there, shelf_->delivered(crypto::snapshot_id(*newest), parties.peer));
        if (!there) {
            offered.push_back(std::move(*newest));
        }
    }
    return offered;
}

Result<bool> SnapshotExchange::has_work(const SnapshotRule& rule, const AttachmentParties& parties) {
    if (shelf_ == nullptr) {
        return false;
    }
    COTMOC_ASSIGN(const std::vector<crypto::SnapshotManifest> offered, offers(parties));
    const auto common = [&](const SpaceId& space) { return parties.share(space); };
    return std::ranges::any_of(rule.begin, common) || std::ranges::any_of(rule.ask, common) ||
           !offered.empty();
}

Result<bool> SnapshotExchange::finish(const SnapshotRule& rule, const AttachmentParties& parties) {
    if (begun_) {
        return answered_;
    }
    begun_ = true;
    COTMOC_ASSIGN(const bool work, has_work(rule, parties));
    if (!work) {
        answered_ = true;
        return true;
    }
    COTMOC_ASSIGN(const std::vector<crypto::SnapshotManifest> offered, offers(parties));
    for (const crypto::SnapshotManifest& manifest : offered) {
        wire_.send_message(MessageType::snapshot_manifest, crypto::encode_snapshot(manifest));
        offered_.push_back(crypto::snapshot_id(manifest));
    }
    for (const auto* spaces : {&rule.begin, &rule.ask}) {
        std::ranges::copy_if(*spaces, std::back_inserter(wanted_),
                             [&](const SpaceId& space) { return parties.share(space); });
    }
    std::ranges::sort(wanted_);
    wanted_.erase(std::ranges::unique(wanted_).begin(), wanted_.end());
    wanted_.resize(std::min(wanted_.size(), snapshots_asked_max));
    wire_.send_message(MessageType::snapshot_ask, encode_asked(wanted_));
    wire_.flush_messages();
    return false;
}

Result<std::vector<AttachmentRule::Body>> SnapshotExchange::bodies(const SnapshotRule& rule) {
    std::vector<AttachmentRule::Body> missing;
    if (shelf_ == nullptr) {
        return missing;
    }
    for (const SpaceId& space : rule.begin) {
        COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> newest, shelf_->newest(space, false));
        COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> whole, shelf_->newest(space, true));
        if (newest && !whole && std::ranges::find(there_, newest->body) == there_.end()) {
            COTMOC_TRY(shelf_->forget(space));  // the other side lost it: nobody waits for the rest
        } else if (newest) {
            missing.push_back({newest->body, space, newest->body_size});
        }
    }
    return missing;
}

Result<void> SnapshotExchange::handle(const Message& message, const AttachmentParties& parties,
                                      SessionReport& report) {
    switch (message.type) {
        case MessageType::snapshot_ask:
            return on_ask(message.body, parties);
        case MessageType::snapshot_manifest:
            return on_manifest(message.body, parties, report);
        case MessageType::snapshot_end:
            return on_end(message.body, parties, report);
        default:
            return malformed("snapshots");
    }
}

Result<void> SnapshotExchange::on_ask(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const std::vector<SpaceId> spaces, decode_asked(body));
    if (begun_ || std::exchange(asked_by_peer_, true)) {
        return malformed("snapshots asked twice");
    }
    for (const SpaceId& space : spaces) {
        if (!parties.share(space)) {
            return malformed("snapshot of another space");
        }
        if (shelf_ == nullptr) {
            continue;
        }
        COTMOC_TRY(shelf_->tidy(space));
        COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> newest, shelf_->newest(space, true));
        if (newest) {
            wire_.send_message(MessageType::snapshot_manifest, crypto::encode_snapshot(*newest));
        }
    }
    BinaryWriter writer;
    writer.varint(outcomes_.size());
    std::ranges::for_each(outcomes_, [&](std::uint16_t outcome) { writer.u16(outcome); });
    wire_.send_message(MessageType::snapshot_end, writer.bytes());
    wire_.flush_messages();
    return {};
}

Result<ErrorCode> SnapshotExchange::take_offer(const crypto::SnapshotManifest& manifest,
                                               const AttachmentParties& parties) {
    if (!parties.share(manifest.space)) {
        return ErrorCode::wrong_space;
    }
    if (shelf_ == nullptr) {
        return ErrorCode::not_available_yet;
    }
    if (const auto good = check_snapshot_with_feeds(manifest, store_); !good) {
        return good.error().code;
    }
    COTMOC_TRY(shelf_->keep(manifest));
    return ErrorCode{};
}

Result<void> SnapshotExchange::on_manifest(BytesView body, const AttachmentParties& parties,
                                           SessionReport& report) {
    COTMOC_ASSIGN(const crypto::SnapshotManifest manifest, crypto::decode_snapshot(body));
    if (!begun_) {  // offered by the calling side
        if (asked_by_peer_ || outcomes_.size() == snapshots_asked_max) {
            return malformed("snapshot out of turn");
        }
        COTMOC_ASSIGN(const ErrorCode outcome, take_offer(manifest, parties));
        outcomes_.push_back(static_cast<std::uint16_t>(outcome));
        report.snapshots += outcome == ErrorCode{} ? 1 : 0;
        return {};
    }
    if (answered_ || shelf_ == nullptr || !std::ranges::binary_search(wanted_, manifest.space) ||
        there_.size() == wanted_.size()) {
        return malformed("snapshot unasked");
    }
    if (const auto good = check_snapshot(manifest, store_); !good) {
        ++report.snapshots_refused;  // the records come in the long way
        return {};
    }
    COTMOC_TRY(shelf_->keep(manifest));
    there_.push_back(manifest.body);
    ++report.snapshots;
    return {};
}

Result<void> SnapshotExchange::on_end(BytesView body, const AttachmentParties& parties,
                                      SessionReport& report) {
    BinaryReader reader(body);
    const std::size_t count = reader.count(2);
    if (!begun_ || answered_ || count != offered_.size()) {
        return malformed("end of snapshots");
    }
    for (const Hash256& id : offered_) {
        const std::uint16_t outcome = reader.u16();
        if (outcome == 0) {
            COTMOC_TRY(shelf_->note_delivered(id, parties.peer));
            ++report.snapshots;
        } else {
            ++report.snapshots_refused;
        }
    }
    if (!reader.finished()) {
        return malformed("end of snapshots");
    }
    answered_ = true;
    report.snapshots_told = true;
    return {};
}

}  // namespace cotmoc::sync
