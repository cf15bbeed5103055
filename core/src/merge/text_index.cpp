#include "merge/text_index.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {
constexpr std::size_t block_entries_max = 512;
}

std::size_t RunIndex::block_of(const TextElement& element) const {
    if (!(element < blocks_.back().front().head)) {
        return blocks_.size() - 1;
    }
    const auto after = std::ranges::upper_bound(
        blocks_, element, {}, [](const Block& block) -> const TextElement& { return block.front().head; });
    return after == blocks_.begin() ? 0 : static_cast<std::size_t>(after - blocks_.begin()) - 1;
}

void RunIndex::insert(const TextElement& head, std::uint32_t run) {
    const Entry entry{head, run};
    if (blocks_.empty()) {
        blocks_.push_back({entry});
        return;
    }
    const std::size_t number = block_of(head);
    Block& block = blocks_[number];
    if (block.back().head < head) {
        if (block.size() < block_entries_max) {
            block.push_back(entry);
        } else {
            blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(number) + 1, Block{entry});
        }
        return;
    }
    block.insert(std::ranges::upper_bound(block, head, {}, &Entry::head), entry);
    if (block.size() > block_entries_max) {
        const auto middle = block.begin() + static_cast<std::ptrdiff_t>(block.size() / 2);
        Block second(middle, block.end());
        block.erase(middle, block.end());
        blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(number) + 1, std::move(second));
    }
}

std::optional<std::uint32_t> RunIndex::at_or_before(const TextElement& element) const {
    if (blocks_.empty()) {
        return std::nullopt;
    }
    const Block& block = blocks_[block_of(element)];
    const auto after = std::ranges::upper_bound(block, element, {}, &Entry::head);
    return after == block.begin() ? std::nullopt : std::optional(std::prev(after)->run);
}

}  // namespace cotmoc::core
