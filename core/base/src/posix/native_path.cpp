#include <cotmoc/base/native_path.hpp>

namespace cotmoc {

std::string native_path(const std::string& path) { return path; }

}  // namespace cotmoc
