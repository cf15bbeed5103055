// How far change sets have come (semantics S21): held by a hub, covered by the frontier of a province device.
#pragma once

#include "store/store_impl.hpp"

namespace cotmoc::core {

class Coverage {
public:
    static Result<Coverage> load(StoreImpl& impl, const SpaceEntry& space);

    bool hub_holds(DeviceIndex device, std::uint64_t seq) const { return covers(hub_, device, seq); }
    bool province_holds(DeviceIndex device, std::uint64_t seq) const {
        return covers(province_, device, seq);
    }
    Progress progress(const RecordState& state, DeviceIndex self, std::uint64_t own_sealed) const;

private:
    static bool covers(const std::vector<std::uint64_t>& seqs, DeviceIndex device, std::uint64_t seq) {
        return to_number(device) < seqs.size() && seqs[to_number(device)] >= seq;
    }
    static void raise(std::vector<std::uint64_t>& seqs, std::size_t device, std::uint64_t seq);
    std::vector<std::uint64_t> hub_;
    std::vector<std::uint64_t> province_;
};

}  // namespace cotmoc::core
