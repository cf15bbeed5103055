// The check of everything that is held.
#include "replica/content.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>
#include <map>

namespace cotmoc::sync {

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
        COTMOC_TRY(verify_sides(space.id, wrong));
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
