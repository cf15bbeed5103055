#include <cotmoc/system/file_high_water_mark.hpp>

#include "user_directory.hpp"

#include <cotmoc/system/file.hpp>
#include <cotmoc/system/process.hpp>

namespace cotmoc::system {
namespace {

constexpr std::size_t mark_bytes_max = 1024 * 1024;

}  // namespace

std::string state_directory() {
    if (const auto given = environment("COTMOC_STATE_DIR")) {
        return *given;
    }
    return user_state_directory();
}

std::vector<Bytes> FileHighWaterMark::load(const DeviceId& device) {
    std::vector<Bytes> copies;
    if (auto inside = read_file(path(), mark_bytes_max)) {
        copies.push_back(std::move(*inside));
    }
    if (!outside_.empty()) {
        if (auto outside = read_file(outside_path(device), mark_bytes_max)) {
            copies.push_back(std::move(*outside));
        }
    }
    return copies;
}

Result<void> FileHighWaterMark::save(const DeviceId& device, BytesView mark) {
    COTMOC_TRY(replace_file(path(), mark));
    if (!outside_.empty() && make_directory(outside_)) {
        (void)replace_file(outside_path(device), mark);
    }
    return {};
}

}  // namespace cotmoc::system
