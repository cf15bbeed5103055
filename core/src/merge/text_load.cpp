// Reads the stored form of a text.
#include "merge/text_code_points.hpp"
#include "merge/text_flags.hpp"
#include "merge/text_sequence.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

constexpr std::uint32_t none = RunOrder::none;
constexpr std::uint32_t start = 0;

std::uint32_t read_u32(BinaryReader& reader) {
    const std::uint64_t value = reader.varint();
    if (value > UINT32_MAX) {
        reader.set_failed();
        return 0;
    }
    return static_cast<std::uint32_t>(value);
}

Dot read_dot(BinaryReader& reader) {
    Dot dot;
    dot.device = DeviceIndex{read_u32(reader)};
    dot.seq = reader.varint();
    dot.index = read_u32(reader);
    return dot;
}

}  // namespace

/// A span as it was stored.
struct TextSequence::Saved {
    TextElement head;
    std::uint32_t length = 0;
    bool deleted = false;
    bool adjacent = false;  // hangs on the element beside it, so `parent` is not given
    Side side = Side::right;
    std::optional<TextElement> parent;

    TextElement element(std::uint32_t offset) const { return {head.dot, head.offset + offset}; }
};

/// Builds a sequence from stored spans: cuts them where something hangs on their middle, so that the rule of
/// Run holds, then links children to parents. Nothing of the input is trusted.
class TextSequence::Loader {
public:
    explicit Loader(std::string_view visible_text) : visible_text_(visible_text) {}

    Result<TextSequence> load(BinaryReader& reader) {
        const bool sound =
            is_valid_utf8(visible_text_) && read(reader) && find_cuts() && make_runs() && link();
        if (!sound) {
            return fail(ErrorCode::bad_encoding, "state of a text");
        }
        return std::move(sequence_);
    }

private:
    bool read(BinaryReader& reader);
    bool read_span(BinaryReader& reader);
    const Saved* find(const TextElement& element) const;
    bool find_cuts();
    bool make_runs();
    void index();
    void add_run(const Saved& span, std::uint32_t begin, std::uint32_t end, std::string_view text);
    bool link();

    std::string_view visible_text_;
    struct Head {
        TextElement element;
        std::uint32_t span = 0;
    };
    std::vector<Saved> spans_;               // in document order
    std::vector<Head> by_head_;              // sorted
    std::vector<TextElement> cuts_;          // elements that must start a run
    std::vector<std::uint32_t> first_runs_;  // of each span
    TextSequence sequence_;
};

bool TextSequence::Loader::read(BinaryReader& reader) {
    const std::size_t count = reader.count();
    spans_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!read_span(reader)) {
            return false;
        }
    }
    return spans_.empty() || !spans_.back().adjacent || spans_.back().side == Side::right;
}

bool TextSequence::Loader::read_span(BinaryReader& reader) {
    const std::uint8_t flags = reader.u8();
    const bool same_feed = (flags & text_flags::same_feed) != 0;
    const bool next_index = (flags & text_flags::next_index) != 0;
    const bool at_start = (flags & text_flags::at_start) != 0;
    if ((flags & text_flags::unused) != 0 || (same_feed && spans_.empty()) || (next_index && !same_feed) ||
        (at_start && (flags & (text_flags::left | text_flags::adjacent)) != 0)) {
        return false;
    }
    Saved span;
    if (!same_feed) {
        span.head.dot = read_dot(reader);
    } else {
        span.head.dot = spans_.back().head.dot;
        span.head.dot.index = next_index ? span.head.dot.index + 1 : read_u32(reader);
    }
    span.length = 1;
    if ((flags & text_flags::single) == 0) {
        span.head.offset = read_u32(reader);
        span.length = read_u32(reader);
    }
    span.deleted = (flags & text_flags::deleted) != 0;
    span.side = (flags & text_flags::left) != 0 ? Side::left : Side::right;
    span.adjacent = (flags & text_flags::adjacent) != 0;
    if (!at_start && !span.adjacent) {
        span.parent.emplace().dot = read_dot(reader);
        span.parent->offset = read_u32(reader);
    }
    spans_.push_back(span);
    return reader.ok() && span.length > 0 && std::uint64_t{span.head.offset} + span.length <= UINT32_MAX;
}

const TextSequence::Saved* TextSequence::Loader::find(const TextElement& element) const {
    auto after = std::ranges::upper_bound(by_head_, element, {}, &Head::element);
    if (after == by_head_.begin()) {
        return nullptr;
    }
    const Saved& span = spans_[std::prev(after)->span];
    const bool inside = span.head.dot == element.dot && element.offset - span.head.offset < span.length;
    return inside ? &span : nullptr;
}

