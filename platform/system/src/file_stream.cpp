#include <cotmoc/system/file_stream.hpp>

#include "descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
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

}  // namespace

Result<std::uint64_t> FileReader::size() const {
    struct stat information {};
    COTMOC_ASSIGN([[maybe_unused]] const Descriptor file, open_regular(path_, information));
    return static_cast<std::uint64_t>(information.st_size);
}

Result<std::size_t> FileReader::read(std::uint64_t offset, std::span<std::uint8_t> into) const {
    struct stat information {};
    COTMOC_ASSIGN(const Descriptor file, open_regular(path_, information));
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

Result<FileWriter> FileWriter::create(const std::string& path) {
    auto state = std::make_unique<State>();
    state->path = path;
    state->fresh = path + ".new";
    // Others may carry it: what it holds is sealed.
    state->file =
        Descriptor(::open(state->fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!state->file.is_open()) {
        state->finished = true;
        return write_failure(path);
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

Result<void> FileWriter::finish() {
    if (::fsync(state_->file.number()) != 0 || ::rename(state_->fresh.c_str(), state_->path.c_str()) != 0) {
        return write_failure(state_->path);
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

}  // namespace cotmoc::system
