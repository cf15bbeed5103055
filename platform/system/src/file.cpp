#include <cotmoc/system/file.hpp>

#include "descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <array>
#include <filesystem>

namespace cotmoc::system {
namespace {

constexpr std::size_t block_size = 64 * 1024;

Result<Descriptor> open_to_read(const std::string& path) {
    if (path == "-") {
        return Descriptor(STDIN_FILENO);
    }
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) {
        return read_failure(path);
    }
    return file;
}

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

Result<void> sync_folder(const std::string& path) {
    const std::string folder = folder_of(path);
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open() || ::fsync(directory.number()) != 0) {
        return write_failure(folder);
    }
    return {};
}

Result<void> write_all(const Descriptor& file, BytesView content, const std::string& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(file.number(), content.data(), content.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return write_failure(path);
        }
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> write_new_file(const std::string& path, BytesView content) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.is_open()) {
        return write_failure(path);
    }
    COTMOC_TRY(write_all(file, content, path));
    return ::fsync(file.number()) == 0 ? Result<void>{} : Result<void>(write_failure(path));
}

/// Collects the octets of one line, wherever the blocks of the file end.
class LineReader {
public:
    using Each = std::function<Result<void>(std::string_view, std::uint64_t)>;
    LineReader(std::size_t limit, const Each& each) : limit_(limit), each_(each) {}

    Result<void> take(std::string_view block) {
        while (!block.empty()) {
            const std::size_t end = block.find('\n');
            const std::string_view part = block.substr(0, end);
            // One octet over, for the carriage return of a file from Windows.
            if (line_.size() + part.size() > limit_ + 1) {
                return fail(ErrorCode::line_too_long, "line " + std::to_string(number_ + 1));
            }
            line_ += part;
            if (end == std::string_view::npos) {
                return {};
            }
            COTMOC_TRY(give());
            block.remove_prefix(end + 1);
        }
        return {};
    }
    Result<void> finish() { return line_.empty() ? Result<void>{} : give(); }

private:
    Result<void> give() {
        ++number_;
        std::string_view line = line_;
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (line.size() > limit_) {
            return fail(ErrorCode::line_too_long, "line " + std::to_string(number_));
        }
        Result<void> done = each_(line, number_);
        line_.clear();
        return done;
    }

    std::size_t limit_;
    const Each& each_;
    std::string line_;
    std::uint64_t number_ = 0;
};

}  // namespace

Result<Bytes> read_file(const std::string& path, std::size_t limit) {
    COTMOC_ASSIGN(const Descriptor file, open_to_read(path));
    Bytes content;
    std::array<std::uint8_t, block_size> block;
    for (;;) {
        const ssize_t got = read_some(file, block.data(), block.size());
        if (got < 0) {
            return read_failure(path);
        }
        if (got == 0) {
            return content;
        }
        content.insert(content.end(), block.begin(), block.begin() + got);
        if (content.size() > limit) {
            return fail(ErrorCode::cannot_read_file,
                        path + ": larger than " + std::to_string(limit) + " octets");
        }
    }
}

Result<void> read_lines(const std::string& path, std::size_t limit,
                        const std::function<Result<void>(std::string_view, std::uint64_t)>& each) {
    COTMOC_ASSIGN(const Descriptor file, open_to_read(path));
    LineReader lines(limit, each);
    std::array<char, block_size> block;
    for (;;) {
        const ssize_t got = read_some(file, block.data(), block.size());
        if (got < 0) {
            return read_failure(path);
        }
        if (got == 0) {
            return lines.finish();
        }
        COTMOC_TRY(lines.take({block.data(), static_cast<std::size_t>(got)}));
    }
}

bool file_exists(const std::string& path) {
    struct stat information {};
    return ::stat(path.c_str(), &information) == 0;
}

Result<void> make_directory(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return {};
    }
    const std::string above = folder_of(path);
    if (above != path && above != "." && !file_exists(above)) {
        COTMOC_TRY(make_directory(above));
    }
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return write_failure(path);
    }
    if (!std::filesystem::is_directory(path, error)) {
        return fail(ErrorCode::io_error, path + ": not a directory");
    }
    return {};
}

Result<void> replace_file(const std::string& path, BytesView content, const std::string& keep_previous) {
    const std::string fresh = path + ".new";
    if (Result<void> written = write_new_file(fresh, content); !written) {
        ::unlink(fresh.c_str());
        return written;
    }
    if (!keep_previous.empty() && file_exists(path)) {
        // A second name for the former content, so that there is no moment without a file under `path`.
        COTMOC_TRY(remove_file(keep_previous));
        if (::link(path.c_str(), keep_previous.c_str()) != 0) {
            return write_failure(keep_previous);
        }
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) {
        return write_failure(path);
    }
    return sync_folder(path);
}

Result<void> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return write_failure(path);
    }
    return {};
}

Result<void> shred_file(const std::string& path) {
    {
        const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!file.is_open()) {
            return errno == ENOENT ? Result<void>{} : Result<void>(write_failure(path));
        }
        const off_t size = ::lseek(file.number(), 0, SEEK_END);
        if (size < 0 || ::lseek(file.number(), 0, SEEK_SET) != 0) {
            return write_failure(path);
        }
        COTMOC_TRY(write_all(file, Bytes(static_cast<std::size_t>(size), 0), path));
        if (::fsync(file.number()) != 0) {
            return write_failure(path);
        }
    }
    COTMOC_TRY(remove_file(path));
    return sync_folder(path);
}

}  // namespace cotmoc::system
