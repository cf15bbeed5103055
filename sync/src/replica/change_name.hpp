// How people name a change of a record's history.
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

/// DEVICE:SEQ:INDEX.
std::string dot_text(const DeviceId& device, const core::Dot& dot);

/// The op that Replica::revert's `change` means: the last one with an effect. unknown_change,
/// ambiguous_change, void_change.
Result<core::Dot> find_change(std::span<const HistoryEntry> entries, std::string_view change);

}  // namespace cotmoc::sync
