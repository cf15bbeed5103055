// What is left on the disk of a directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cotmoc::records {

/// Octets that this user may write; nothing if the system does not tell.
std::optional<std::uint64_t> disk_free(const std::string& directory);

}  // namespace cotmoc::records
