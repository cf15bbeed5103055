// Change sets whose octets are not held, as the parts of a replica see them (docs/snapshots.md).
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

/// What others are told is held: while history is wanted, of each feed what stands before its first gap.
Result<void> leave_out_gaps(Replica& replica, const SpaceId& space, Frontier& frontier);

/// Inside write(): takes the octets of a change set that is held by its hash only; whether it was. Its
/// signature was verified.
Result<bool> put_back(core::Store& store, DeviceIndex author, const crypto::EnvelopeHeader& header,
                      BytesView bytes);

}  // namespace cotmoc::sync
