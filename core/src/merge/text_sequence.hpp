// The text shape (S10): a sequence CRDT, the Fugue tree of Weidner and Kleppmann ("The Art of the Fugue",
// 2023), kept as runs. docs/decisions/0003-text-fugue.md says why.
#pragma once

#include "merge/device_table.hpp"
#include "merge/text_index.hpp"
#include "merge/text_order.hpp"

#include <cotmoc/base/binary.hpp>

namespace cotmoc::core {

/// A text as a tree of elements, one a code point. The text is the tree read in order: left children, the
/// element, right children. Children on one side of one element, left as right, stand in rising order of
/// (device id, seq, index, offset). Deleted elements stay as places without a character. Value type; its
/// meaning is the set of edits applied, whatever their order and however the runs came to be cut.
class TextSequence {
public:
    TextSequence();
    /// A fresh create or first set: the same as applying {inserts: [{nothing, right, utf8}]} to an empty
    /// text. Precondition: valid UTF-8; an empty text makes no element.
    static TextSequence from_text(Dot dot, std::string_view utf8);

    /// The caller keeps causal order. The inserts number their elements consecutively from 0, in order; an
    /// insert may name an earlier element of its own edit as parent. Deletes name elements of earlier edits
    /// only; ones that are already deleted are fine. bad_encoding and nothing changed: a parent or target
    /// that is not there, a dot that has elements already, text that is empty or not UTF-8, a left child of
    /// the start.
    Result<void> apply(Dot dot, const TextEdit& edit, const DeviceTable& devices);

    /// The edit that replaces `delete_count` visible code points at `position` by `insert`. Preconditions
    /// (checked): they lie in the text, `insert` is valid UTF-8, `dot` has no elements here.
    TextEdit make_edit(Dot dot, std::size_t position, std::size_t delete_count,
                       std::string_view insert) const;
    /// The edit that makes the text `new_text`, with as few code points touched as the bound of text_diff.hpp
    /// allows. Preconditions as above.
    TextEdit diff_to(Dot dot, std::string_view new_text) const;

    std::string text() const;
    std::size_t length() const { return order_.visible(); }  // visible code points
    std::size_t octets() const { return octets_; }           // of text()
    /// Of `count` visible code points from `position` on, in UTF-8. Precondition: they lie in the text.
    std::size_t octets(std::size_t position, std::size_t count) const;
    /// The dot of from_text if that is all there ever was: the state then follows from the dot and the text.
    std::optional<Dot> fresh_dot() const;
    bool is_fresh() const { return fresh_dot().has_value(); }
    /// What names the elements of the initial text, if there is exactly one such text.
    std::optional<Dot> initial_dot() const;

    /// The dots that name elements, those of initial texts too; one may come more than once.
    template <class Each>
    void for_each_dot(const Each& each) const {
        for (std::size_t run = 1; run < runs_.size(); ++run) {
            each(runs_[run].head.dot);
        }
    }

    /// Everything but the visible characters. The same bytes for the same set of edits.
    void save(BinaryWriter& writer) const;
    /// `visible_text` is what text() was at save. bad_encoding if the two do not fit together.
    static Result<TextSequence> load(BinaryReader& reader, std::string_view visible_text);
    /// Ids with full device ids, deleted flags and visible text: the same bytes on every replica that applied
    /// the same set of edits. Self-delimiting.
    void append_canonical(Bytes& out, const DeviceTable& devices) const;

private:
    /// Consecutive elements of one dot, each a right child of the one before and with nothing else hung on
    /// it: only the first element of a run has left children, only the last has right children.
    struct Run {
        TextElement head;
        std::uint32_t length = 0;
        std::uint32_t parent = 0;  // run: its last element for right, its first for left
        std::uint32_t first_left = RunOrder::none;
        std::uint32_t first_right = RunOrder::none;
        std::uint32_t next_sibling = RunOrder::none;
        Side side = Side::right;
        bool deleted = false;
        std::string text;  // empty if deleted

        std::uint32_t& first_child(Side at) { return at == Side::left ? first_left : first_right; }
        TextElement element(std::uint32_t offset) const { return {head.dot, head.offset + offset}; }
    };
    /// Runs that only history keeps apart, as one. What save and the canonical form speak of.
    struct Span {
        std::uint32_t first = 0;  // run
        std::uint32_t length = 0;
        std::size_t begin = 0, end = 0;  // in document order
    };
    struct Saved;
    class Loader;

    std::uint32_t run_of(const TextElement& element) const;
    bool has_dot(const Dot& dot) const;
    Result<void> check_inserts(const Dot& dot, const std::vector<TextInsert>& inserts) const;
    Result<void> check_deletes(const std::vector<TextDelete>& deletes) const;

    std::uint32_t split(std::uint32_t run, std::uint32_t at);
    void insert_run(const TextElement& head, const TextInsert& insert, const DeviceTable& devices);
    void attach(std::uint32_t run, const DeviceTable& devices);
    void delete_range(const TextDelete& range);
    std::uint32_t first_in_subtree(std::uint32_t run) const;
    std::uint32_t last_in_subtree(std::uint32_t run) const;

    TextInsert insert_at(std::size_t position, std::string_view text) const;
    /// Calls `each(run, offset in it, code points)` for the parts of a range of visible code points, in
    /// order.
    template <class Each>
    void for_visible(std::size_t position, std::size_t count, const Each& each) const;
    void add_deletes(std::vector<TextDelete>& deletes, std::size_t position, std::size_t count) const;

    std::optional<TextElement> parent_of(const Run& run) const;
    bool continues(const Run& run, std::uint32_t previous) const;
    std::vector<Span> spans(const std::vector<std::uint32_t>& order) const;
    void write_span(BinaryWriter& writer, const std::vector<Span>& spans, std::size_t at) const;

    std::vector<Run> runs_;  // run 0 is the start of the text
    RunIndex runs_by_head_;
    RunOrder order_;
    std::size_t octets_ = 0;
};

}  // namespace cotmoc::core
