// A directory on a real disk that goes away with the object: $TMPDIR, else the current directory.
#pragma once

#include <cotmoc/base/result.hpp>

#include <string>

namespace cotmoc::bench {

class TemporaryDirectory {
public:
    static Result<TemporaryDirectory> make();
    TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
    ~TemporaryDirectory();

    const std::string& path() const { return path_; }
    /// An empty sub-directory; what had that name is removed.
    Result<std::string> fresh(const std::string& name) const;

private:
    explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace cotmoc::bench
