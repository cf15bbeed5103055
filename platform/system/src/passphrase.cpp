#include <cotmoc/system/passphrase.hpp>

#include "environment_secret.hpp"
#include "native_file.hpp"
#include "terminal.hpp"

#include <array>

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

/// `Source` is a file or a terminal.
template <class Source>
Result<crypto::Secret> read_secret_line(Source& source, const std::string& name) {
    SecretBuffer buffer;
    while (!buffer.has_line()) {
        const auto space = buffer.free_space();
        if (space.empty()) {
            break;
        }
        COTMOC_ASSIGN(const std::size_t got, source.read(space));
        if (got == 0) {
            break;
        }
        buffer.grow(got);
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

/// Nothing that is typed is shown while it lives.
class Silence {
public:
    explicit Silence(Terminal& terminal) : terminal_(terminal) { terminal_.show_typing(false); }
    ~Silence() { terminal_.show_typing(true); }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

private:
    Terminal& terminal_;
};

Result<crypto::Secret> prompt(Terminal& terminal, const std::string& text) {
    // Before the words: who answers at once is neither shown nor unheard.
    const Silence silence(terminal);
    terminal.say(text);
    return read_secret_line(terminal, "prompt");
}

}  // namespace

Result<crypto::Secret> read_passphrase(const PassphraseSource& source) {
    if (!source.file.empty()) {
        COTMOC_ASSIGN(const NativeFile file, source.file == "-"
                                                 ? Result<NativeFile>(NativeFile::standard_input())
                                                 : NativeFile::open(source.file, Opening::read));
        return read_secret_line(file, source.file);
    }
    if (crypto::Secret value = environment_secret(source.variable.c_str()); !value.empty()) {
        return value;
    }
    const std::unique_ptr<Terminal> terminal = Terminal::open();
    if (terminal == nullptr) {
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
    const std::unique_ptr<Terminal> terminal = Terminal::open();
    if (terminal == nullptr) {
        return std::nullopt;
    }
    terminal->say(question);
    std::string answer;
    std::array<std::uint8_t, 1> letter{};
    while (answer.size() < 1000) {
        const auto got = terminal->read(letter);
        if (!got || *got == 0 || letter[0] == '\n') {
            break;
        }
        if (letter[0] != '\r') {
            answer += static_cast<char>(letter[0]);
        }
    }
    return answer;
}

}  // namespace cotmoc::system
