// One process at a time works in a replica's directory; a second one learns which has it.
#pragma once

#include <cotmoc/base/result.hpp>

namespace cotmoc::system {

class DirectoryLock {
public:
    /// Locks DIR/lock for as long as the object lives (and no longer than the process). `program` says who
    /// holds it, such as "cotmoc sync". busy names the process that holds it: "process 1234 (cotmoc sync)".
    static Result<DirectoryLock> take(const std::string& directory, std::string_view program);
    DirectoryLock(DirectoryLock&& other) noexcept;
    DirectoryLock& operator=(DirectoryLock&& other) noexcept;
    ~DirectoryLock();

private:
    explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace cotmoc::system
