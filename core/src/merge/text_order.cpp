#include "merge/text_order.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {
constexpr std::size_t block_runs_max = 512;
}

RunOrder::RunOrder() {
    blocks_.emplace_back().runs.push_back(0);
    entries_.emplace_back();
}

void RunOrder::insert_after(std::uint32_t anchor, std::uint32_t run, std::uint32_t visible) {
    insert(entries_[anchor].block, slot_of(anchor) + 1, run, visible);
}

void RunOrder::insert_before(std::uint32_t anchor, std::uint32_t run, std::uint32_t visible) {
    COTMOC_CHECK(anchor != 0);
    insert(entries_[anchor].block, slot_of(anchor), run, visible);
}

void RunOrder::set_visible(std::uint32_t run, std::uint32_t visible) {
    Entry& entry = entries_[run];
    Block& block = blocks_[entry.block];
    block.visible = block.visible - entry.visible + visible;
    visible_ = visible_ - entry.visible + visible;
    entry.visible = visible;
}

RunOrder::Place RunOrder::find(std::size_t position) const {
    COTMOC_CHECK(position < visible_);
    std::uint32_t block = 0;
    while (position >= blocks_[block].visible) {
        position -= blocks_[block].visible;
        block = blocks_[block].next;
    }
    for (const std::uint32_t run : blocks_[block].runs) {
        const std::uint32_t visible = entries_[run].visible;
        if (position < visible) {
            return {run, static_cast<std::uint32_t>(position)};
        }
        position -= visible;
    }
    check_failed("the visible length of a block is the sum of its runs", __FILE__, __LINE__);
}

std::uint32_t RunOrder::next(std::uint32_t run) const {
    const Block& block = blocks_[entries_[run].block];
    const std::size_t slot = slot_of(run) + 1;
    if (slot < block.runs.size()) {
        return block.runs[slot];
    }
    return block.next == none ? none : blocks_[block.next].runs.front();
}

std::vector<std::uint32_t> RunOrder::all() const {
    std::vector<std::uint32_t> runs;
    runs.reserve(entries_.size());
    for (std::uint32_t block = 0; block != none; block = blocks_[block].next) {
        runs.insert(runs.end(), blocks_[block].runs.begin(), blocks_[block].runs.end());
    }
    return runs;
}

std::size_t RunOrder::slot_of(std::uint32_t run) const {
    // From the back: texts grow at the end more often than elsewhere.
    const std::vector<std::uint32_t>& runs = blocks_[entries_[run].block].runs;
    return static_cast<std::size_t>(runs.rend() - std::find(runs.rbegin(), runs.rend(), run)) - 1;
}

void RunOrder::insert(std::uint32_t block, std::size_t slot, std::uint32_t run, std::uint32_t visible) {
    COTMOC_CHECK(run == entries_.size());
    std::vector<std::uint32_t>& runs = blocks_[block].runs;
    runs.insert(runs.begin() + static_cast<std::ptrdiff_t>(slot), run);
    blocks_[block].visible += visible;
    visible_ += visible;
    entries_.push_back({block, visible});
    if (runs.size() > block_runs_max) {
        divide(block);
    }
}

void RunOrder::divide(std::uint32_t block) {
    const auto second = static_cast<std::uint32_t>(blocks_.size());
    Block& to = blocks_.emplace_back();
    Block& from = blocks_[block];
    const auto middle = from.runs.begin() + static_cast<std::ptrdiff_t>(from.runs.size() / 2);
    to.runs.assign(middle, from.runs.end());
    from.runs.erase(middle, from.runs.end());
    to.next = from.next;
    from.next = second;
    for (const std::uint32_t run : to.runs) {
        entries_[run].block = second;
        to.visible += entries_[run].visible;
    }
    from.visible -= to.visible;
}

}  // namespace cotmoc::core
