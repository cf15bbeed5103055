#include "merge/text_sequence.hpp"

#include "merge/text_code_points.hpp"
#include "merge/text_diff.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

constexpr std::uint32_t none = RunOrder::none;
constexpr std::uint32_t start = 0;

/// Whether a stands before b among the children on one side of an element.
bool sibling_before(const TextElement& a, const TextElement& b, const DeviceTable& devices) {
    if (a.dot.device != b.dot.device) {
        return devices.id(a.dot.device) < devices.id(b.dot.device);
    }
    return a < b;
}

std::uint64_t end_of(const TextDelete& range) { return std::uint64_t{range.first.offset} + range.length; }

/// Sorted, without overlaps and with neighbours joined: one form for one set of elements, and work that is
/// bounded by the number of runs however often an edit names the same elements.
std::vector<TextDelete> normalized(std::vector<TextDelete> ranges) {
    std::ranges::sort(ranges, {}, &TextDelete::first);
    std::vector<TextDelete> result;
    for (const TextDelete& range : ranges) {
        if (!result.empty() && result.back().first.dot == range.first.dot &&
            range.first.offset <= end_of(result.back())) {
            const std::uint64_t end = std::max(end_of(result.back()), end_of(range));
            result.back().length = static_cast<std::uint32_t>(end - result.back().first.offset);
        } else {
            result.push_back(range);
        }
    }
    return result;
}

}  // namespace

TextSequence::TextSequence() : runs_(1) {}

TextSequence TextSequence::from_text(Dot dot, std::string_view utf8) {
    COTMOC_CHECK(is_valid_utf8(utf8));
    TextSequence sequence;
    if (utf8.empty()) {
        return sequence;
    }
    Run run;
    run.head = {dot, 0};
    run.length = static_cast<std::uint32_t>(count_code_points(utf8));
    run.text = utf8;
    sequence.runs_[start].first_right = 1;
    sequence.runs_by_head_.insert(run.head, 1);
    sequence.order_.insert_after(start, 1, run.length);
    sequence.octets_ = utf8.size();
    sequence.runs_.push_back(std::move(run));
    return sequence;
}

Result<void> TextSequence::apply(Dot dot, const TextEdit& edit, const DeviceTable& devices) {
    COTMOC_TRY(check_inserts(dot, edit.inserts));
    COTMOC_TRY(check_deletes(edit.deletes));
    TextElement head{dot, 0};
    for (const TextInsert& insert : edit.inserts) {
        insert_run(head, insert, devices);
        head.offset += runs_.back().length;
    }
    for (const TextDelete& range : normalized(edit.deletes)) {
        delete_range(range);
    }
    return {};
}

/// The run that holds the element, or none.
std::uint32_t TextSequence::run_of(const TextElement& element) const {
    const std::optional<std::uint32_t> run = runs_by_head_.at_or_before(element);
    if (!run) {
        return none;
    }
    const TextElement& head = runs_[*run].head;
    return head.dot == element.dot && element.offset - head.offset < runs_[*run].length ? *run : none;
}

bool TextSequence::has_dot(const Dot& dot) const {
    const std::optional<std::uint32_t> last = runs_by_head_.at_or_before({dot, UINT32_MAX});
    return last && runs_[*last].head.dot == dot;
}

Result<void> TextSequence::check_inserts(const Dot& dot, const std::vector<TextInsert>& inserts) const {
    if (!inserts.empty() && has_dot(dot)) {
        return fail(ErrorCode::bad_encoding, "text edit applied twice");
    }
    std::uint64_t numbered = 0;
    for (const TextInsert& insert : inserts) {
        if (insert.text.empty() || !is_valid_utf8(insert.text)) {
            return fail(ErrorCode::bad_encoding, "inserted text");
        }
        if (insert.side != Side::right && (insert.side != Side::left || !insert.parent)) {
            return fail(ErrorCode::bad_encoding, "side of an inserted text");
        }
        if (insert.parent) {
            const bool own = insert.parent->dot == dot;
            if (own ? insert.parent->offset >= numbered : run_of(*insert.parent) == none) {
                return fail(ErrorCode::bad_encoding, "unknown parent of an inserted text");
            }
        }
        numbered += count_code_points(insert.text);
        if (numbered > UINT32_MAX) {
            return fail(ErrorCode::bad_encoding, "length of an inserted text");
        }
    }
    return {};
}

