// What change sets that are held count for, when the trust feed's word about their authors changes (S13,
// S14).
#include "replica/feed_rights.hpp"

#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

std::string setting_name(const SpaceId& space) { return "rights:" + space.hex(); }

}  // namespace

ErrorCode Replica::why_no_right(const crypto::TrustState::Device& author, const SpaceId& space) const {
    const bool cut = author.revoked || author.terms.contains(space);
    return cut ? ErrorCode::after_cut : ErrorCode::not_allowed;
}

Result<bool> Replica::judges_otherwise(const SpaceId& space, const SpaceRights& before,
                                       const SpaceRights& now) {
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
    for (const core::FeedState& feed : held) {
        if (differ(before, now, feed.device, feed.seq)) {
            return true;
        }
    }
    if (now.keys <= before.keys) {
        return false;
    }
    // A key that was missing may open what waits for it in quarantine.
    COTMOC_ASSIGN(const std::vector<core::EnvelopeRow> quarantined, store_->quarantined());
    return std::ranges::any_of(quarantined, [&](const core::EnvelopeRow& row) {
        return row.space == space && row.reason == error_name(ErrorCode::no_epoch_key);
    });
}

Result<void> Replica::follow_rights() {
    for (const SpaceInfo& space : spaces_) {
        const SpaceRights now = rights_in(trust_, space.id, ring_);
        COTMOC_ASSIGN(const std::optional<Bytes> setting, store_->setting(setting_name(space.id)));
        const SpaceRights before = setting ? decode_rights(*setting) : now;
        if (setting && before == now) {
            continue;
        }
        COTMOC_ASSIGN(const bool otherwise, judges_otherwise(space.id, before, now));
        if (otherwise) {
            COTMOC_ASSIGN(const bool pending, store_->has_pending(space.id));
            if (pending && (!seal() || *store_->has_pending(space.id))) {
                continue;  // its key is missing; the records follow when what waits here is sealed
            }
            COTMOC_TRY(replay(space.id));
        }
        // Last: after a crash in between, the space is replayed once more, which changes nothing.
        COTMOC_TRY(
            store_->write([&] { return store_->set_setting(setting_name(space.id), encode_rights(now)); }));
    }
    return {};
}

}  // namespace cotmoc::sync
