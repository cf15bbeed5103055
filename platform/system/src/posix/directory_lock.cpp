#include <cotmoc/system/directory_lock.hpp>

#include "../lock_note.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace cotmoc::system {
namespace {

constexpr int nothing = -1;

tl::unexpected<Error> lock_failure(const std::string& path) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return fail(full ? ErrorCode::disk_full : ErrorCode::io_error, path + ": " + std::strerror(errno));
}

/// Nothing while it is about to write, or of a process that ended.
std::optional<std::string> read_holder(int file) {
    std::array<char, 200> text;
    const ssize_t size = ::pread(file, text.data(), text.size(), 0);
    const auto note = parse_lock_note({text.data(), size > 0 ? static_cast<std::size_t>(size) : 0});
    const bool ended = note && ::kill(static_cast<pid_t>(note->process), 0) != 0 && errno == ESRCH;
    return note && !ended ? std::optional(describe(*note)) : std::nullopt;
}

std::string holder(int file) {
    // The other one may have locked the file a moment ago and not written its name yet.
    for (int attempt = 0; attempt < 10; ++attempt) {
        if (auto name = read_holder(file)) {
            return *name;
        }
        ::usleep(20'000);
    }
    return "another process";
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const std::string& directory, std::string_view program) {
    const std::string path = directory + "/lock";
    const int opened = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0) {
        return lock_failure(path);
    }
    if (::flock(opened, LOCK_EX | LOCK_NB) != 0) {
        const tl::unexpected<Error> failure =
            errno == EWOULDBLOCK ? fail(ErrorCode::busy, holder(opened)) : lock_failure(path);
        ::close(opened);
        return failure;
    }
    const std::string text = lock_note(static_cast<std::uint64_t>(::getpid()), program);
    // Only a courtesy to the second process: without room on the disk for the name, the lock holds all the
    // same.
    if (::ftruncate(opened, 0) == 0) {
        [[maybe_unused]] const ssize_t written = ::pwrite(opened, text.data(), text.size(), 0);
    }
    return DirectoryLock(opened);
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, nothing)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

DirectoryLock::~DirectoryLock() {
    if (descriptor_ != nothing) {
        [[maybe_unused]] const int cleared = ::ftruncate(descriptor_, 0);
        ::close(descriptor_);
    }
}

}  // namespace cotmoc::system
