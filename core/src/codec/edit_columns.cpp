// The columns of text edits: all insertions, then all deletions.
#include "codec/id_column.hpp"
#include "codec/int_column.hpp"
#include "codec/op_columns.hpp"
#include "codec/text_column.hpp"

#include <limits>

namespace cotmoc::core {
namespace {

constexpr std::int64_t offset_max = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t parts_max = cells_max;

void write_elements(BinaryWriter& out, std::span<const TextElement> elements) {
    std::vector<Dot> dots;
    Integers offsets;
    for (const TextElement& element : elements) {
        dots.push_back(element.dot);
        offsets.push_back(element.offset);
    }
    write_dots(out, dots);
    write_integers(out, offsets);
}

Result<std::vector<TextElement>> read_elements(BinaryReader& in, std::size_t count) {
    COTMOC_ASSIGN(const std::vector<Dot> dots, read_dots(in, count));
    COTMOC_ASSIGN(const Integers offsets, read_integers(in, count, 0, offset_max));
    std::vector<TextElement> elements(count);
    for (std::size_t i = 0; i < count; ++i) {
        elements[i] = TextElement{dots[i], static_cast<std::uint32_t>(offsets[i])};
    }
    return elements;
}

void write_inserts(BinaryWriter& out, std::span<const FieldOp* const> ops) {
    Integers counts;
    Integers places;  // 0: the start of the text; else 1 + the side of the parent
    std::vector<TextElement> parents;
    std::vector<std::string_view> texts;
    for (const FieldOp* op : ops) {
        counts.push_back(static_cast<std::int64_t>(op->edit.inserts.size()));
        for (const TextInsert& insert : op->edit.inserts) {
            places.push_back(insert.parent ? 1 + static_cast<std::int64_t>(insert.side) : 0);
            if (insert.parent) {
                parents.push_back(*insert.parent);
            }
            texts.push_back(insert.text);
        }
    }
    write_integers(out, counts);
    write_integers(out, places);
    write_elements(out, parents);
    write_texts(out, texts);
}

void write_deletes(BinaryWriter& out, std::span<const FieldOp* const> ops) {
    Integers counts;
    std::vector<TextElement> firsts;
    Integers lengths;
    for (const FieldOp* op : ops) {
        counts.push_back(static_cast<std::int64_t>(op->edit.deletes.size()));
        for (const TextDelete& deletion : op->edit.deletes) {
            firsts.push_back(deletion.first);
            lengths.push_back(deletion.length);
        }
    }
    write_integers(out, counts);
    write_elements(out, firsts);
    write_integers(out, lengths);
}

/// How many parts each edit has, with cells taken for all of them.
Result<Integers> read_counts(Source& source, std::size_t edits, std::size_t& total) {
    COTMOC_ASSIGN(Integers counts, read_integers(source.in, edits, 0, parts_max));
    std::uint64_t sum = 0;
    for (const std::int64_t count : counts) {
        sum += static_cast<std::uint64_t>(count);
    }
    COTMOC_TRY(source.take_cells(sum, text_edit_part_cells));
    total = static_cast<std::size_t>(sum);
    return counts;
}

Result<void> read_inserts(Source& source, std::span<FieldOp* const> ops) {
    std::size_t total = 0;
    COTMOC_ASSIGN(const Integers counts, read_counts(source, ops.size(), total));
    COTMOC_ASSIGN(const Integers places, read_integers(source.in, total, 0, 2));
    const auto with_parent = total - static_cast<std::size_t>(std::ranges::count(places, 0));
    COTMOC_ASSIGN(const std::vector<TextElement> parents, read_elements(source.in, with_parent));
    COTMOC_ASSIGN(const Texts texts, read_texts(source, total));
    auto parent = parents.begin();
    std::size_t next = 0;
    for (std::size_t i = 0; i < ops.size(); ++i) {
        std::vector<TextInsert>& inserts = ops[i]->edit.inserts;
        inserts.resize(static_cast<std::size_t>(counts[i]));
        for (TextInsert& insert : inserts) {
            if (texts.items[next].empty()) {
                return fail(ErrorCode::bad_encoding, "empty insertion");
            }
            if (places[next] != 0) {
                insert.parent = *parent++;
                insert.side = static_cast<Side>(places[next] - 1);
            }
            insert.text = texts.items[next++];
        }
    }
    return {};
}

Result<void> read_deletes(Source& source, std::span<FieldOp* const> ops) {
    std::size_t total = 0;
    COTMOC_ASSIGN(const Integers counts, read_counts(source, ops.size(), total));
    COTMOC_ASSIGN(const std::vector<TextElement> firsts, read_elements(source.in, total));
    COTMOC_ASSIGN(const Integers lengths, read_integers(source.in, total, 1, offset_max));
    std::size_t next = 0;
    for (std::size_t i = 0; i < ops.size(); ++i) {
        std::vector<TextDelete>& deletes = ops[i]->edit.deletes;
        deletes.resize(static_cast<std::size_t>(counts[i]));
        for (TextDelete& deletion : deletes) {
            if (lengths[next] > offset_max - firsts[next].offset) {
                return fail(ErrorCode::bad_encoding, "deletion beyond the last offset");
            }
            deletion = TextDelete{firsts[next], static_cast<std::uint32_t>(lengths[next])};
            ++next;
        }
    }
    return {};
}

template <class Order, class Pointer>
void collect_edits(const Order& order, std::vector<Pointer>& ops) {
    for (const auto& [kind, op] : order.ops) {
        if (kind == OpKind::edit_text) {
            ops.push_back(op);
        }
    }
}

}  // namespace

void write_edits(BinaryWriter& out, const OpOrder<const ChangeSet>& order) {
    std::vector<const FieldOp*> ops;
    collect_edits(order, ops);
    write_inserts(out, ops);
    write_deletes(out, ops);
}

Result<void> read_edits(Source& source, const OpOrder<ChangeSet>& order) {
    std::vector<FieldOp*> ops;
    collect_edits(order, ops);
    COTMOC_TRY(read_inserts(source, ops));
    return read_deletes(source, ops);
}

}  // namespace cotmoc::core
