#include "../terminal.hpp"

#include "windows_api.hpp"
#include "windows_text.hpp"

#include <cotmoc/system/process.hpp>

#include <algorithm>
#include <array>

namespace cotmoc::system {
namespace {

HANDLE open_console(const wchar_t* name) {
    return ::CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                         OPEN_EXISTING, 0, nullptr);
}

/// A console gives and takes UTF-16 whatever its code page.
class Console final : public Terminal {
public:
    Console(HANDLE input, HANDLE output) : input_(input), output_(output) {}
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    ~Console() override {
        forget_line();
        ::CloseHandle(input_);
        ::CloseHandle(output_);
    }

    void say(std::string_view text) override {
        const std::wstring letters = wide(text);
        DWORD written = 0;
        ::WriteConsoleW(output_, letters.data(), static_cast<DWORD>(letters.size()), &written, nullptr);
    }

    Result<std::size_t> read(std::span<std::uint8_t> into) override {
        if (taken_ == line_.size()) {
            COTMOC_TRY(read_line());
        }
        const std::size_t size = std::min(into.size(), line_.size() - taken_);
        std::copy_n(line_.begin() + static_cast<std::ptrdiff_t>(taken_), size, into.begin());
        taken_ += size;
        return size;
    }

    void show_typing(bool shown) override {
        DWORD mode = 0;
        if (::GetConsoleMode(input_, &mode) != FALSE) {
            constexpr DWORD echo = ENABLE_ECHO_INPUT;
            ::SetConsoleMode(input_, shown ? mode | echo : mode & ~echo);
        }
        if (shown) {
            say("\r\n");
        }
    }

private:
    void forget_line() {
        ::SecureZeroMemory(line_.data(), line_.size());
        line_.clear();
        taken_ = 0;
    }

    Result<void> read_line() {
        forget_line();
        std::array<wchar_t, 1024> letters{};
        DWORD got = 0;
        if (::ReadConsoleW(input_, letters.data(), static_cast<DWORD>(letters.size()), &got, nullptr) ==
            FALSE) {
            return read_failure("prompt");
        }
        // As much as the letters need, so that no copy is left behind by growing.
        line_ = narrow({letters.data(), got});
        ::SecureZeroMemory(letters.data(), sizeof(letters));
        return {};
    }

    HANDLE input_;
    HANDLE output_;
    std::string line_;
    std::size_t taken_ = 0;
};

}  // namespace

std::unique_ptr<Terminal> Terminal::open() {
    if (!stdin_is_terminal() && !stderr_is_terminal()) {
        return nullptr;
    }
    const HANDLE input = open_console(L"CONIN$");
    if (input == INVALID_HANDLE_VALUE) {
        return nullptr;
    }
    const HANDLE output = open_console(L"CONOUT$");
    if (output == INVALID_HANDLE_VALUE) {
        ::CloseHandle(input);
        return nullptr;
    }
    return std::make_unique<Console>(input, output);
}

}  // namespace cotmoc::system