bool TextSequence::Loader::find_cuts() {
    by_head_.reserve(spans_.size());
    for (const Saved& span : spans_) {
        by_head_.push_back({span.head, static_cast<std::uint32_t>(by_head_.size())});
    }
    std::ranges::sort(by_head_, {}, &Head::element);
    for (std::size_t i = 1; i < by_head_.size(); ++i) {
        const Saved& before = spans_[by_head_[i - 1].span];
        const TextElement& head = by_head_[i].element;
        if (before.head.dot == head.dot && head.offset - before.head.offset < before.length) {
            return false;  // the same element twice
        }
    }
    for (const Saved& span : spans_) {
        if (span.parent) {
            if (find(*span.parent) == nullptr) {
                return false;
            }
            cuts_.push_back(*span.parent);
            cuts_.back().offset += span.side == Side::right ? 1 : 0;
        }
    }
    std::ranges::sort(cuts_);
    cuts_.erase(std::ranges::unique(cuts_).begin(), cuts_.end());
    return true;
}

bool TextSequence::Loader::make_runs() {
    std::size_t left = 0;
    for (const Saved& span : spans_) {
        left += span.deleted ? 0 : span.length;
    }
    if (left != count_code_points(visible_text_)) {
        return false;
    }
    first_runs_.reserve(spans_.size());
    sequence_.runs_.reserve(spans_.size() + cuts_.size() + 1);
    for (const Saved& span : spans_) {
        first_runs_.push_back(static_cast<std::uint32_t>(sequence_.runs_.size()));
        auto cut = std::ranges::upper_bound(cuts_, span.head);
        for (std::uint32_t begin = 0; begin < span.length;) {
            const bool inside = cut != cuts_.end() && cut->dot == span.head.dot &&
                                cut->offset - span.head.offset < span.length;
            const std::uint32_t end = inside ? (cut++)->offset - span.head.offset : span.length;
            const std::size_t octets =
                span.deleted ? 0 : octet_of_code_point(visible_text_, left, end - begin);
            add_run(span, begin, end, visible_text_.substr(0, octets));
            visible_text_.remove_prefix(octets);
            left -= span.deleted ? 0 : end - begin;
            begin = end;
        }
    }
    index();
    return true;
}

void TextSequence::Loader::add_run(const Saved& span, std::uint32_t begin, std::uint32_t end,
                                   std::string_view text) {
    const auto number = static_cast<std::uint32_t>(sequence_.runs_.size());
    Run& run = sequence_.runs_.emplace_back();
    run.head = span.element(begin);
    run.length = end - begin;
    run.parent = number - 1;  // right if it continues a span; link() corrects the others
    run.side = begin > 0 ? Side::right : span.side;
    run.deleted = span.deleted;
    run.text = text;
    sequence_.octets_ += text.size();
    sequence_.order_.insert_after(number - 1, number, span.deleted ? 0 : run.length);
}

/// The runs of each span are consecutive, so those of the spans in order of their heads are in that order
/// too.
void TextSequence::Loader::index() {
    for (const Head& head : by_head_) {
        std::uint32_t run = first_runs_[head.span];
        for (std::uint32_t done = 0; done < spans_[head.span].length; ++run) {
            sequence_.runs_by_head_.insert(sequence_.runs_[run].head, run);
            done += sequence_.runs_[run].length;
        }
    }
}

/// Hangs every run on its parent and checks that reading the tree gives the stored order, which also shows
/// that it is one tree.
bool TextSequence::Loader::link() {
    std::vector<Run>& runs = sequence_.runs_;
    for (std::size_t i = 0; i < spans_.size(); ++i) {
        std::uint32_t& parent = runs[first_runs_[i]].parent;
        if (spans_[i].adjacent) {
            // The last run before, the start of the text if there is none, or the first run after it.
            parent = spans_[i].side == Side::left ? first_runs_[i + 1] : first_runs_[i] - 1;
        } else {
            parent = spans_[i].parent ? sequence_.run_of(*spans_[i].parent) : start;
        }
    }
    for (auto number = static_cast<std::uint32_t>(runs.size() - 1); number > 0; --number) {
        std::uint32_t& first = runs[runs[number].parent].first_child(runs[number].side);
        runs[number].next_sibling = first;
        first = number;
    }
    std::vector<std::pair<std::uint32_t, bool>> open{{start, false}};
    std::uint32_t expected = 0;
    while (!open.empty()) {
        const auto [number, left_done] = open.back();
        open.pop_back();
        if (number == none) {
            continue;
        }
        if (left_done) {
            if (number != expected++) {
                return false;
            }
            continue;
        }
        open.emplace_back(runs[number].next_sibling, false);
        open.emplace_back(runs[number].first_right, false);
        open.emplace_back(number, true);
        open.emplace_back(runs[number].first_left, false);
    }
    return expected == runs.size();
}

Result<TextSequence> TextSequence::load(BinaryReader& reader, std::string_view visible_text) {
    return Loader(visible_text).load(reader);
}

}  // namespace cotmoc::core
