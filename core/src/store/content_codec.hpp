// What a record's state holds of one field: dots, stamps and the shapes' content, in octets.
#pragma once

#include "merge/record_state.hpp"

#include <cotmoc/base/binary.hpp>

namespace cotmoc::core {

void write_dot(BinaryWriter& writer, const Dot& dot);
void write_dots(BinaryWriter& writer, const std::vector<Dot>& dots);
void write_stamp(BinaryWriter& writer, Hlc at);
Dot read_dot(BinaryReader& reader);
std::vector<Dot> read_dots(BinaryReader& reader);
Hlc read_stamp(BinaryReader& reader);

void write_content(BinaryWriter& writer, const FieldContent& content);
/// `shown` is the field's visible value; a text's characters stand there only. The caller checks that the
/// reader is finished.
Result<FieldContent> read_content(BinaryReader& reader, Shape shape, const Value& shown);

}  // namespace cotmoc::core
