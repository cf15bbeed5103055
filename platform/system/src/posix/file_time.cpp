#include <cotmoc/base/native_path.hpp>
#include <cotmoc/system/file.hpp>

namespace cotmoc::system {

std::int64_t last_written(const std::string& path) {
    std::error_code none;
    const auto time = std::filesystem::last_write_time(native_file(path), none);
    return none ? 0 : std::int64_t{time.time_since_epoch().count()};
}

}  // namespace cotmoc::system