Result<void> TextSequence::check_deletes(const std::vector<TextDelete>& deletes) const {
    for (const TextDelete& range : deletes) {
        if (range.length == 0 || end_of(range) > UINT32_MAX) {
            return fail(ErrorCode::bad_encoding, "length of a deletion");
        }
    }
    for (const TextDelete& range : normalized(deletes)) {
        TextElement next = range.first;
        while (next.offset < end_of(range)) {
            const std::uint32_t run = run_of(next);
            if (run == none) {
                return fail(ErrorCode::bad_encoding, "deletion of an unknown element");
            }
            next.offset = runs_[run].head.offset + runs_[run].length;
        }
    }
    return {};
}

/// Cuts a run before its element `at` and returns the second part. 0 < at < length.
std::uint32_t TextSequence::split(std::uint32_t run, std::uint32_t at) {
    const auto tail = static_cast<std::uint32_t>(runs_.size());
    runs_.emplace_back();
    Run& first = runs_[run];
    Run& second = runs_[tail];
    second.head = first.element(at);
    second.length = first.length - at;
    second.parent = run;
    second.deleted = first.deleted;
    second.first_right = first.first_right;
    if (!first.deleted) {
        const std::size_t octet = octet_of_code_point(first.text, first.length, at);
        second.text = first.text.substr(octet);
        first.text.resize(octet);
    }
    first.length = at;
    first.first_right = tail;
    for (std::uint32_t child = second.first_right; child != none; child = runs_[child].next_sibling) {
        runs_[child].parent = tail;
    }
    runs_by_head_.insert(second.head, tail);
    if (!first.deleted) {
        order_.set_visible(run, first.length);
    }
    order_.insert_after(run, tail, second.deleted ? 0 : second.length);
    return tail;
}

void TextSequence::insert_run(const TextElement& head, const TextInsert& insert, const DeviceTable& devices) {
    std::uint32_t parent = start;
    if (insert.parent) {
        parent = run_of(*insert.parent);
        const std::uint32_t offset = insert.parent->offset - runs_[parent].head.offset;
        if (insert.side == Side::right && offset + 1 < runs_[parent].length) {
            split(parent, offset + 1);
        } else if (insert.side == Side::left && offset > 0) {
            parent = split(parent, offset);
        }
    }
    const auto number = static_cast<std::uint32_t>(runs_.size());
    Run& run = runs_.emplace_back();
    run.head = head;
    run.length = static_cast<std::uint32_t>(count_code_points(insert.text));
    run.parent = parent;
    run.side = insert.side;
    run.text = insert.text;
    runs_by_head_.insert(head, number);
    octets_ += insert.text.size();
    attach(number, devices);
}

/// Puts a new run among its siblings, and where that is in document order.
void TextSequence::attach(std::uint32_t run, const DeviceTable& devices) {
    const std::uint32_t parent = runs_[run].parent;
    const Side side = runs_[run].side;
    std::uint32_t previous = none;
    std::uint32_t next = runs_[parent].first_child(side);
    while (next != none && sibling_before(runs_[next].head, runs_[run].head, devices)) {
        previous = next;
        next = runs_[next].next_sibling;
    }
    runs_[run].next_sibling = next;
    (previous == none ? runs_[parent].first_child(side) : runs_[previous].next_sibling) = run;

    const std::uint32_t visible = runs_[run].length;
    if (previous != none) {
        order_.insert_after(last_in_subtree(previous), run, visible);
    } else if (side == Side::right) {
        order_.insert_after(parent, run, visible);
    } else {
        order_.insert_before(next == none ? parent : first_in_subtree(next), run, visible);
    }
}

std::uint32_t TextSequence::first_in_subtree(std::uint32_t run) const {
    while (runs_[run].first_left != none) {
        run = runs_[run].first_left;
    }
    return run;
}

std::uint32_t TextSequence::last_in_subtree(std::uint32_t run) const {
    for (std::uint32_t child = runs_[run].first_right; child != none; child = runs_[run].first_right) {
        while (runs_[child].next_sibling != none) {
            child = runs_[child].next_sibling;
        }
        run = child;
    }
    return run;
}

