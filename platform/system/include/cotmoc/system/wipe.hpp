// Taking a replica off this machine for good: keys first, so that the rest is unreadable at once.
#pragma once

#include <cotmoc/system/file_key_store.hpp>

namespace cotmoc::system {

/// A wipe of this directory was begun and not finished: its replica is gone already.
bool wipe_begun(const std::string& directory);

/// Destroys the keys, then removes the recovery's files, the database and what stands beside it; other
/// people's files stay, and so does a directory that holds some. A wipe that was cut off is finished by the
/// next call. Returns the names of the files removed, in that order; no error for what is not there.
Result<std::vector<std::string>> wipe_directory(FileKeyStore& keys);

}  // namespace cotmoc::system
