#include "windows_text.hpp"

#include "windows_api.hpp"

#include <cotmoc/base/native_path.hpp>

#include <array>

namespace cotmoc::system {

std::wstring wide(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    const int size = static_cast<int>(text.size());
    std::wstring made(
        static_cast<std::size_t>(::MultiByteToWideChar(CP_UTF8, 0, text.data(), size, nullptr, 0)), L'\0');
    ::MultiByteToWideChar(CP_UTF8, 0, text.data(), size, made.data(), static_cast<int>(made.size()));
    return made;
}

std::string narrow(std::wstring_view text) {
    if (text.empty()) {
        return {};
    }
    const int size = static_cast<int>(text.size());
    const int needed = ::WideCharToMultiByte(CP_UTF8, 0, text.data(), size, nullptr, 0, nullptr, nullptr);
    std::string made(static_cast<std::size_t>(needed), '\0');
    ::WideCharToMultiByte(CP_UTF8, 0, text.data(), size, made.data(), needed, nullptr, nullptr);
    return made;
}

std::wstring wide_path(const std::string& path) { return wide(native_path(path)); }

std::string windows_message(unsigned long code) {
    std::array<wchar_t, 512> text{};
    const DWORD size = ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
                                        code, 0, text.data(), static_cast<DWORD>(text.size()), nullptr);
    std::wstring_view message(text.data(), size);
    while (!message.empty() && (message.back() <= L' ' || message.back() == L'.')) {
        message.remove_suffix(1);
    }
    return message.empty() ? "error " + std::to_string(code) : narrow(message);
}

tl::unexpected<Error> write_failure(const std::string& path) {
    const DWORD code = ::GetLastError();
    const bool full = code == ERROR_DISK_FULL || code == ERROR_HANDLE_DISK_FULL;
    return fail(full ? ErrorCode::disk_full : ErrorCode::io_error, path + ": " + windows_message(code));
}

tl::unexpected<Error> read_failure(const std::string& path) {
    const DWORD code = ::GetLastError();
    return fail(ErrorCode::cannot_read_file, path + ": " + windows_message(code));
}

}  // namespace cotmoc::system
