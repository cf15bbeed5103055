#include <cotmoc/system/directory_lock.hpp>

#include "descriptor.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <array>
#include <charconv>
#include <csignal>
#include <optional>

namespace cotmoc::system {
namespace {

/// What the holder wrote: "1234 cotmoc sync". Nothing while it is about to write, or of a process that ended.
std::optional<std::string> read_holder(const Descriptor& file) {
    std::array<char, 200> text;
    const ssize_t size = ::pread(file.number(), text.data(), text.size(), 0);
    const std::string_view line(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    pid_t process = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), process);
    if (error != std::errc{} || process <= 0 || (::kill(process, 0) != 0 && errno == ESRCH)) {
        return std::nullopt;
    }
    std::string_view program(end, static_cast<std::size_t>(line.data() + line.size() - end));
    program = program.substr(0, program.find('\n'));
    while (program.starts_with(' ')) {
        program.remove_prefix(1);
    }
    return "process " + std::to_string(process) + " (" + std::string(program) + ")";
}

std::string holder(const Descriptor& file) {
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
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file.is_open()) {
        return write_failure(path);
    }
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return write_failure(path);
        }
        return fail(ErrorCode::busy, holder(file));
    }
    const std::string text = std::to_string(::getpid()) + " " + std::string(program) + "\n";
    // Only a courtesy to the second process: without room on the disk for the name, the lock holds all the
    // same.
    if (::ftruncate(file.number(), 0) == 0) {
        [[maybe_unused]] const ssize_t written = ::pwrite(file.number(), text.data(), text.size(), 0);
    }
    const int kept = ::fcntl(file.number(), F_DUPFD_CLOEXEC, 3);
    if (kept < 0) {
        return write_failure(path);
    }
    return DirectoryLock(kept);
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

DirectoryLock::~DirectoryLock() {
    if (descriptor_ >= 0) {
        [[maybe_unused]] const int cleared = ::ftruncate(descriptor_, 0);
        ::close(descriptor_);
    }
}

}  // namespace cotmoc::system
