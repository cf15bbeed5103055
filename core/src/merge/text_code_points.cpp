#include "merge/text_code_points.hpp"

namespace cotmoc::core {
namespace {

bool starts_code_point(char octet) { return (static_cast<unsigned char>(octet) & 0xc0) != 0x80; }

/// Octets of the code point that starts with `lead`.
std::size_t octets_of(unsigned char lead) {
    if (lead < 0x80) {
        return 1;
    }
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

}  // namespace

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char octet : text) {
        count += starts_code_point(octet) ? 1 : 0;
    }
    return count;
}

std::size_t octet_of_code_point(std::string_view text, std::size_t length, std::size_t index) {
    if (length == text.size()) {
        return index;
    }
    std::size_t octet = 0;
    for (; index > 0; --index) {
        octet += octets_of(static_cast<unsigned char>(text[octet]));
    }
    return octet;
}

std::u32string to_code_points(std::string_view text) {
    std::u32string code_points;
    code_points.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t octets = octets_of(lead);
        // The lead octet keeps 7, 5, 4 or 3 bits.
        char32_t value = octets == 1 ? lead : static_cast<char32_t>(lead & (0xff >> (octets + 1)));
        for (std::size_t k = 1; k < octets; ++k) {
            value = (value << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3f);
        }
        code_points.push_back(value);
        i += octets;
    }
    return code_points;
}

void append_utf8(std::string& out, std::u32string_view code_points) {
    const auto continuation = [](char32_t value, int shift) {
        return static_cast<char>(0x80 | ((value >> shift) & 0x3f));
    };
    for (const char32_t value : code_points) {
        if (value < 0x80) {
            out += static_cast<char>(value);
        } else if (value < 0x800) {
            out += static_cast<char>(0xc0 | (value >> 6));
            out += continuation(value, 0);
        } else if (value < 0x10000) {
            out += static_cast<char>(0xe0 | (value >> 12));
            out += continuation(value, 6);
            out += continuation(value, 0);
        } else {
            out += static_cast<char>(0xf0 | (value >> 18));
            out += continuation(value, 12);
            out += continuation(value, 6);
            out += continuation(value, 0);
        }
    }
}

}  // namespace cotmoc::core
