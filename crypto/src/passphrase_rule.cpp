#include <cotmoc/crypto/key_file.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

constexpr std::size_t characters_min = 12;
constexpr std::size_t words_min = 5;
constexpr std::size_t word_characters_min = 2;  // so that five single letters are no five words
constexpr std::size_t pin_min = 6;

/// Code points, since Vietnamese letters take up to three octets; in octets that are no UTF-8, those that
/// could begin one.
std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::size_t words(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        count += characters(text.substr(0, end)) >= word_characters_min ? 1 : 0;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return count;
}

}  // namespace

Result<void> check_passphrase(const Secret& passphrase, bool hardware) {
    const std::string_view text = as_text(passphrase.view(SecretAccess()));
    const std::size_t length = characters(text);
    if (length >= characters_min || words(text) >= words_min || (hardware && length >= pin_min)) {
        return {};
    }
    return fail(ErrorCode::weak_passphrase);
}

}  // namespace cotmoc::crypto
