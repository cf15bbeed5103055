// Numbers distinct strings in order of first appearance.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace cotmoc::core {

/// A hash table that turns into a tree if somebody chose strings that collide: the numbers are the same.
/// The views must outlive it.
class Interner {
public:
    explicit Interner(std::size_t probes_allowed_each = 16);

    std::uint32_t intern(std::string_view text);
    const std::vector<std::string_view>& items() const { return items_; }

private:
    struct Slot {
        std::uint64_t key = 0;  // with the size, the text itself if that is at most 8 octets
        std::uint32_t size = 0;
        std::uint32_t number_and_one = 0;  // 0: free
    };

    std::uint32_t add(std::string_view text);
    void grow();
    std::uint32_t intern_in_tree(std::string_view text);

    std::vector<std::string_view> items_;
    std::vector<Slot> slots_;
    std::size_t probes_allowed_each_;
    std::size_t probes_ = 0;
    std::size_t calls_ = 0;
    bool uses_tree_ = false;
    std::map<std::string_view, std::uint32_t> tree_;
};

}  // namespace cotmoc::core
