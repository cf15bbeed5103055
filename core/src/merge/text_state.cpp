// Writes the stored and the canonical form of a text. Both speak of spans: what is one after the other in
// document order and in its dot, in the same state, and not hung anywhere else. So neither shows how the runs
// came to be cut.
#include "merge/text_flags.hpp"
#include "merge/text_sequence.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

constexpr std::uint32_t none = RunOrder::none;
constexpr std::uint32_t start = 0;

void write_dot(BinaryWriter& writer, const Dot& dot) {
    writer.varint(to_number(dot.device));
    writer.varint(dot.seq);
    writer.varint(dot.index);
}

/// The devices of some elements by rising id, and the place of each in that list.
class DeviceRanks {
public:
    DeviceRanks(std::vector<DeviceIndex> used, const DeviceTable& devices) {
        std::ranges::sort(used);
        used.erase(std::ranges::unique(used).begin(), used.end());
        std::ranges::sort(used, [&](DeviceIndex a, DeviceIndex b) { return devices.id(a) < devices.id(b); });
        for (const DeviceIndex device : used) {
            ranks_.emplace(device, ranks_.size());
        }
        used_ = std::move(used);
    }
    void write_list(BinaryWriter& writer, const DeviceTable& devices) const {
        writer.varint(used_.size());
        for (const DeviceIndex device : used_) {
            writer.id(devices.id(device));
        }
    }
    void write(BinaryWriter& writer, const TextElement& element) const {
        writer.varint(ranks_.at(element.dot.device));
        writer.varint(element.dot.seq);
        writer.varint(element.dot.index);
        writer.varint(element.offset);
    }

private:
    std::vector<DeviceIndex> used_;
    std::map<DeviceIndex, std::size_t> ranks_;
};

}  // namespace

std::optional<TextElement> TextSequence::parent_of(const Run& run) const {
    if (run.parent == start) {
        return std::nullopt;
    }
    const Run& parent = runs_[run.parent];
    return run.side == Side::left ? parent.head : parent.element(parent.length - 1);
}

/// Whether the run, next after `previous` in document order, is only its continuation. (A child that stands
/// after its parent is a right child.)
bool TextSequence::continues(const Run& run, std::uint32_t previous) const {
    const Run& before = runs_[previous];
    return previous != start && run.parent == previous && run.head.dot == before.head.dot &&
           run.head.offset == before.head.offset + before.length && run.deleted == before.deleted;
}

std::vector<TextSequence::Span> TextSequence::spans(const std::vector<std::uint32_t>& order) const {
    std::vector<Span> spans;
    for (std::size_t i = 1; i < order.size(); ++i) {
        const Run& run = runs_[order[i]];
        if (continues(run, order[i - 1])) {
            spans.back().length += run.length;
            spans.back().end = i + 1;
        } else {
            spans.push_back({order[i], run.length, i, i + 1});
        }
    }
    return spans;
}

std::optional<Dot> TextSequence::initial_dot() const {
    std::optional<Dot> initial;
    for (const Run& run : runs_) {
        if (run.head.dot.device == content_device) {
            if (initial && *initial != run.head.dot) {
                return std::nullopt;
            }
            initial = run.head.dot;
        }
    }
    return initial;
}

std::optional<Dot> TextSequence::fresh_dot() const {
    std::uint32_t last = start;
    for (std::uint32_t run = order_.next(start); run != none; run = order_.next(run)) {
        const bool first = last == start && runs_[run].parent == start && runs_[run].head.offset == 0;
        if (runs_[run].deleted || !(first || continues(runs_[run], last))) {
            return std::nullopt;
        }
        last = run;
    }
    return last == start ? std::nullopt : std::optional(runs_[last].head.dot);
}

void TextSequence::write_span(BinaryWriter& writer, const std::vector<Span>& spans, std::size_t at) const {
    const Span& span = spans[at];
    const Run& run = runs_[span.first];
    const std::optional<TextElement> parent = parent_of(run);
    std::optional<TextElement> neighbour;  // nothing: the start, or the end of the list
    if (run.side == Side::left && at + 1 < spans.size()) {
        neighbour = runs_[spans[at + 1].first].head;
    } else if (run.side == Side::right && at > 0) {
        neighbour = runs_[spans[at - 1].first].element(spans[at - 1].length - 1);
    }
    const bool single = run.head.offset == 0 && span.length == 1;
    unsigned flags = (run.deleted ? text_flags::deleted : 0u) |
                     (run.side == Side::left ? text_flags::left : 0u) | (single ? text_flags::single : 0u);
    if (parent == neighbour) {
        flags |= text_flags::adjacent;
    } else if (!parent) {
        flags |= text_flags::at_start;
    }
    if (at > 0) {
        const Dot& before = runs_[spans[at - 1].first].head.dot;
        const bool same_feed = before.device == run.head.dot.device && before.seq == run.head.dot.seq;
        flags |= same_feed ? text_flags::same_feed : 0u;
        flags |= same_feed && run.head.dot.index == before.index + 1 ? text_flags::next_index : 0u;
    }
    writer.u8(static_cast<std::uint8_t>(flags));
    if ((flags & text_flags::same_feed) == 0) {
        write_dot(writer, run.head.dot);
    } else if ((flags & text_flags::next_index) == 0) {
        writer.varint(run.head.dot.index);
    }
    if (!single) {
        writer.varint(run.head.offset);
        writer.varint(span.length);
    }
    if ((flags & (text_flags::adjacent | text_flags::at_start)) == 0) {
        write_dot(writer, parent->dot);
        writer.varint(parent->offset);
    }
}

void TextSequence::save(BinaryWriter& writer) const {
    const std::vector<Span> all = spans(order_.all());
    writer.varint(all.size());
    for (std::size_t at = 0; at < all.size(); ++at) {
        write_span(writer, all, at);
    }
}

void TextSequence::append_canonical(Bytes& out, const DeviceTable& devices) const {
    const std::vector<std::uint32_t> order = order_.all();
    const std::vector<Span> all = spans(order);
    std::vector<DeviceIndex> used;
    for (const Span& span : all) {
        used.push_back(runs_[span.first].head.dot.device);
    }
    const DeviceRanks ranks(std::move(used), devices);
    BinaryWriter writer;
    ranks.write_list(writer, devices);
    writer.varint(all.size());
    for (const Span& span : all) {
        const Run& run = runs_[span.first];
        const std::optional<TextElement> parent = parent_of(run);
        writer.u8(static_cast<std::uint8_t>((run.deleted ? text_flags::deleted : 0u) |
                                            (run.side == Side::left ? text_flags::left : 0u) |
                                            (parent ? 0u : text_flags::at_start)));
        ranks.write(writer, run.head);
        writer.varint(span.length);
        if (parent) {
            ranks.write(writer, *parent);
        }
        if (!run.deleted) {
            std::string text;
            for (std::size_t i = span.begin; i < span.end; ++i) {
                text += runs_[order[i]].text;
            }
            writer.string(text);
        }
    }
    out.insert(out.end(), writer.bytes().begin(), writer.bytes().end());
}

}  // namespace cotmoc::core
