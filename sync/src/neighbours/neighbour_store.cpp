#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/neighbour_store.hpp>

namespace cotmoc::sync {

bool NeighbourQuotas::has_room(const DeviceId& author, std::uint64_t octets, const NeighbourLimits& limits,
                               std::int64_t now_ms) const {
    const auto use = uses_.find(author);
    const bool counted = use != uses_.end() && now_ms - use->second.since_ms < limits.period_ms;
    const std::uint64_t used = counted ? use->second.octets : 0;
    return used <= limits.bytes && octets <= limits.bytes - used;
}

void NeighbourQuotas::count(const DeviceId& author, std::uint64_t octets, const NeighbourLimits& limits,
                            std::int64_t now_ms) {
    const auto [use, is_new] = uses_.try_emplace(author, Use{now_ms, 0});
    if (now_ms - use->second.since_ms >= limits.period_ms) {
        use->second = {now_ms, 0};
    }
    use->second.octets += octets;
}

Result<AcceptResult> NeighbourStore::accept(BytesView envelope) {
    const std::optional<std::uint64_t> left = limits_.disk_free ? limits_.disk_free() : std::nullopt;
    if (left && *left < limits_.free_bytes && !switched_off("door-room")) {
        COTMOC_TRY(below_.commit());  // what came before stays, whether the caller hears of it or not
        return fail(ErrorCode::disk_full, "little is left");
    }
    const auto header = crypto::parse_envelope(envelope);
    const bool has_room = !header || quotas_.has_room(header->author, envelope.size(), limits_, now_()) ||
                          switched_off("door-room");
    if (!has_room) {
        return AcceptResult{Acceptance::refused, 0, Error{ErrorCode::quota_exceeded, "of neighbours"}};
    }
    COTMOC_ASSIGN(AcceptResult result, below_.accept(envelope));
    if (header && result.acceptance == Acceptance::stored) {
        quotas_.count(header->author, envelope.size(), limits_, now_());
    }
    return result;
}

}  // namespace cotmoc::sync
