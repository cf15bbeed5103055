#include "../terminal.hpp"

#include <cotmoc/system/process.hpp>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace cotmoc::system {
namespace {

class TerminalDevice final : public Terminal {
public:
    explicit TerminalDevice(int device) : device_(device) {}
    TerminalDevice(const TerminalDevice&) = delete;
    TerminalDevice& operator=(const TerminalDevice&) = delete;
    ~TerminalDevice() override { ::close(device_); }

    void say(std::string_view text) override {
        [[maybe_unused]] const ssize_t written = ::write(device_, text.data(), text.size());
    }
    Result<std::size_t> read(std::span<std::uint8_t> into) override {
        ssize_t got = 0;
        do {
            got = ::read(device_, into.data(), into.size());
        } while (got < 0 && errno == EINTR);
        return got >= 0 ? Result<std::size_t>(static_cast<std::size_t>(got))
                        : fail(ErrorCode::cannot_read_file, std::string("prompt: ") + std::strerror(errno));
    }
    void show_typing(bool shown) override {
        if (shown && before_) {
            ::tcsetattr(device_, TCSAFLUSH, &*before_);
        }
        termios mode{};
        if (!shown && ::tcgetattr(device_, &mode) == 0) {
            before_ = mode;
            mode.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            mode.c_lflag |= ECHONL;
            ::tcsetattr(device_, TCSAFLUSH, &mode);
        }
    }

private:
    int device_;
    std::optional<termios> before_;
};

}  // namespace

std::unique_ptr<Terminal> Terminal::open() {
    if (!stdin_is_terminal() && !stderr_is_terminal()) {
        return nullptr;
    }
    const int device = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return device >= 0 ? std::make_unique<TerminalDevice>(device) : nullptr;
}

}  // namespace cotmoc::system