void TextSequence::delete_range(const TextDelete& range) {
    const std::uint64_t end = end_of(range);
    for (TextElement next = range.first; next.offset < end;) {
        std::uint32_t run = run_of(next);
        if (!runs_[run].deleted) {
            if (runs_[run].head.offset < next.offset) {
                run = split(run, next.offset - runs_[run].head.offset);
            }
            const std::uint64_t wanted = end - next.offset;
            if (runs_[run].length > wanted) {
                split(run, static_cast<std::uint32_t>(wanted));
            }
            runs_[run].deleted = true;
            octets_ -= runs_[run].text.size();
            runs_[run].text = {};
            order_.set_visible(run, 0);
        }
        next.offset = runs_[run].head.offset + runs_[run].length;
    }
}

TextEdit TextSequence::make_edit(Dot dot, std::size_t position, std::size_t delete_count,
                                 std::string_view insert) const {
    COTMOC_CHECK(position <= length() && delete_count <= length() - position);
    COTMOC_CHECK(is_valid_utf8(insert));
    COTMOC_CHECK(!has_dot(dot));
    TextEdit edit;
    if (!insert.empty()) {
        edit.inserts.push_back(insert_at(position, insert));
    }
    add_deletes(edit.deletes, position, delete_count);
    edit.deletes = normalized(std::move(edit.deletes));
    return edit;
}

TextEdit TextSequence::diff_to(Dot dot, std::string_view new_text) const {
    COTMOC_CHECK(is_valid_utf8(new_text));
    COTMOC_CHECK(!has_dot(dot));
    const std::u32string target = to_code_points(new_text);
    TextEdit edit;
    // All places are those before the edit. Two hunks have a kept element between them, hence different left
    // neighbours, hence different parents: inserting at one moves no other.
    for (const TextHunk& hunk : diff_code_points(to_code_points(text()), target)) {
        if (hunk.new_count > 0) {
            std::string insert;
            append_utf8(insert, std::u32string_view(target).substr(hunk.new_begin, hunk.new_count));
            edit.inserts.push_back(insert_at(hunk.old_begin, insert));
        }
        add_deletes(edit.deletes, hunk.old_begin, hunk.old_count);
    }
    edit.deletes = normalized(std::move(edit.deletes));
    return edit;
}

/// Fugue's rule. The left neighbour is the visible element before the position. Without right children it
/// becomes the parent; else the element that follows it in document order, deleted or not, becomes the parent
/// of a left child (that element is the first below the neighbour's right side, so it has no left children).
TextInsert TextSequence::insert_at(std::size_t position, std::string_view text) const {
    TextInsert insert{std::nullopt, Side::right, std::string(text)};
    RunOrder::Place left{start, 0};
    if (position > 0) {
        left = order_.find(position - 1);
        const Run& run = runs_[left.run];
        if (left.offset + 1 < run.length) {
            insert.parent = run.element(left.offset + 1);
            insert.side = Side::left;
            return insert;
        }
        insert.parent = run.element(left.offset);
    }
    if (runs_[left.run].first_right != none) {
        insert.parent = runs_[order_.next(left.run)].head;
        insert.side = Side::left;
    }
    return insert;
}

template <class Each>
void TextSequence::for_visible(std::size_t position, std::size_t count, const Each& each) const {
    if (count == 0) {
        return;
    }
    RunOrder::Place place = order_.find(position);
    while (true) {
        const Run& run = runs_[place.run];
        if (!run.deleted) {
            const std::size_t taken = std::min<std::size_t>(run.length - place.offset, count);
            each(run, place.offset, static_cast<std::uint32_t>(taken));
            count -= taken;
        }
        if (count == 0) {
            return;
        }
        place = {order_.next(place.run), 0};
    }
}

void TextSequence::add_deletes(std::vector<TextDelete>& deletes, std::size_t position,
                               std::size_t count) const {
    for_visible(position, count, [&](const Run& run, std::uint32_t offset, std::uint32_t taken) {
        deletes.push_back({run.element(offset), taken});
    });
}

std::size_t TextSequence::octets(std::size_t position, std::size_t count) const {
    COTMOC_CHECK(position <= length() && count <= length() - position);
    std::size_t octets = 0;
    for_visible(position, count, [&](const Run& run, std::uint32_t offset, std::uint32_t taken) {
        const std::size_t begin = octet_of_code_point(run.text, run.length, offset);
        octets += octet_of_code_point(run.text, run.length, offset + taken) - begin;
    });
    return octets;
}

std::string TextSequence::text() const {
    std::string text;
    for (const std::uint32_t run : order_.all()) {
        text += runs_[run].text;
    }
    return text;
}

}  // namespace cotmoc::core
