// The part of a session that is about manifests of snapshots, between the records and the attachments
// (docs/spec/snapshot.md). The calling side offers what it made and asks for what it wants; bodies follow as
// attachments.
#pragma once

#include "session/attachments.hpp"

#include <cotmoc/sync/snapshots.hpp>

namespace cotmoc::sync {

inline constexpr std::size_t snapshots_asked_max = 256;  // spaces or offers in one session

/// As body_size_max(), of these messages.
std::optional<std::size_t> snapshot_body_size_max(MessageType type);

class SnapshotExchange {
public:
    /// A shelf of null: nothing is asked or offered, and who asks gets nothing.
    SnapshotExchange(SnapshotShelf* shelf, FeedStore& store, AttachmentExchange::Wire& wire)
        : shelf_(shelf), store_(store), wire_(wire) {}

    // The calling side.
    Result<bool> has_work(const SnapshotRule& rule, const AttachmentParties& parties);
    /// Called until it returns true: asks once, then waits for the answer.
    Result<bool> finish(const SnapshotRule& rule, const AttachmentParties& parties);
    bool begun() const { return begun_; }
    /// After the answer: the bodies to be fetched of what is wanted. What had begun to come and is over there
    /// no more is forgotten.
    Result<std::vector<AttachmentRule::Body>> bodies(const SnapshotRule& rule);

    // Both sides.
    Result<void> handle(const Message& message, const AttachmentParties& parties, SessionReport& report);

private:
    Result<std::vector<crypto::SnapshotManifest>> offers(const AttachmentParties& parties);
    Result<void> on_ask(BytesView body, const AttachmentParties& parties);
    Result<void> on_manifest(BytesView body, const AttachmentParties& parties, SessionReport& report);
    Result<void> on_end(BytesView body, const AttachmentParties& parties, SessionReport& report);
    Result<ErrorCode> take_offer(const crypto::SnapshotManifest& manifest, const AttachmentParties& parties);

    SnapshotShelf* shelf_;
    FeedStore& store_;
    AttachmentExchange::Wire& wire_;
    bool begun_ = false;
    bool answered_ = false;
    bool asked_by_peer_ = false;
    std::vector<SpaceId> wanted_;          // asked for
    std::vector<Hash256> there_;           // bodies that the other side has of these
    std::vector<Hash256> offered_;         // in this order
    std::vector<std::uint16_t> outcomes_;  // of what the peer offered; 0: kept, or not needed
};

}  // namespace cotmoc::sync
