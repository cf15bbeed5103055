#include <cotmoc/system/file.hpp>

#include "native_file.hpp"

#include <cotmoc/base/native_path.hpp>

#include <array>

namespace cotmoc::system {
namespace {

constexpr std::size_t block_size = 64 * 1024;

Result<NativeFile> open_to_read(const std::string& path) {
    return path == "-" ? NativeFile::standard_input() : NativeFile::open(path, Opening::read);
}

Result<void> write_new_file(const std::string& path, BytesView content) {
    COTMOC_ASSIGN(const NativeFile file, NativeFile::open(path, Opening::make_or_empty));
    COTMOC_TRY(file.write(content));
    return file.flush();
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

std::string folder_of(const std::string& path) {
    const std::u8string folder =
        std::filesystem::path(std::u8string(path.begin(), path.end())).parent_path().u8string();
    return folder.empty() ? "." : std::string(folder.begin(), folder.end());
}

Result<Bytes> read_file(const std::string& path, std::size_t limit) {
    COTMOC_ASSIGN(const NativeFile file, open_to_read(path));
    Bytes content;
    std::array<std::uint8_t, block_size> block;
    for (;;) {
        COTMOC_ASSIGN(const std::size_t got, file.read(block));
        if (got == 0) {
            return content;
        }
        content.insert(content.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got));
        if (content.size() > limit) {
            return fail(ErrorCode::cannot_read_file,
                        path + ": larger than " + std::to_string(limit) + " octets");
        }
    }
}

Result<void> read_lines(const std::string& path, std::size_t limit,
                        const std::function<Result<void>(std::string_view, std::uint64_t)>& each) {
    COTMOC_ASSIGN(const NativeFile file, open_to_read(path));
    LineReader lines(limit, each);
    std::array<std::uint8_t, block_size> block;
    for (;;) {
        COTMOC_ASSIGN(const std::size_t got, file.read(block));
        if (got == 0) {
            return lines.finish();
        }
        COTMOC_TRY(lines.take(as_text(BytesView(block).first(got))));
    }
}

Result<void> make_directory(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(native_file(path), error)) {
        return {};
    }
    const std::string above = folder_of(path);
    if (above != path && above != "." && !file_exists(above)) {
        COTMOC_TRY(make_directory(above));
    }
    COTMOC_TRY(make_one_directory(path));
    if (!std::filesystem::is_directory(native_file(path), error)) {
        return fail(ErrorCode::io_error, path + ": not a directory");
    }
    return {};
}

Result<void> replace_file(const std::string& path, BytesView content, const std::string& keep_previous) {
    const std::string fresh = path + ".new";
    if (Result<void> written = write_new_file(fresh, content); !written) {
        (void)remove_file(fresh);
        return written;
    }
    if (!keep_previous.empty() && file_exists(path)) {
        // A second name for the former content, so that there is no moment without a file under `path`.
        COTMOC_TRY(remove_file(keep_previous));
        COTMOC_TRY(give_second_name(path, keep_previous));
    }
    COTMOC_TRY(rename_over(fresh, path));
    return sync_folder(folder_of(path));
}

Result<void> shred_file(const std::string& path) {
    {
        auto file = NativeFile::open(path, Opening::overwrite);
        if (!file) {
            return file.error().code == ErrorCode::cannot_read_file ? Result<void>{}
                                                                    : tl::unexpected(std::move(file).error());
        }
        COTMOC_ASSIGN(const std::uint64_t size, file->size());
        COTMOC_TRY(file->write(Bytes(static_cast<std::size_t>(size), 0)));
        COTMOC_TRY(file->flush());
    }
    COTMOC_TRY(remove_file(path));
    return sync_folder(folder_of(path));
}

}  // namespace cotmoc::system
