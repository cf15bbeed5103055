#include <cotmoc/system/directory_lock.hpp>

#include "../lock_note.hpp"
#include "windows_api.hpp"
#include "windows_text.hpp"

#include <array>
#include <utility>

namespace cotmoc::system {
namespace {

constexpr int nothing = -1;

/// Only the lower 32 bits of a HANDLE count, which Windows promises to 32-bit programs that pass handles on.
HANDLE as_handle(int number) { return reinterpret_cast<HANDLE>(static_cast<std::intptr_t>(number)); }
int as_number(HANDLE handle) { return static_cast<int>(reinterpret_cast<std::intptr_t>(handle)); }

/// A locked octet can be neither read nor written by others: this one lies behind all that is written.
OVERLAPPED locked_octet() {
    OVERLAPPED place{};
    place.OffsetHigh = 1;
    return place;
}

bool runs(std::uint32_t process) {
    const HANDLE handle = ::OpenProcess(SYNCHRONIZE, FALSE, process);
    if (handle == nullptr) {
        return ::GetLastError() == ERROR_ACCESS_DENIED;
    }
    const bool running = ::WaitForSingleObject(handle, 0) == WAIT_TIMEOUT;
    ::CloseHandle(handle);
    return running;
}

std::string holder(HANDLE file) {
    // The other one may have locked the file a moment ago and not written its name yet.
    for (int attempt = 0; attempt < 10; ++attempt) {
        std::array<char, 200> text;
        OVERLAPPED start{};
        DWORD size = 0;
        if (::ReadFile(file, text.data(), static_cast<DWORD>(text.size()), &size, &start) == FALSE) {
            size = 0;
        }
        const auto note = parse_lock_note({text.data(), size});
        if (note && runs(note->process)) {
            return describe(*note);
        }
        ::Sleep(20);
    }
    return "another process";
}

void empty(HANDLE file) {
    ::SetFilePointer(file, 0, nullptr, FILE_BEGIN);
    ::SetEndOfFile(file);
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const std::string& directory, std::string_view program) {
    const std::string path = directory + "/lock";
    const HANDLE file = ::CreateFileW(wide_path(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                      OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) {
        return write_failure(path);
    }
    OVERLAPPED place = locked_octet();
    if (::LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &place) == FALSE) {
        const DWORD code = ::GetLastError();
        const bool held = code == ERROR_LOCK_VIOLATION || code == ERROR_IO_PENDING;
        const tl::unexpected<Error> failure =
            held ? fail(ErrorCode::busy, holder(file)) : write_failure(path);
        ::CloseHandle(file);
        return failure;
    }
    // Only a courtesy to the second process: without room on the disk for the name, the lock holds all the
    // same.
    empty(file);
    const std::string text = lock_note(::GetCurrentProcessId(), program);
    DWORD written = 0;
    (void)::WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
    return DirectoryLock(as_number(file));
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, nothing)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

DirectoryLock::~DirectoryLock() {
    if (descriptor_ != nothing) {
        empty(as_handle(descriptor_));
        ::CloseHandle(as_handle(descriptor_));
    }
}

}  // namespace cotmoc::system
