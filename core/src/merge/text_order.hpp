// The runs of a text in document order, with their visible lengths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cotmoc::core {

/// An ordered list of the run numbers 0, 1, 2 … that finds the run at a visible position. It is a list of
/// blocks of a few hundred runs: inserting, finding and stepping cost a walk over one block and the list
/// of blocks. Run 0 (the start of the text, of length 0) is first for ever. Value type.
class RunOrder {
public:
    static constexpr std::uint32_t none = UINT32_MAX;
    struct Place {
        std::uint32_t run = 0;
        std::uint32_t offset = 0;  // in the run
    };

    RunOrder();
    /// `run` must be the next number not used yet.
    void insert_after(std::uint32_t anchor, std::uint32_t run, std::uint32_t visible);
    void insert_before(std::uint32_t anchor, std::uint32_t run, std::uint32_t visible);
    void set_visible(std::uint32_t run, std::uint32_t visible);

    std::size_t visible() const { return visible_; }
    /// The run that holds the visible code point at `position`. Precondition: position < visible().
    Place find(std::size_t position) const;
    /// The run after this one in document order, or `none`.
    std::uint32_t next(std::uint32_t run) const;
    /// All runs in document order.
    std::vector<std::uint32_t> all() const;

private:
    struct Block {
        std::vector<std::uint32_t> runs;
        std::size_t visible = 0;
        std::uint32_t next = none;  // block
    };
    struct Entry {
        std::uint32_t block = 0;
        std::uint32_t visible = 0;
    };
    std::size_t slot_of(std::uint32_t run) const;
    void insert(std::uint32_t block, std::size_t slot, std::uint32_t run, std::uint32_t visible);
    void divide(std::uint32_t block);

    std::vector<Block> blocks_;   // block 0 is the first
    std::vector<Entry> entries_;  // by run
    std::size_t visible_ = 0;
};

}  // namespace cotmoc::core
