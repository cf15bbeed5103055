// Ops, dots, change sets: what a device did since its last change set. The unit that is signed and applied.
#pragma once

#include <cotmoc/core/catalogue.hpp>
#include <cotmoc/core/hlc.hpp>

namespace cotmoc::core {

/// The identity of an op (semantics S3): device, seq of its change set in the space's feed, index in it.
struct Dot {
    DeviceIndex device{};
    std::uint64_t seq = 0;
    std::uint32_t index = 0;
    friend auto operator<=>(const Dot&, const Dot&) = default;
};

/// How an op names its record (S24): by the record's id, or by one of its creating dots in the op's past.
struct RecordName {
    std::optional<RecordId> id;
    Dot created;  // meaningful if there is no id
    friend bool operator==(const RecordName&, const RecordName&) = default;
};

/// The dot of the value that the author's store displayed (S8). `creation` means: the op that set this field
/// in the creation by which the op names its record.
struct Over {
    enum class Kind : std::uint8_t { none, creation, dot } kind = Kind::none;
    Dot dot;
    friend bool operator==(const Over&, const Over&) = default;
};

/// The fields that a create sets, sorted by name. A create at index i sets its k-th field with the op at i +
/// 1 + k.
struct Layout {
    struct Entry {
        std::string field;
        Shape shape{};
        friend auto operator<=>(const Entry&, const Entry&) = default;
    };
    std::string kind;
    std::vector<Entry> entries;
    friend auto operator<=>(const Layout&, const Layout&) = default;
};

struct Create {
    std::uint32_t index = 0;
    Hlc at;
    RecordId id;
    std::vector<Value> values;  // one for each entry of the layout; Absent where set again since
    friend bool operator==(const Create&, const Create&) = default;
};

struct CreateBlock {
    Layout layout;
    std::vector<Create> creates;  // by rising index
    friend bool operator==(const CreateBlock&, const CreateBlock&) = default;
};

/// One character-wise edit of a text: deletions of element ids, insertions of runs. Element ids are
/// (dot of the inserting op, offset in code points over all its runs).
struct TextElement {
    Dot dot;
    std::uint32_t offset = 0;
    friend auto operator<=>(const TextElement&, const TextElement&) = default;
};
enum class Side : std::uint8_t { left = 0, right = 1 };
struct TextInsert {
    std::optional<TextElement> parent;  // nothing: the start of the text (side is right then)
    Side side = Side::right;
    std::string text;  // UTF-8, not empty
    friend bool operator==(const TextInsert&, const TextInsert&) = default;
};
struct TextDelete {
    TextElement first;
    std::uint32_t length = 0;  // consecutive offsets of one dot; not zero
    friend bool operator==(const TextDelete&, const TextDelete&) = default;
};
struct TextEdit {
    std::vector<TextInsert> inserts;
    std::vector<TextDelete> deletes;
    friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

enum class OpKind : std::uint8_t {
    create = 0,
    set = 1,
    add = 2,
    insert = 3,
    remove = 4,
    edit_text = 5,
    resolve = 6,
    acknowledge = 7,
    delete_record = 8,
    restore_record = 9
};

/// One op on a field, or on the record (delete, restore: the block's field is empty).
/// set, resolve: value. add: int64 increment. insert, remove: the element as text. edit_text: edit. Else
/// Null. set on a counter field is `:=` (a new base).
struct FieldOp {
    std::uint32_t index = 0;
    Hlc at;
    RecordName record;
    Over over;  // of set and resolve
    Value value;
    TextEdit edit;
    friend bool operator==(const FieldOp&, const FieldOp&) = default;
};

/// Ops of one kind on one field name, by rising index.
struct FieldBlock {
    OpKind kind{};
    std::string field;
    Shape shape{};  // of the field
    std::vector<FieldOp> ops;
    friend bool operator==(const FieldBlock&, const FieldBlock&) = default;
};

/// The ops of a change set, as blocks so that they can be encoded column by column. Canonical: create blocks
/// sorted by layout, field blocks sorted by (kind, field, shape), no empty block, indexes distinct over the
/// set and below op_count.
struct ChangeSet {
    std::uint32_t op_count = 0;  // indexes used: each create uses 1 + its layout's size
    std::vector<CreateBlock> creates;
    std::vector<FieldBlock> fields;
    friend bool operator==(const ChangeSet&, const ChangeSet&) = default;
};

/// docs/spec/encoding.md. The encoder needs a canonical change set; the decoder accepts nothing else
/// (it re-encodes and compares) and never allocates more than a small multiple of the input.
Bytes encode(const ChangeSet& change_set);
Result<ChangeSet> decode_change_set(BytesView bytes);
/// The ops of one record out of octets that decode_change_set accepted before: they are not checked again,
/// and what concerns other records is passed over. `created` are the record's creating dots. A block without
/// such an op is left out.
Result<ChangeSet> decode_record_ops(BytesView bytes, const RecordId& id, std::span<const Dot> created);

}  // namespace cotmoc::core
