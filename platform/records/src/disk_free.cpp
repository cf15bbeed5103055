#include "disk_free.hpp"

#include <cotmoc/base/native_path.hpp>

#include <filesystem>

namespace cotmoc::records {

std::optional<std::uint64_t> disk_free(const std::string& directory) {
    std::error_code unknown;
    const auto space = std::filesystem::space(native_file(directory), unknown);
    return unknown ? std::nullopt : std::optional<std::uint64_t>(space.available);
}

}  // namespace cotmoc::records
