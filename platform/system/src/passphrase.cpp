#include <cotmoc/system/passphrase.hpp>

#include "descriptor.hpp"

#include <fcntl.h>
#include <termios.h>
#include <array>
#include <cstdlib>

namespace cotmoc::system {
namespace {

constexpr std::size_t passphrase_bytes_max = 1024;

/// Octets in a fixed place, wiped by the Secret that owns it: no growing buffer leaves copies behind.
class SecretBuffer {
public:
    SecretBuffer() : space_(crypto::Secret::copy_of(std::array<std::uint8_t, passphrase_bytes_max + 2>{})) {}

    std::span<std::uint8_t> free_space() { return octets().subspan(size_); }
    void grow(std::size_t more) { size_ += more; }
    bool overflowed() const { return size_ > passphrase_bytes_max + 1; }
    /// Up to the first line end.
    crypto::Secret line() {
        const std::string_view text = as_text(octets().first(size_));
        return crypto::Secret::copy_of(as_bytes(text.substr(0, text.find_first_of("\r\n"))));
    }
    bool has_line() { return as_text(octets().first(size_)).find('\n') != std::string_view::npos; }

private:
    std::span<std::uint8_t> octets() { return space_.writable(crypto::SecretAccess{}); }
    crypto::Secret space_;
    std::size_t size_ = 0;
};

Result<crypto::Secret> read_secret_line(const Descriptor& file, const std::string& name) {
    SecretBuffer buffer;
    while (!buffer.has_line()) {
        const auto space = buffer.free_space();
        const ssize_t got = space.empty() ? 0 : read_some(file, space.data(), space.size());
        if (got < 0) {
            return read_failure(name);
        }
        if (got == 0) {
            break;
        }
        buffer.grow(static_cast<std::size_t>(got));
    }
    if (buffer.overflowed()) {
        return fail(ErrorCode::no_passphrase, name + ": longer than 1024 octets");
    }
    crypto::Secret secret = buffer.line();
    if (secret.empty()) {
        return fail(ErrorCode::no_passphrase, name + ": empty");
    }
    return secret;
}

/// Switches the terminal's echo off while it lives.
class Silence {
public:
    explicit Silence(int terminal) : terminal_(terminal), known_(::tcgetattr(terminal, &before_) == 0) {
        if (known_) {
            termios silent = before_;
            silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            silent.c_lflag |= ECHONL;
            ::tcsetattr(terminal_, TCSAFLUSH, &silent);
        }
    }
    ~Silence() {
        if (known_) {
            ::tcsetattr(terminal_, TCSAFLUSH, &before_);
        }
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

private:
    int terminal_;
    termios before_{};
    bool known_;
};

void say(const Descriptor& terminal, std::string_view text) {
    [[maybe_unused]] const ssize_t written = ::write(terminal.number(), text.data(), text.size());
}

/// The terminal itself, so that a prompt works while input and output are redirected. Nothing for a process
/// that nobody sits at: its standard input and error are no terminals.
std::optional<Descriptor> open_terminal() {
    if (::isatty(STDIN_FILENO) != 1 && ::isatty(STDERR_FILENO) != 1) {
        return std::nullopt;
    }
    Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    return terminal.is_open() ? std::optional(std::move(terminal)) : std::nullopt;
}

Result<crypto::Secret> prompt(const Descriptor& terminal, const std::string& text) {
    say(terminal, text);
    const Silence silence(terminal.number());
    return read_secret_line(terminal, "prompt");
}

}  // namespace

Result<crypto::Secret> read_passphrase(const PassphraseSource& source) {
    if (!source.file.empty()) {
        const Descriptor file(source.file == "-" ? STDIN_FILENO
                                                 : ::open(source.file.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file.is_open()) {
            return read_failure(source.file);
        }
        return read_secret_line(file, source.file);
    }
    if (const char* value = std::getenv(source.variable.c_str()); value != nullptr && *value != '\0') {
        return crypto::Secret::copy_of(as_bytes(value));
    }
    const std::optional<Descriptor> terminal = open_terminal();
    if (!terminal) {
        return fail(ErrorCode::no_passphrase);
    }
    COTMOC_ASSIGN(crypto::Secret first, prompt(*terminal, source.prompt));
    if (!source.repeat_prompt.empty()) {
        COTMOC_ASSIGN(const crypto::Secret second, prompt(*terminal, source.repeat_prompt));
        if (!first.equals(second)) {
            return fail(ErrorCode::wrong_passphrase, "the two differ");
        }
    }
    return first;
}

std::optional<std::string> ask(const std::string& question) {
    const std::optional<Descriptor> terminal = open_terminal();
    if (!terminal) {
        return std::nullopt;
    }
    say(*terminal, question);
    std::string answer;
    char letter = 0;
    while (read_some(*terminal, &letter, 1) == 1 && letter != '\n' && answer.size() < 1000) {
        answer += letter;
    }
    return answer;
}

}  // namespace cotmoc::system
