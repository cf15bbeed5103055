// One op applied to one record's state: where the shapes, creations and deletes come together.
#pragma once

#include "merge/record_state.hpp"

namespace cotmoc::core {

/// What an op needs besides itself.
struct OpContext {
    OpKind kind{};
    std::string_view field;  // empty for delete and restore
    Shape shape{};
    Past past;
    const DeviceTable& devices;
    bool is_workflow = false;  // the field, as far as this program knows
};

/// Applies a field or record op. The op was checked against its catalogue. bad_encoding if the field has
/// another shape here or a text edit does not fit; nothing is changed then.
Result<void> apply_op(RecordState& state, const FieldOp& op, const OpContext& context);

/// Merges a create into a state that may have others (two offices imported the same record). `content_dots`
/// name the elements of initial texts, one for each value. `kind` is nothing if this program does not know
/// it.
void apply_create(RecordState& state, const Creation& creation, std::span<const Value> values,
                  std::span<const Dot> content_dots, const Past& past, const DeviceTable& devices,
                  const Kind* kind);

}  // namespace cotmoc::core
