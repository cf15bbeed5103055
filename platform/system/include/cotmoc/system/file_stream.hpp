// Files read and written in pieces, for those that may be larger than the memory. Paths are UTF-8. One thread
// at a time.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

#include <memory>

namespace cotmoc::system {

class FileReader {
public:
    /// cannot_read_file also for a folder, a device or a pipe: only a regular file has a size.
    static Result<FileReader> open(const std::string& path);
    FileReader(FileReader&&) noexcept;
    FileReader& operator=(FileReader&&) noexcept;
    ~FileReader();

    std::uint64_t size() const;  // octets, when it was opened
    /// Fewer than `length` octets only at the end of the file.
    Result<Bytes> read(std::uint64_t offset, std::size_t length) const;

private:
    struct Handle;
    explicit FileReader(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

/// Writes beside `path` and takes its place when all is there; dropped before finish(), nothing is left.
class FileWriter {
public:
    /// disk_full, io_error.
    static Result<FileWriter> create(const std::string& path);
    FileWriter(FileWriter&&) noexcept;
    FileWriter& operator=(FileWriter&&) noexcept;
    ~FileWriter();

    Result<void> write(BytesView octets);
    /// Durable when it returns. The file is readable by its owner only.
    Result<void> finish();

private:
    struct Handle;
    explicit FileWriter(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

}  // namespace cotmoc::system
