// Spaces that were withdrawn from this device: what was made here is handed over, then all of it is deleted.
#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

/// The setting that says how far the own feed had come when its space was deleted here.
std::string purged_name(const SpaceId& space) { return "purged:" + space.hex(); }

}  // namespace

Result<std::vector<HandOver>> Replica::hand_over(const crypto::TrustState::Device& peer) {
    std::vector<HandOver> owed;
    if (self_ == nullptr) {
        return owed;
    }
    for (const SpaceId& space : trust_.withdrawn(*self_)) {
        COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
        const auto own = std::ranges::find(held, self_->index, &core::FeedState::device);
        if (own == held.end()) {
            continue;
        }
        COTMOC_ASSIGN(const std::uint64_t hub, store_->hub_holds(space, self_->index));
        const std::uint64_t after = peer.role == crypto::Role::hub ? hub : 0;
        if (after < own->seq) {
            owed.push_back({space, self_->index, after, own->seq});
        }
    }
    return owed;
}

Result<void> Replica::purge_withdrawn() {
    if (self_ == nullptr || switched_off("purge")) {
        return {};
    }
    for (const SpaceId& space : trust_.withdrawn(*self_)) {
        COTMOC_ASSIGN(const bool anything, store_->holds_anything_of(space));
        COTMOC_ASSIGN(const bool pending, store_->has_pending(space));
        if (!anything || pending) {
            continue;
        }
        COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
        const auto own = std::ranges::find(held, self_->index, &core::FeedState::device);
        COTMOC_ASSIGN(const std::uint64_t hub, store_->hub_holds(space, self_->index));
        if (own != held.end() && hub < own->seq) {
            continue;  // nothing is lost: it is handed over first
        }
        BinaryWriter seq;
        seq.varint(own != held.end() ? own->seq : 0);
        const auto purged = store_->write([&]() -> Result<void> {
            COTMOC_TRY(store_->set_setting(purged_name(space), seq.bytes()));
            COTMOC_TRY(store_->purge(space));
            return note_purged(spaces_.empty() ? SpaceInfo() : spaces_.front(), space, trust_.position());
        });
        COTMOC_TRY(purged);
    }
    return {};
}

Result<std::uint64_t> Replica::purged_through(const SpaceId& space) const {
    COTMOC_ASSIGN(const std::optional<Bytes> setting, store_->setting(purged_name(space)));
    BinaryReader reader(setting ? BytesView(*setting) : BytesView());
    return setting ? reader.varint() : 0;
}

Result<void> Replica::check_not_purged(const SpaceId& space) {
    COTMOC_ASSIGN(const std::uint64_t purged, purged_through(space));
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
    const auto own = std::ranges::find(held, self_->index, &core::FeedState::device);
    const bool is_back = (own != held.end() ? own->seq : 0) >= purged;
    return is_back ? Result<void>()
                   : fail(ErrorCode::waiting_for_dependency, "the own past in this space is not back yet");
}

}  // namespace cotmoc::sync
