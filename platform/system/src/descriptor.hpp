// An open file of the operating system, closed on drop, and the error that a failed call means.
#pragma once

#include <cotmoc/base/result.hpp>

#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cotmoc::system {

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ > STDERR_FILENO) {
            ::close(number_);
        }
    }
    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

/// `errno` of a call that writes, as an error that names the file.
inline tl::unexpected<Error> write_failure(const std::string& path) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return fail(full ? ErrorCode::disk_full : ErrorCode::io_error, path + ": " + std::strerror(errno));
}

inline tl::unexpected<Error> read_failure(const std::string& path) {
    return fail(ErrorCode::cannot_read_file, path + ": " + std::strerror(errno));
}

/// read(2), begun again when a signal interrupts it.
inline ssize_t read_some(const Descriptor& file, void* buffer, std::size_t size) {
    ssize_t got = 0;
    do {
        got = ::read(file.number(), buffer, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

}  // namespace cotmoc::system
