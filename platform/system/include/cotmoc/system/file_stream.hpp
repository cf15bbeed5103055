// Files that are too long for the memory. Paths are UTF-8.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

#include <memory>

namespace cotmoc::system {

/// Opens the file for reading only, with the first call: nothing is locked or written beside it. It stays
/// open, so that all calls read one file, whatever comes to lie under its name. cannot_read_file for what is
/// no regular file, too.
class FileReader {
public:
    explicit FileReader(std::string path);
    FileReader(FileReader&&) noexcept;
    FileReader& operator=(FileReader&&) noexcept;
    ~FileReader();
    const std::string& path() const { return path_; }
    Result<std::uint64_t> size();
    /// Fills `into` with what begins at `offset`; less than asked only at the end.
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into);

private:
    struct State;
    Result<void> open();
    std::string path_;
    std::unique_ptr<State> state_;
};

/// Lets the process have so many files open beside the usual ones, as far as the system allows.
void allow_open_files(std::size_t count);

/// Who may read a file that is written.
enum class FileReaders : std::uint8_t { owner, everyone };

/// Writes a file under another name (with ".new") and gives it its own when it is whole and durable. Neither
/// name may be in use: nothing is overwritten. Without finish() nothing stays. file_exists, disk_full,
/// io_error.
class FileWriter {
public:
    static Result<FileWriter> create(const std::string& path, FileReaders readers);
    FileWriter(FileWriter&&) noexcept;
    FileWriter& operator=(FileWriter&&) noexcept;
    ~FileWriter();
    Result<void> write(BytesView bytes);
    /// Everything is written and durable, still under the other name; no file is open any more.
    Result<void> close();
    /// Closes, and gives it its name.
    Result<void> finish();

private:
    struct State;
    explicit FileWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace cotmoc::system
