// What the operating system offers for files, below file.cpp and file_stream.cpp: posix/ and windows/ each
// have it. Paths are UTF-8. What fails is disk_full, io_error or cannot_read_file, and names the file.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>
#include <cotmoc/system/file_stream.hpp>

#include <utility>
#include <vector>

namespace cotmoc::system {

enum class Opening : std::uint8_t {
    read,
    read_regular,  // nothing but a regular file, and without waiting for one
    make_or_empty,
    make_new,   // file_exists if the name is in use
    overwrite,  // its content in place, not through a link; cannot_read_file if there is none
};

/// An open file, closed on drop. One thread at a time.
class NativeFile {
public:
    NativeFile() = default;
    /// Errors name the file by `shown`, if that is not empty.
    static Result<NativeFile> open(const std::string& path, Opening how,
                                   FileReaders readers = FileReaders::owner, const std::string& shown = {});
    /// Not closed on drop.
    static NativeFile standard_input();
    NativeFile(NativeFile&& other) noexcept
        : handle_(std::exchange(other.handle_, nothing)),
          owned_(other.owned_),
          shown_(std::move(other.shown_)) {}
    NativeFile& operator=(NativeFile&& other) noexcept {
        std::swap(handle_, other.handle_);
        std::swap(owned_, other.owned_);
        std::swap(shown_, other.shown_);
        return *this;
    }
    ~NativeFile() { close(); }
    bool is_open() const { return handle_ != nothing; }
    void close();

    /// Some octets from where the last call ended; 0 at the end.
    Result<std::size_t> read(std::span<std::uint8_t> into) const;
    /// Some octets from there; 0 at the end.
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;
    Result<void> write(BytesView content) const;
    /// What was written is on the disk when it returns.
    Result<void> flush() const;
    Result<std::uint64_t> size() const;

private:
    /// A descriptor, or a HANDLE of Windows.
    using Handle = std::intptr_t;
    static constexpr Handle nothing = -1;
    NativeFile(Handle handle, bool owned, std::string shown)
        : handle_(handle), owned_(owned), shown_(std::move(shown)) {}

    Handle handle_ = nothing;
    bool owned_ = true;
    std::string shown_;
};

/// One directory, readable by its owner only; the one above is there. No error if it is there already.
Result<void> make_one_directory(const std::string& path);
/// No error if it stays because it is not empty.
void remove_directory(const std::string& path);
/// The names of what stands in it, in the order of their octets; nothing if it cannot be read.
std::vector<std::string> names_in(const std::string& folder);
/// In one step, over whatever has the name.
Result<void> rename_over(const std::string& from, const std::string& to);
/// file_exists if the name is in use.
Result<void> rename_to_new(const std::string& from, const std::string& to);
/// The same content under a second name.
Result<void> give_second_name(const std::string& from, const std::string& to);
/// The folder that a file of this name stands in.
std::string folder_of(const std::string& path);
/// The names in it are on the disk when it returns.
Result<void> sync_folder(const std::string& folder);

}  // namespace cotmoc::system
