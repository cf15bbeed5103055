// Looking back: a record's history, and the check of everything that is held.
#include "replica/content.hpp"
#include "replica/seen.hpp"

#include <cotmoc/core/history.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

const crypto::Blake2bHasher hasher;

}  // namespace

Result<std::vector<HistoryEntry>> Replica::history(const RecordId& id) {
    COTMOC_TRY(end_receiving());
    COTMOC_ASSIGN(const std::optional<SpaceId> space, store_->space_of(id));
    if (!space) {
        return fail(ErrorCode::unknown_record, to_uuid_text(id));
    }
    COTMOC_ASSIGN(const std::vector<core::Store::Touched> touched, store_->touched(id));
    COTMOC_ASSIGN(const std::vector<core::Store::VoidOp> voids, store_->void_ops());
    std::vector<core::Dot> void_dots;
    for (const core::Store::VoidOp& op : voids) {
        if (op.space == *space) {
            void_dots.push_back(op.dot);
        }
    }
    std::vector<DeviceId> ids;
    for (const crypto::TrustState::Device& device : trust_.devices()) {
        ids.push_back(device.id);
    }
    core::HistoryReplay replay(id, catalogue(), hasher, std::move(ids), std::move(void_dots));
    std::vector<HistoryEntry> entries;
    for (const core::Store::Touched& visit : touched) {
        COTMOC_TRY(add_history(*space, visit.device, visit.seq, replay, entries));
    }
    return entries;
}

Result<void> Replica::add_history(const SpaceId& space, DeviceIndex device, std::uint64_t seq,
                                  core::HistoryReplay& replay, std::vector<HistoryEntry>& entries) {
    core::IncomingChangeSet set{space, device, seq, {}, nullptr, {}, 0, true};
    core::ChangeSet ops;
    std::string change;
    COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> envelope, store_->envelope(space, device, seq));
    if (envelope) {
        COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(envelope->bytes));
        const crypto::EpochKey* key = ring_.find(space, header.epoch);
        if (key == nullptr) {
            return fail(ErrorCode::no_epoch_key);
        }
        COTMOC_ASSIGN(const Bytes opened, crypto::open_envelope(envelope->bytes, *key));
        COTMOC_ASSIGN(Content content, decode_content(opened));
        ops = std::move(content.ops);
        change = envelope->hash.hex();
    } else {
        COTMOC_ASSIGN(std::optional<core::PendingChangeSet> pending, store_->pending(space, seq));
        if (!pending) {
            return fail(ErrorCode::database_damaged, "a change set of the record is missing");
        }
        ops = std::move(pending->ops);
    }
    COTMOC_ASSIGN(set.seen, seen_by(space, device, seq));
    set.ops = &ops;
    for (core::HistoryOp& op : replay.add(set)) {
        entries.push_back({change, op.dot, device_id(device), device_name(device), op.at.wall_ms,
                           std::move(op.field), op.kind, std::move(op.before), std::move(op.after),
                           op.is_void});
    }
    return {};
}

/// What a change set had seen: the sum of the feed's deltas up to it. A pending one has seen all that is
/// held.
Result<std::vector<std::uint64_t>> Replica::seen_by(const SpaceId& space, DeviceIndex device,
                                                    std::uint64_t seq) {
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
    const auto feed = std::ranges::find(held, device, &core::FeedState::device);
    if (feed == held.end() || feed->seq < seq) {
        return seqs_by_device(held);
    }
    if (feed->seq == seq) {
        COTMOC_ASSIGN(core::Store::AuthorView view, store_->author_view(space, device));
        return std::move(view.seen);
    }
    std::vector<std::uint64_t> seen;
    for (std::uint64_t each = 1; each <= seq; ++each) {
        COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> row, store_->envelope(space, device, each));
        if (!row) {
            return fail(ErrorCode::database_damaged, "an envelope is missing");
        }
        const auto header = crypto::parse_envelope(row->bytes);
        const crypto::EpochKey* key = header ? ring_.find(space, header->epoch) : nullptr;
        const auto opened =
            key != nullptr ? crypto::open_envelope(row->bytes, *key) : fail(ErrorCode::no_epoch_key);
        const auto content = opened ? decode_content(*opened) : tl::unexpected(opened.error());
        if (!content) {
            continue;  // quarantined: it told nothing
        }
        for (const auto& [other, other_seq] : content->head.delta) {
            seen.resize(std::max(seen.size(), to_number(other) + std::size_t{1}));
            seen[to_number(other)] = other_seq;
        }
    }
    seen.resize(std::max(seen.size(), to_number(device) + std::size_t{1}));
    seen[to_number(device)] = seq - 1;
    return seen;
}

Result<std::vector<Error>> Replica::verify() {
    COTMOC_TRY(end_receiving());
    std::vector<Error> wrong;
    const auto note = [&](const Result<void>& result) {
        if (!result) {
            wrong.push_back(result.error());
        }
    };
    note(store_->check_integrity());
    note(store_->check_digests());
    for (const SpaceInfo& space : spaces_) {
        std::map<DeviceIndex, std::pair<std::uint64_t, Hash256>> last;
        std::int64_t position = 0;
        for (;;) {
            COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> row,
                          store_->next_envelope(space.id, position));
            if (!row) {
                break;
            }
            position = row->position;
            auto& [seq, hash] = last[row->author];
            note(verify_row(*row, seq, hash));
            seq = row->seq;
            hash = row->hash;
        }
        COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space.id));
        for (const core::FeedState& feed : held) {
            if (last[feed.device] != std::pair(feed.seq, feed.hash)) {
                wrong.push_back({ErrorCode::broken_chain, space.name + " " + device_name(feed.device)});
            }
        }
    }
    return wrong;
}

Result<void> Replica::verify_row(const core::EnvelopeRow& row, std::uint64_t previous_seq,
                                 const Hash256& previous_hash) {
    const std::string place = device_name(row.author) + ":" + std::to_string(row.seq);
    const auto named = [&](Error error) {
        error.detail = error.detail.empty() ? place : place + ": " + error.detail;
        return tl::unexpected(std::move(error));
    };
    const auto header = crypto::parse_envelope(row.bytes);
    if (!header) {
        return named(header.error());
    }
    const crypto::TrustState::Device* author = trust_.find(row.author);
    if (author == nullptr || author->id != header->author) {
        return fail(ErrorCode::unknown_author, place);
    }
    const Hash256 hash = crypto::envelope_hash(row.bytes);
    if (auto verified = crypto::verify_envelope(row.bytes, hash, author->keys.signing); !verified) {
        return named(verified.error());
    }
    if (hash != row.hash || header->seq != row.seq || header->space != row.space ||
        row.seq != previous_seq + 1 || header->previous != previous_hash) {
        return fail(ErrorCode::broken_chain, place);
    }
    if (row.status == core::EnvelopeStatus::quarantined) {
        return {};
    }
    const crypto::EpochKey* key = ring_.find(header->space, header->epoch);
    if (key == nullptr) {
        return fail(ErrorCode::no_epoch_key, place);
    }
    const auto opened = crypto::open_envelope(row.bytes, *key);
    if (!opened) {
        return named(opened.error());
    }
    if (const auto content = decode_content(*opened); !content) {
        return named(content.error());
    }
    return {};
}

}  // namespace cotmoc::sync
