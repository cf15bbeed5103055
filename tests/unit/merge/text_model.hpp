// A Fugue tree with one node a code point and nothing clever: what TextSequence is compared with. It shares
// no code with it. Devices are ordered by id through the same table.
#pragma once

#include "merge/device_table.hpp"

#include <cotmoc/core/change_set.hpp>

#include <algorithm>
#include <map>

namespace cotmoc::core::test {

/// Device ids whose order is not that of the indexes: index i has an id that starts with (i * 7 + 3) mod 10.
class Devices : public DeviceTable {
public:
    Devices() : ids_(10) {
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            ids_[i].octets.fill(static_cast<std::uint8_t>((i * 7 + 3) % 10));
            ids_[i].octets[31] = static_cast<std::uint8_t>(i);
        }
    }
    const DeviceId& id(DeviceIndex index) const override { return ids_.at(to_number(index)); }

private:
    std::vector<DeviceId> ids_;
};

inline std::u32string decode(std::string_view utf8) {
    std::u32string out;
    for (const char octet : utf8) {
        const auto value = static_cast<unsigned char>(octet);
        if ((value & 0xc0) == 0x80) {
            out.back() = (out.back() << 6) | (value & 0x3fu);
        } else {
            const unsigned kept = value < 0x80 ? 0x7fu : value < 0xe0 ? 0x1fu : value < 0xf0 ? 0x0fu : 7u;
            out += value & kept;
        }
    }
    return out;
}

inline std::string encode(char32_t value) {
    const auto octet = [](char32_t bits) { return static_cast<char>(bits); };
    if (value < 0x80) {
        return {octet(value)};
    }
    if (value < 0x800) {
        return {octet(0xc0 | value >> 6), octet(0x80 | (value & 0x3f))};
    }
    if (value < 0x10000) {
        return {octet(0xe0 | value >> 12), octet(0x80 | (value >> 6 & 0x3f)), octet(0x80 | (value & 0x3f))};
    }
    return {octet(0xf0 | value >> 18), octet(0x80 | (value >> 12 & 0x3f)), octet(0x80 | (value >> 6 & 0x3f)),
            octet(0x80 | (value & 0x3f))};
}

class TextModel {
public:
    explicit TextModel(const DeviceTable& devices) : devices_(devices) {}

    void apply(const Dot& dot, const TextEdit& edit) {
        TextElement element{dot, 0};
        for (const TextInsert& insert : edit.inserts) {
            std::optional<TextElement> parent = insert.parent;
            Side side = insert.side;
            for (const char32_t value : decode(insert.text)) {
                nodes_[element].value = value;
                nodes_[element].parent = parent;
                std::vector<TextElement>& children = children_of(parent, side);
                children.push_back(element);
                std::ranges::sort(children, [this](const auto& a, const auto& b) { return less(a, b); });
                parent = element;
                side = Side::right;
                ++element.offset;
            }
        }
        for (const TextDelete& range : edit.deletes) {
            for (std::uint32_t i = 0; i < range.length; ++i) {
                nodes_.at({range.first.dot, range.first.offset + i}).deleted = true;
            }
        }
    }

    /// All elements in document order.
    std::vector<TextElement> order() const {
        std::vector<TextElement> out;
        for (const TextElement& root : roots_) {
            visit(root, out);
        }
        return out;
    }
    std::u32string text() const {
        std::u32string out;
        for (const TextElement& element : order()) {
            if (!nodes_.at(element).deleted) {
                out += nodes_.at(element).value;
            }
        }
        return out;
    }

    /// Where Fugue hangs a text typed at a visible position: parent (nothing: the start) and side.
    std::pair<std::optional<TextElement>, Side> place(std::size_t position) const {
        const std::vector<TextElement> all = order();
        std::optional<TextElement> left;
        std::size_t next = 0;
        for (std::size_t i = 0, seen = 0; i < all.size() && seen < position; ++i) {
            if (!nodes_.at(all[i]).deleted) {
                left = all[i];
                next = i + 1;
                ++seen;
            }
        }
        const bool childless = left ? nodes_.at(*left).right.empty() : roots_.empty();
        return childless ? std::pair{left, Side::right} : std::pair{std::optional(all[next]), Side::left};
    }

private:
    struct Node {
        char32_t value = 0;
        bool deleted = false;
        std::optional<TextElement> parent;
        std::vector<TextElement> left, right;
    };
    bool less(const TextElement& a, const TextElement& b) const {
        const DeviceId& x = devices_.id(a.dot.device);
        const DeviceId& y = devices_.id(b.dot.device);
        return std::tie(x, a.dot.seq, a.dot.index, a.offset) < std::tie(y, b.dot.seq, b.dot.index, b.offset);
    }
    std::vector<TextElement>& children_of(const std::optional<TextElement>& parent, Side side) {
        if (!parent) {
            return roots_;
        }
        return side == Side::left ? nodes_.at(*parent).left : nodes_.at(*parent).right;
    }
    void visit(const TextElement& element, std::vector<TextElement>& out) const {
        const Node& node = nodes_.at(element);
        for (const TextElement& child : node.left) {
            visit(child, out);
        }
        out.push_back(element);
        for (const TextElement& child : node.right) {
            visit(child, out);
        }
    }

    const DeviceTable& devices_;
    std::map<TextElement, Node> nodes_;
    std::vector<TextElement> roots_;
};

}  // namespace cotmoc::core::test
