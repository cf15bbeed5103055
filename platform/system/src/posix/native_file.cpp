#include "../native_file.hpp"

#include <cotmoc/system/file.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace cotmoc::system {
namespace {

/// `errno` of a call that writes, as an error that names the file.
tl::unexpected<Error> write_failure(const std::string& path) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return fail(full ? ErrorCode::disk_full : ErrorCode::io_error, path + ": " + std::strerror(errno));
}

tl::unexpected<Error> read_failure(const std::string& path) {
    return fail(ErrorCode::cannot_read_file, path + ": " + std::strerror(errno));
}

/// A call of the system, begun again when a signal interrupts it.
template <class Call>
ssize_t uninterrupted(const Call& call) {
    ssize_t done = 0;
    do {
        done = call();
    } while (done < 0 && errno == EINTR);
    return done;
}

int flags_of(Opening how) {
    switch (how) {
        case Opening::read:
            return O_RDONLY;
        case Opening::read_regular:
            return O_RDONLY | O_NONBLOCK;
        case Opening::make_or_empty:
            return O_WRONLY | O_CREAT | O_TRUNC;
        case Opening::make_new:
            return O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
        case Opening::overwrite:
            return O_WRONLY | O_NOFOLLOW;
    }
    return O_RDONLY;
}

bool reads(Opening how) { return how == Opening::read || how == Opening::read_regular; }

}  // namespace

Result<NativeFile> NativeFile::open(const std::string& path, Opening how, FileReaders readers,
                                    const std::string& shown) {
    const int mode = readers == FileReaders::everyone ? 0644 : 0600;
    const std::string& name = shown.empty() ? path : shown;
    NativeFile file(::open(path.c_str(), flags_of(how) | O_CLOEXEC, mode), true, name);
    if (!file.is_open() && errno == EEXIST) {
        return fail(ErrorCode::file_exists, path);
    }
    if (!file.is_open()) {
        const bool missing = how == Opening::overwrite && errno == ENOENT;
        return reads(how) || missing ? read_failure(name) : write_failure(name);
    }
    struct stat information {};
    if (how == Opening::read_regular &&
        (::fstat(static_cast<int>(file.handle_), &information) != 0 || !S_ISREG(information.st_mode))) {
        return fail(ErrorCode::cannot_read_file, name + ": not a file");
    }
    return file;
}

NativeFile NativeFile::standard_input() { return NativeFile(STDIN_FILENO, false, "-"); }

void NativeFile::close() {
    if (owned_ && handle_ != nothing) {
        ::close(static_cast<int>(handle_));
    }
    handle_ = nothing;
}

Result<std::size_t> NativeFile::read(std::span<std::uint8_t> into) const {
    const ssize_t got =
        uninterrupted([&] { return ::read(static_cast<int>(handle_), into.data(), into.size()); });
    return got >= 0 ? Result<std::size_t>(static_cast<std::size_t>(got)) : read_failure(shown_);
}

Result<std::size_t> NativeFile::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    const ssize_t got = uninterrupted([&] {
        return ::pread(static_cast<int>(handle_), into.data(), into.size(), static_cast<off_t>(offset));
    });
    return got >= 0 ? Result<std::size_t>(static_cast<std::size_t>(got)) : read_failure(shown_);
}

Result<void> NativeFile::write(BytesView content) const {
    while (!content.empty()) {
        const ssize_t written =
            uninterrupted([&] { return ::write(static_cast<int>(handle_), content.data(), content.size()); });
        if (written < 0) {
            return write_failure(shown_);
        }
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> NativeFile::flush() const {
    return ::fsync(static_cast<int>(handle_)) == 0 ? Result<void>{} : Result<void>(write_failure(shown_));
}

Result<std::uint64_t> NativeFile::size() const {
    struct stat information {};
    if (::fstat(static_cast<int>(handle_), &information) != 0) {
        return read_failure(shown_);
    }
    return static_cast<std::uint64_t>(information.st_size);
}

bool file_exists(const std::string& path) {
    struct stat information {};
    return ::stat(path.c_str(), &information) == 0;
}

Result<void> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return write_failure(path);
    }
    return {};
}

Result<void> make_one_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return write_failure(path);
    }
    return {};
}

void remove_directory(const std::string& path) { (void)::rmdir(path.c_str()); }

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

Result<void> rename_over(const std::string& from, const std::string& to) {
    return ::rename(from.c_str(), to.c_str()) == 0 ? Result<void>{} : Result<void>(write_failure(to));
}

Result<void> rename_to_new(const std::string& from, const std::string& to) {
#ifdef RENAME_NOREPLACE
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    }
    if (errno == EEXIST) {
        return fail(ErrorCode::file_exists, to);
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return write_failure(to);
    }
#endif
    // A file system that cannot do that in one step.
    return file_exists(to) ? fail(ErrorCode::file_exists, to) : rename_over(from, to);
}

Result<void> give_second_name(const std::string& from, const std::string& to) {
    return ::link(from.c_str(), to.c_str()) == 0 ? Result<void>{} : Result<void>(write_failure(to));
}

Result<void> sync_folder(const std::string& folder) {
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return write_failure(folder);
    }
    Result<void> done = ::fsync(directory) == 0 ? Result<void>{} : Result<void>(write_failure(folder));
    ::close(directory);
    return done;
}

void allow_open_files(std::size_t count) {
    constexpr rlim_t usual = 256;
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < count + usual) {
        limit.rlim_cur = std::min<rlim_t>(count + usual, limit.rlim_max);
        (void)::setrlimit(RLIMIT_NOFILE, &limit);  // else opening one too many names the file
    }
}

}  // namespace cotmoc::system
