#include "../native_file.hpp"

#include "owner_only.hpp"
#include "windows_text.hpp"

#include <cotmoc/system/file.hpp>

#include <algorithm>

namespace cotmoc::system {
namespace {

constexpr std::size_t octets_a_call = 1024 * 1024 * 1024;

HANDLE as_handle(std::intptr_t number) { return reinterpret_cast<HANDLE>(number); }

struct Call {
    DWORD access;
    DWORD disposition;
    DWORD flags;
};

Call call_of(Opening how) {
    switch (how) {
        case Opening::read:
        case Opening::read_regular:
            return {GENERIC_READ, OPEN_EXISTING, 0};
        case Opening::make_or_empty:
            return {GENERIC_WRITE, CREATE_ALWAYS, 0};
        case Opening::make_new:
            return {GENERIC_WRITE, CREATE_NEW, 0};
        case Opening::overwrite:
            return {GENERIC_WRITE | FILE_READ_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT};
    }
    return {GENERIC_READ, OPEN_EXISTING, 0};
}

bool is_missing(DWORD code) { return code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND; }

/// Programs that look at every new file, such as virus scanners, keep it for a moment.
template <class Attempt>
bool patiently(const Attempt& attempt) {
    constexpr int attempts = 25;
    constexpr DWORD pause_ms = 20;
    for (int number = 1;; ++number) {
        if (attempt() != FALSE) {
            return true;
        }
        const DWORD code = ::GetLastError();
        if (number == attempts || (code != ERROR_SHARING_VIOLATION && code != ERROR_LOCK_VIOLATION)) {
            ::SetLastError(code);
            return false;
        }
        ::Sleep(pause_ms);
    }
}

Result<void> give_name(const std::string& from, const std::string& to, DWORD flags) {
    const std::wstring before = wide_path(from);
    const std::wstring after = wide_path(to);
    // Written through: the new name is on the disk when it returns.
    if (patiently(
            [&] { return ::MoveFileExW(before.c_str(), after.c_str(), flags | MOVEFILE_WRITE_THROUGH); })) {
        return {};
    }
    const DWORD code = ::GetLastError();
    if (code == ERROR_ALREADY_EXISTS || code == ERROR_FILE_EXISTS) {
        return fail(ErrorCode::file_exists, to);
    }
    return write_failure(to);
}

}  // namespace

Result<NativeFile> NativeFile::open(const std::string& path, Opening how, FileReaders readers,
                                    const std::string& shown) {
    const Call call = call_of(how);
    const std::string& name = shown.empty() ? path : shown;
    const bool reads = call.access == GENERIC_READ;
    OwnerOnly owner;
    const std::wstring native = wide_path(path);
    const HANDLE handle =
        ::CreateFileW(native.c_str(), call.access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                      readers == FileReaders::owner ? owner.attributes() : nullptr, call.disposition,
                      FILE_ATTRIBUTE_NORMAL | call.flags, nullptr);
    NativeFile file(reinterpret_cast<Handle>(handle), true, name);
    if (!file.is_open()) {
        const DWORD code = ::GetLastError();
        if (how == Opening::make_new && (code == ERROR_FILE_EXISTS || code == ERROR_ALREADY_EXISTS)) {
            return fail(ErrorCode::file_exists, path);
        }
        const bool missing = how == Opening::overwrite && is_missing(code);
        return reads || missing ? read_failure(name) : write_failure(name);
    }
    BY_HANDLE_FILE_INFORMATION information{};
    if (how == Opening::overwrite && ::GetFileInformationByHandle(handle, &information) != FALSE &&
        (information.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
        return fail(ErrorCode::io_error, name + ": a link");
    }
    if (how == Opening::read_regular && ::GetFileType(handle) != FILE_TYPE_DISK) {
        return fail(ErrorCode::cannot_read_file, name + ": not a file");
    }
    return file;
}

NativeFile NativeFile::standard_input() {
    return NativeFile(reinterpret_cast<Handle>(::GetStdHandle(STD_INPUT_HANDLE)), false, "-");
}

void NativeFile::close() {
    if (owned_ && handle_ != nothing) {
        ::CloseHandle(as_handle(handle_));
    }
    handle_ = nothing;
}

Result<std::size_t> NativeFile::read(std::span<std::uint8_t> into) const {
    DWORD got = 0;
    const auto size = static_cast<DWORD>(std::min(into.size(), octets_a_call));
    if (::ReadFile(as_handle(handle_), into.data(), size, &got, nullptr) == FALSE) {
        // The other end of a pipe was closed: there is no more.
        return ::GetLastError() == ERROR_BROKEN_PIPE ? Result<std::size_t>(0) : read_failure(shown_);
    }
    return got;
}

Result<std::size_t> NativeFile::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    DWORD got = 0;
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(offset & 0xFFFFFFFF);
    place.OffsetHigh = static_cast<DWORD>(offset >> 32);
    const auto size = static_cast<DWORD>(std::min(into.size(), octets_a_call));
    if (::ReadFile(as_handle(handle_), into.data(), size, &got, &place) == FALSE) {
        return ::GetLastError() == ERROR_HANDLE_EOF ? Result<std::size_t>(0) : read_failure(shown_);
    }
    return got;
}

Result<void> NativeFile::write(BytesView content) const {
    while (!content.empty()) {
        DWORD written = 0;
        const auto size = static_cast<DWORD>(std::min(content.size(), octets_a_call));
        if (::WriteFile(as_handle(handle_), content.data(), size, &written, nullptr) == FALSE) {
            return write_failure(shown_);
        }
        content = content.subspan(written);
    }
    return {};
}

Result<void> NativeFile::flush() const {
    return ::FlushFileBuffers(as_handle(handle_)) != FALSE ? Result<void>{}
                                                           : Result<void>(write_failure(shown_));
}

Result<std::uint64_t> NativeFile::size() const {
    LARGE_INTEGER size{};
    if (::GetFileSizeEx(as_handle(handle_), &size) == FALSE) {
        return read_failure(shown_);
    }
    return static_cast<std::uint64_t>(size.QuadPart);
}

bool file_exists(const std::string& path) {
    return ::GetFileAttributesW(wide_path(path).c_str()) != INVALID_FILE_ATTRIBUTES;
}

Result<void> remove_file(const std::string& path) {
    const std::wstring native = wide_path(path);
    if (patiently([&] { return ::DeleteFileW(native.c_str()); }) || is_missing(::GetLastError())) {
        return {};
    }
    return write_failure(path);
}

Result<void> make_one_directory(const std::string& path) {
    OwnerOnly owner;
    if (::CreateDirectoryW(wide_path(path).c_str(), owner.attributes()) == FALSE &&
        ::GetLastError() != ERROR_ALREADY_EXISTS) {
        return write_failure(path);
    }
    return {};
}

void remove_directory(const std::string& path) { (void)::RemoveDirectoryW(wide_path(path).c_str()); }

std::vector<std::string> names_in(const std::string& folder) {
    // Not std::filesystem's iterator: in this compiler's library it stops at 260 letters.
    std::vector<std::string> names;
    WIN32_FIND_DATAW entry{};
    const HANDLE search = ::FindFirstFileW(wide_path(folder + "/*").c_str(), &entry);
    for (bool more = search != INVALID_HANDLE_VALUE; more; more = ::FindNextFileW(search, &entry) != FALSE) {
        std::string name = narrow(entry.cFileName);
        if (name != "." && name != "..") {
            names.push_back(std::move(name));
        }
    }
    if (search != INVALID_HANDLE_VALUE) {
        ::FindClose(search);
    }
    std::ranges::sort(names);
    return names;
}

Result<void> rename_over(const std::string& from, const std::string& to) {
    return give_name(from, to, MOVEFILE_REPLACE_EXISTING);
}

Result<void> rename_to_new(const std::string& from, const std::string& to) { return give_name(from, to, 0); }

Result<void> give_second_name(const std::string& from, const std::string& to) {
    const std::wstring first = wide_path(from);
    const std::wstring second = wide_path(to);
    if (::CreateHardLinkW(second.c_str(), first.c_str(), nullptr) != FALSE) {
        return {};
    }
    // FAT, the file system of memory sticks, has one name for a file.
    return ::CopyFileW(first.c_str(), second.c_str(), TRUE) != FALSE ? Result<void>{}
                                                                     : Result<void>(write_failure(to));
}

Result<void> sync_folder(const std::string&) {
    // NTFS keeps names in a journal of its own, and renaming was written through.
    return {};
}

void allow_open_files(std::size_t) {
    // Handles are as many as the memory has room for.
}

}  // namespace cotmoc::system
