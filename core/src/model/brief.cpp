#include "model/brief.hpp"

#include <array>
#include <charconv>

namespace cotmoc::core {

std::string brief(std::string_view text) {
    constexpr std::size_t shown_max = 40;
    std::string shown;
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        const bool starts_code_point = (octet & 0xc0) != 0x80;
        if (starts_code_point && ++count > shown_max) {
            return shown + "…";
        }
        // C1 controls are U+0080 to U+009F: 0xc2 and a low tail.
        const bool is_c1_tail = octet >= 0x80 && octet < 0xa0 && i > 0 && text[i - 1] == '\xc2';
        if (is_c1_tail) {
            shown.back() = '?';
            continue;
        }
        shown += octet < 0x20 || octet == 0x7f ? '?' : text[i];
    }
    return shown;
}

std::string at_field(std::string_view field, std::string_view what) {
    std::string text(field);
    text += ": ";
    text += what;
    return text;
}

std::string number_text(double number) {
    std::array<char, 32> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return {buffer.data(), end};
}

}  // namespace cotmoc::core
