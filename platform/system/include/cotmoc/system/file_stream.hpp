// Files that are too long for the memory. Paths are UTF-8.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

#include <memory>

namespace cotmoc::system {

/// Opens the file for reading only, and only while it reads: nothing is locked or written beside it.
/// cannot_read_file for what is no regular file, too.
class FileReader {
public:
    explicit FileReader(std::string path) : path_(std::move(path)) {}
    const std::string& path() const { return path_; }
    Result<std::uint64_t> size() const;
    /// Fills `into` with what begins at `offset`; less than asked only at the end.
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const;

private:
    std::string path_;
};

/// Writes a file under another name and gives it its own when it is whole and durable. Without finish()
/// nothing stays. disk_full, io_error.
class FileWriter {
public:
    static Result<FileWriter> create(const std::string& path);
    FileWriter(FileWriter&&) noexcept;
    FileWriter& operator=(FileWriter&&) noexcept;
    ~FileWriter();
    Result<void> write(BytesView bytes);
    Result<void> finish();

private:
    struct State;
    explicit FileWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace cotmoc::system
