// A record's row: `body` for people and SQL, `state` for the merge. What a fresh create implies is not
// stored.
#pragma once

#include "store/interning.hpp"

#include <cotmoc/base/hash.hpp>

namespace cotmoc::core {

/// Names the elements of a create's initial text by its content, so that two offices that import the same
/// record agree on them. The device is content_device.
Dot content_dot(const Hasher& hasher, std::string_view text);

/// Whether the field still is just what the create at `dot` set, with a value of this type.
bool is_as_created(const FieldContent& content, const Dot& dot, Hlc at, ValueType type, const Hasher& hasher);

/// The first octet of every `state`.
inline constexpr std::uint8_t state_version = 1;

struct RecordRow {
    std::string body;
    Bytes state;
};

/// Adds a member to a body that begins with "{" and has no end yet.
void append_member(std::string& body, std::string_view name, const Value& value);

/// The row of a record that was just created: one stamp for all its fields. Precondition: no value is absent,
/// an empty list, or an empty text of shape text (those are null).
void encode_fresh(RecordRow& row, const StoredLayout& layout, const Dot& dot, Hlc at,
                  std::span<const Value> values);

/// `kind` tells how fields are shown; nothing for an unknown kind.
Result<void> encode_row(RecordRow& row, const RecordState& state, const Kind* kind,
                        const DeviceTable& devices, Interning& interning, const Hasher& hasher);
/// The create of a row that nothing changed since it was made.
struct FreshRow {
    Creation creation;
    std::vector<Value> values;  // one for each entry of the layout
};
/// Reads such a row without building its state, which takes most of the time of decode_row; nothing if the
/// row is another one.
Result<std::optional<FreshRow>> decode_fresh(std::string_view body, BytesView state,
                                             const Interning& interning);
/// database_damaged if the two do not fit together.
Result<RecordState> decode_row(std::string_view body, BytesView state, const Interning& interning,
                               const Hasher& hasher);

}  // namespace cotmoc::core
