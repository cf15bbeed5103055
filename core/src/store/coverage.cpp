#include "store/coverage.hpp"

#include <algorithm>

namespace cotmoc::core {

void Coverage::raise(std::vector<std::uint64_t>& seqs, std::size_t device, std::uint64_t seq) {
    if (device >= seqs.size()) {
        seqs.resize(device + 1);
    }
    seqs[device] = std::max(seqs[device], seq);
}

Result<Coverage> Coverage::load(StoreImpl& impl, const SpaceEntry& space) {
    Coverage coverage;
    COTMOC_ASSIGN(Statement * hub, impl.statements.get("SELECT device, seq FROM _hub WHERE space = ?"));
    hub->bind(1, space.number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, hub->step());
        if (!row) {
            break;
        }
        raise(coverage.hub_, static_cast<std::size_t>(hub->integer(0)),
              static_cast<std::uint64_t>(hub->integer(1)));
    }
    COTMOC_ASSIGN(Statement * feeds,
                  impl.statements.get("SELECT device, seq, seen FROM _feed WHERE space = ?"));
    feeds->bind(1, space.number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, feeds->step());
        if (!row) {
            return coverage;
        }
        const auto device = static_cast<DeviceIndex>(feeds->integer(0));
        if (std::ranges::find(impl.devices.province, device) == impl.devices.province.end()) {
            continue;
        }
        // A province device holds what it wrote and what its last change set had seen.
        raise(coverage.province_, to_number(device), static_cast<std::uint64_t>(feeds->integer(1)));
        COTMOC_ASSIGN(const std::vector<std::uint64_t> seen, decode_seen(feeds->blob(2)));
        for (std::size_t other = 0; other < seen.size(); ++other) {
            raise(coverage.province_, other, seen[other]);
        }
    }
}

Progress Coverage::progress(const RecordState& state, DeviceIndex self, std::uint64_t own_sealed) const {
    Progress least = Progress::province;
    for (const Visit& visit : state.visits) {
        Progress reached = Progress::sealed;
        if (visit.device == self && visit.seq > own_sealed) {
            reached = Progress::local;
        } else if (province_holds(visit.device, visit.seq)) {
            reached = Progress::province;
        } else if (hub_holds(visit.device, visit.seq)) {
            reached = Progress::hub;
        }
        least = std::min(least, reached);
    }
    return least;
}

}  // namespace cotmoc::core
