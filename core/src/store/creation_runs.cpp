#include "store/journal.hpp"

namespace cotmoc::core {

void CreationRuns::add(std::uint32_t index, std::int64_t row) {
    if (!runs_.empty()) {
        Run& run = runs_.back();
        const std::uint32_t last = run.first + run.stride * (run.count - 1);
        if (row == run.row + run.count && index > last && (run.count == 1 || index == last + run.stride)) {
            run.stride = index - last;
            ++run.count;
            return;
        }
    }
    runs_.push_back({index, 1, row, 1});
}

Result<void> CreationRuns::store(Statements& statements, const SpaceEntry& space, DeviceIndex device,
                                 std::uint64_t seq) const {
    for (const Run& run : runs_) {
        COTMOC_ASSIGN(Statement * insert, statements.get("INSERT INTO _creation(space, device, seq, first, "
                                                         "stride, row, count) VALUES(?, ?, ?, ?, ?, ?, ?)"));
        COTMOC_TRY(insert->bind(1, space.number)
                       .bind(2, static_cast<std::int64_t>(to_number(device)))
                       .bind(3, static_cast<std::int64_t>(seq))
                       .bind(4, static_cast<std::int64_t>(run.first))
                       .bind(5, static_cast<std::int64_t>(run.stride))
                       .bind(6, run.row)
                       .bind(7, static_cast<std::int64_t>(run.count))
                       .run());
    }
    return {};
}

Result<std::optional<std::int64_t>> CreationRuns::find(Statements& statements, const SpaceEntry& space,
                                                       const Dot& dot) {
    COTMOC_ASSIGN(Statement * query, statements.get("SELECT first, stride, row, count FROM _creation WHERE "
                                                    "space = ? AND device = ? AND seq = ? AND first <= ? "
                                                    "ORDER BY first DESC LIMIT 1"));
    query->bind(1, space.number)
        .bind(2, static_cast<std::int64_t>(to_number(dot.device)))
        .bind(3, static_cast<std::int64_t>(dot.seq))
        .bind(4, static_cast<std::int64_t>(dot.index));
    COTMOC_ASSIGN(const bool found, query->step());
    if (!found) {
        return std::nullopt;
    }
    const std::int64_t offset = dot.index - query->integer(0);
    const std::int64_t stride = query->integer(1);
    const std::int64_t row = query->integer(2);
    const std::int64_t count = query->integer(3);
    query->reset();
    if (offset % stride != 0 || offset / stride >= count) {
        return std::nullopt;
    }
    return row + offset / stride;
}

}  // namespace cotmoc::core
