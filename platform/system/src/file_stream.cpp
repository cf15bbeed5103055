#include <cotmoc/system/file_stream.hpp>

#include "descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <cstdio>

namespace cotmoc::system {

struct FileReader::Handle {
    Descriptor file;
    std::string path;
    std::uint64_t size = 0;
};

FileReader::FileReader(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
FileReader::FileReader(FileReader&&) noexcept = default;
FileReader& FileReader::operator=(FileReader&&) noexcept = default;
FileReader::~FileReader() = default;

Result<FileReader> FileReader::open(const std::string& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat information {};
    if (!file.is_open() || ::fstat(file.number(), &information) != 0) {
        return read_failure(path);
    }
    if (!S_ISREG(information.st_mode)) {
        return fail(ErrorCode::cannot_read_file, path + ": not a regular file");
    }
    const auto size = static_cast<std::uint64_t>(information.st_size);
    return FileReader(std::make_unique<Handle>(Handle{std::move(file), path, size}));
}

std::uint64_t FileReader::size() const { return handle_->size; }

Result<Bytes> FileReader::read(std::uint64_t offset, std::size_t length) const {
    Bytes octets(length);
    std::size_t got = 0;
    while (got < length) {
        const ssize_t some = ::pread(handle_->file.number(), octets.data() + got, length - got,
                                     static_cast<off_t>(offset + got));
        if (some < 0 && errno == EINTR) {
            continue;
        }
        if (some < 0) {
            return read_failure(handle_->path);
        }
        if (some == 0) {
            break;
        }
        got += static_cast<std::size_t>(some);
    }
    octets.resize(got);
    return octets;
}

struct FileWriter::Handle {
    Descriptor file;
    std::string path;
    bool finished = false;

    std::string fresh() const { return path + ".new"; }
    ~Handle() {
        if (!finished) {
            ::unlink(fresh().c_str());
        }
    }
};

FileWriter::FileWriter(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
FileWriter::FileWriter(FileWriter&&) noexcept = default;
FileWriter& FileWriter::operator=(FileWriter&&) noexcept = default;
FileWriter::~FileWriter() = default;

Result<FileWriter> FileWriter::create(const std::string& path) {
    auto handle = std::make_unique<Handle>();
    handle->path = path;
    handle->file =
        Descriptor(::open(handle->fresh().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!handle->file.is_open()) {
        handle->finished = true;  // there is nothing of ours to remove
        return write_failure(path);
    }
    return FileWriter(std::move(handle));
}

Result<void> FileWriter::write(BytesView octets) {
    while (!octets.empty()) {
        const ssize_t written = ::write(handle_->file.number(), octets.data(), octets.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return write_failure(handle_->path);
        }
        octets = octets.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> FileWriter::finish() {
    if (::fsync(handle_->file.number()) != 0 ||
        ::rename(handle_->fresh().c_str(), handle_->path.c_str()) != 0) {
        return write_failure(handle_->path);
    }
    handle_->finished = true;
    return {};
}

}  // namespace cotmoc::system
