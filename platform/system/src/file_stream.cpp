#include <cotmoc/system/file_stream.hpp>

#include "descriptor.hpp"

#include <cotmoc/system/file.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace cotmoc::system {
namespace {

Result<Descriptor> open_regular(const std::string& path, struct stat& information) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open() || ::fstat(file.number(), &information) != 0) {
        return read_failure(path);
    }
    if (!S_ISREG(information.st_mode)) {
        return fail(ErrorCode::cannot_read_file, path + ": not a file");
    }
    return file;
}

/// -1 with EEXIST if the name is in use.
int rename_to_new(const std::string& from, const std::string& to) {
#ifdef RENAME_NOREPLACE
    const int done = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
    if (done == 0 || (errno != EINVAL && errno != ENOSYS)) {
        return done;
    }
#endif
    // A file system that cannot do that in one step.
    if (file_exists(to)) {
        errno = EEXIST;
        return -1;
    }
    return ::rename(from.c_str(), to.c_str());
}

}  // namespace

struct FileReader::State {
    Descriptor file;
};

FileReader::FileReader(std::string path) : path_(std::move(path)) {}
FileReader::FileReader(FileReader&&) noexcept = default;
FileReader& FileReader::operator=(FileReader&&) noexcept = default;
FileReader::~FileReader() = default;

Result<void> FileReader::open() {
    if (state_ == nullptr) {
        struct stat information {};
        COTMOC_ASSIGN(Descriptor file, open_regular(path_, information));
        state_ = std::make_unique<State>(State{std::move(file)});
    }
    return {};
}

Result<std::uint64_t> FileReader::size() {
    COTMOC_TRY(open());
    struct stat information {};
    if (::fstat(state_->file.number(), &information) != 0) {
        return read_failure(path_);
    }
    return static_cast<std::uint64_t>(information.st_size);
}

Result<std::size_t> FileReader::read(std::uint64_t offset, std::span<std::uint8_t> into) {
    COTMOC_TRY(open());
    const Descriptor& file = state_->file;
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got =
            ::pread(file.number(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return read_failure(path_);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

struct FileWriter::State {
    std::string path;
    std::string fresh;
    Descriptor file;
    bool finished = false;
};

FileWriter::FileWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileWriter::FileWriter(FileWriter&&) noexcept = default;
FileWriter& FileWriter::operator=(FileWriter&&) noexcept = default;

FileWriter::~FileWriter() {
    if (state_ != nullptr && !state_->finished) {
        ::unlink(state_->fresh.c_str());
    }
}

Result<FileWriter> FileWriter::create(const std::string& path, FileReaders readers) {
    if (file_exists(path)) {
        return fail(ErrorCode::file_exists, path);
    }
    auto state = std::make_unique<State>();
    state->path = path;
    state->fresh = path + ".new";
    state->file =
        Descriptor(::open(state->fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                          readers == FileReaders::everyone ? 0644 : 0600));
    if (!state->file.is_open()) {
        state->finished = true;
        return errno == EEXIST ? fail(ErrorCode::file_exists, state->fresh)
                               : tl::unexpected<Error>(write_failure(path));
    }
    return FileWriter(std::move(state));
}

Result<void> FileWriter::write(BytesView bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(state_->file.number(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return write_failure(state_->path);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> FileWriter::close() {
    if (state_->file.is_open()) {
        if (::fsync(state_->file.number()) != 0) {
            return write_failure(state_->path);
        }
        state_->file = Descriptor();
    }
    return {};
}

Result<void> FileWriter::finish() {
    COTMOC_TRY(close());
    if (rename_to_new(state_->fresh, state_->path) != 0) {
        return errno == EEXIST ? fail(ErrorCode::file_exists, state_->path)
                               : Result<void>(write_failure(state_->path));
    }
    state_->finished = true;
    const std::string folder = std::filesystem::path(state_->path).parent_path().string();
    const Descriptor directory(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open() || ::fsync(directory.number()) != 0) {
        return write_failure(state_->path);
    }
    return {};
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
