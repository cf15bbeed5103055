// Finds the run of a text that holds an element.
#pragma once

#include <cotmoc/core/change_set.hpp>

#include <optional>
#include <vector>

namespace cotmoc::core {

/// Run numbers by the first element of each run. Blocks of a few hundred entries in one order: a search
/// halves twice, growing at the end (whoever types) costs nothing to speak of, and a copy is a copy of
/// arrays. Value type.
class RunIndex {
public:
    /// Precondition: no run begins with this element yet.
    void insert(const TextElement& head, std::uint32_t run);
    /// The run with the greatest head that is not after the element.
    std::optional<std::uint32_t> at_or_before(const TextElement& element) const;

private:
    struct Entry {
        TextElement head;
        std::uint32_t run = 0;
    };
    using Block = std::vector<Entry>;  // not empty
    /// The block whose range the element falls into. Precondition: there are blocks.
    std::size_t block_of(const TextElement& element) const;

    std::vector<Block> blocks_;
};

}  // namespace cotmoc::core
