#include "temporary_directory.hpp"

#include <cotmoc/system/process.hpp>

#include <filesystem>

#include <stdlib.h>

namespace cotmoc::bench {

Result<TemporaryDirectory> TemporaryDirectory::make() {
    std::string name = system::environment("TMPDIR").value_or(".") + "/cotmoc-bench-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
        return fail(ErrorCode::io_error, name);
    }
    return TemporaryDirectory(std::filesystem::absolute(name).string());
}

TemporaryDirectory::~TemporaryDirectory() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

Result<std::string> TemporaryDirectory::fresh(const std::string& name) const {
    const std::string path = path_ + "/" + name;
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (!error) {
        std::filesystem::create_directory(path, error);
    }
    return error ? Result<std::string>(fail(ErrorCode::io_error, path)) : Result<std::string>(path);
}

}  // namespace cotmoc::bench
