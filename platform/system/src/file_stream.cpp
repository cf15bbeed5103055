#include <cotmoc/system/file_stream.hpp>

#include "native_file.hpp"

#include <cotmoc/system/file.hpp>

namespace cotmoc::system {

struct FileReader::State {
    NativeFile file;
};

FileReader::FileReader(std::string path) : path_(std::move(path)) {}
FileReader::FileReader(FileReader&&) noexcept = default;
FileReader& FileReader::operator=(FileReader&&) noexcept = default;
FileReader::~FileReader() = default;

Result<void> FileReader::open() {
    if (state_ == nullptr) {
        COTMOC_ASSIGN(NativeFile file, NativeFile::open(path_, Opening::read_regular));
        state_ = std::make_unique<State>(State{std::move(file)});
    }
    return {};
}

Result<std::uint64_t> FileReader::size() {
    COTMOC_TRY(open());
    return state_->file.size();
}

Result<std::size_t> FileReader::read(std::uint64_t offset, std::span<std::uint8_t> into) {
    COTMOC_TRY(open());
    std::size_t done = 0;
    while (done < into.size()) {
        COTMOC_ASSIGN(const std::size_t got, state_->file.read_at(offset + done, into.subspan(done)));
        if (got == 0) {
            break;
        }
        done += got;
    }
    return done;
}

struct FileWriter::State {
    std::string path;
    std::string fresh;
    NativeFile file;
    bool finished = false;
};

FileWriter::FileWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileWriter::FileWriter(FileWriter&&) noexcept = default;
FileWriter& FileWriter::operator=(FileWriter&&) noexcept = default;

FileWriter::~FileWriter() {
    if (state_ != nullptr && !state_->finished) {
        // Windows removes no file that is open.
        state_->file.close();
        (void)remove_file(state_->fresh);
    }
}

Result<FileWriter> FileWriter::create(const std::string& path, FileReaders readers) {
    if (file_exists(path)) {
        return fail(ErrorCode::file_exists, path);
    }
    auto state = std::make_unique<State>();
    state->path = path;
    state->fresh = path + ".new";
    auto file = NativeFile::open(state->fresh, Opening::make_new, readers, path);
    if (!file) {
        state->finished = true;
        return tl::unexpected(std::move(file).error());
    }
    state->file = std::move(*file);
    return FileWriter(std::move(state));
}

Result<void> FileWriter::write(BytesView bytes) { return state_->file.write(bytes); }

Result<void> FileWriter::close() {
    if (state_->file.is_open()) {
        COTMOC_TRY(state_->file.flush());
        state_->file.close();
    }
    return {};
}

Result<void> FileWriter::finish() {
    COTMOC_TRY(close());
    COTMOC_TRY(rename_to_new(state_->fresh, state_->path));
    state_->finished = true;
    return sync_folder(folder_of(state_->path));
}

}  // namespace cotmoc::system
