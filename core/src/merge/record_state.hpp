// The merge state of one record: for each field what its shape keeps, and for the record its creations and
// deletes.
#pragma once

#include "merge/counter.hpp"
#include "merge/element_set.hpp"
#include "merge/text_sequence.hpp"

#include <map>

namespace cotmoc::core {

/// In the order of Shape.
using FieldContent = std::variant<Register, Counter, ElementSet, TextSequence>;
inline Shape shape_of(const FieldContent& content) { return static_cast<Shape>(content.index()); }

/// A layout as the store knows it: with its local number and the wire types of one create's values.
struct StoredLayout {
    std::uint32_t number = 0;
    Layout layout;
    std::vector<ValueType> types;  // one for each entry

    std::optional<std::uint32_t> position(std::string_view field) const;
};

struct Creation {
    Dot dot;
    Hlc at;
    const StoredLayout* layout = nullptr;  // owned by the store
    /// What names the elements of its initial texts, one for each text of the layout (seq 0: it set none).
    /// Kept only beside other creations; a lone one set every initial text there is.
    std::vector<Dot> texts = {};

    Dot field_dot(std::uint32_t position) const { return {dot.device, dot.seq, dot.index + 1 + position}; }
};

/// A delete that no later edit or restore has seen (S11). Not effective: an edit concurrent with it is known.
struct Deletion {
    Dot dot;
    Hlc at;
    bool effective = false;
};

/// A change set that touched the record, and its last op there that can bring a deleted record back.
struct Visit {
    DeviceIndex device{};
    std::uint64_t seq = 0;
    std::optional<std::uint32_t> last_value_index;
};

/// Whether the value says as much as none at all: null, an empty list, an empty text of shape text.
bool is_nothing(const Value& value, Shape shape);
/// Whether somebody with this past knew the record: two offices' creates may share it, and one of them has to
/// lie there.
bool is_known(const std::vector<Creation>& creations, const Past& past);

class RecordState {
public:
    std::string kind;
    std::vector<Creation> creations;  // the first one is implied in storage; the order is that of arrival
    std::map<std::string, FieldContent, std::less<>> fields;
    std::vector<Deletion> deletions;  // in dot order
    std::vector<Visit> visits;        // in order of arrival

    bool deleted() const;
    bool edited_while_deleted() const;
    /// The creation that `created` names; null if the record has none such.
    const Creation* find_creation(const Dot& created) const;
    /// Whether somebody with this past had seen an initial text of the field.
    bool initial_text_seen(std::string_view field, const Dot& text, const Past& past) const;
    /// Before a creation's values are merged: from the second one on, all know what names their texts.
    void prepare_creation();
    void add_creation(Creation creation, std::span<const Dot> content_dots);

    /// Call for each op that is applied: keeps visits and deletions right. Value ops are set, add, insert,
    /// edit_text, resolve with a value, create and restore.
    void note_op(const Dot& op, bool value_op, const Past& past);
    void apply_delete(Deletion deletion, const Past& past);
    void apply_restore(const Dot& op, const Past& past);
};

/// Content of a field that a create sets. `content_dot` names the elements of an initial text.
FieldContent initial_content(Shape shape, const Dot& dot, Hlc at, const Value& value, const Dot& content_dot);

/// What a body shows for a field; null if nothing.
Value shown_value(const FieldContent& content, const RegisterView& view);

/// The canonical op-level form for the state digest (S18), with dots, stamps and value octets.
void append_digest_form(Bytes& out, const RecordId& id, const RecordState& state, const DeviceTable& devices);

/// What that form says of one field: the same octets for the same history of the field.
void append_field_form(Bytes& out, const FieldContent& content, const DeviceTable& devices);

/// The same octets for a record that was just created, without building its state.
void append_fresh_digest_form(Bytes& out, const RecordId& id, const StoredLayout& layout, const Dot& dot,
                              Hlc at, std::span<const Value> values, std::span<const Dot> content_dots,
                              const DeviceTable& devices);

}  // namespace cotmoc::core
