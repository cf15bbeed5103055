// What the journal keeps of an op besides its place: local octets, never sent.
#pragma once

#include <cotmoc/core/change_set.hpp>

namespace cotmoc::core {

/// `keep_value` also writes stamp, value and edit; without it the record holds them.
Bytes encode_payload(const FieldOp& op, bool keep_value);
/// Sets over and, if they were kept, at, value and edit of `op`. True if they were kept.
Result<bool> decode_payload(BytesView payload, FieldOp& op);

}  // namespace cotmoc::core
