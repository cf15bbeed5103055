// What arrived and has no effect, with the reason.
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// Something that arrived and has no effect: a whole change set, or one op of it.
struct Held {
    SpaceId space;
    DeviceIndex author{};
    std::uint64_t seq = 0;
    std::optional<std::uint32_t> index;
    std::string reason;
    std::string hash = {};  // of a change set: `authority settle` and `--release` take it
};

Result<std::vector<Held>> held_back(sync::Replica& replica);
/// An object of `quarantine --json`.
std::string held_json(const sync::Replica& replica, const Held& held);

}  // namespace cotmoc::records
