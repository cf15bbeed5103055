// When a device was last heard of: by the stamps in what it wrote.
#include "replica/content.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {

Result<std::optional<std::uint64_t>> Replica::last_seen(DeviceIndex device) {
    COTMOC_TRY(end_receiving());
    std::optional<std::uint64_t> last;
    for (const SpaceInfo& space : spaces_) {
        const Frontier held = frontier(space.id);
        const auto feed = std::ranges::find(held, device, &FeedPosition::device);
        if (feed == held.end()) {
            continue;
        }
        COTMOC_ASSIGN(const auto row, store_->envelope(space.id, device, feed->seq));
        const auto header = row ? crypto::parse_envelope(row->bytes) : fail(ErrorCode::bad_envelope);
        const crypto::EpochKey* key = header ? ring_.find(space.id, header->epoch) : nullptr;
        if (key == nullptr) {
            continue;
        }
        // What cannot be read tells no time; that is no reason to fail.
        const auto opened = crypto::open_envelope(row->bytes, *key);
        BytesView ops;
        const auto head = opened ? decode_content_head(*opened, ops) : tl::unexpected(opened.error());
        if (head) {
            last = std::max(last.value_or(0), head->newest.wall_ms);
        }
    }
    return last;
}

}  // namespace cotmoc::sync
