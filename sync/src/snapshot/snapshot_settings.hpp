// Settings of a replica's store that tell what a space stands on.
#pragma once

#include <cotmoc/base/ids.hpp>

#include <string>

namespace cotmoc::sync {

/// The manifest that the space was begun with, until all of it was checked.
inline std::string snapshot_setting(const SpaceId& space) { return "snapshot:" + space.hex(); }

/// The space is being begun with a snapshot that has not arrived whole.
inline std::string beginning_setting(const SpaceId& space) { return "beginning:" + space.hex(); }

/// The manifest of a snapshot that told of other records than its change sets: what its author is asked
/// about.
inline std::string wrong_snapshot_setting(const SpaceId& space) { return "wrong_snapshot:" + space.hex(); }

/// History is wanted because something counts otherwise than it did: then a snapshot is not to blame for what
/// comes of it.
inline std::string judged_setting(const SpaceId& space) { return "judged_otherwise:" + space.hex(); }

/// Octets were dropped on purpose: nothing is fetched again unless somebody asks.
inline std::string pruned_setting(const SpaceId& space) { return "pruned:" + space.hex(); }

}  // namespace cotmoc::sync
