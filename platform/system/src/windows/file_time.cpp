#include "windows_api.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/system/file.hpp>

namespace cotmoc::system {

// Not std::filesystem's: that of GCC 12 counts whole seconds here.
std::int64_t last_written(const std::string& path) {
    WIN32_FILE_ATTRIBUTE_DATA found{};
    if (!::GetFileAttributesExW(native_file(path).c_str(), GetFileExInfoStandard, &found)) {
        return 0;
    }
    const std::int64_t high = std::int64_t{found.ftLastWriteTime.dwHighDateTime} << 32;
    return high | found.ftLastWriteTime.dwLowDateTime;
}

}  // namespace cotmoc::system
