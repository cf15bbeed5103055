#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/ids.hpp>

#include <array>

namespace cotmoc {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

constexpr std::array<std::int8_t, 256> base64url_values() {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < base64url_digits.size(); ++i) {
        table[static_cast<unsigned char>(base64url_digits[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}

}  // namespace

std::string to_hex(BytesView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t octet : bytes) {
        text.push_back(hex_digits[octet >> 4]);
        text.push_back(hex_digits[octet & 15]);
    }
    return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::string to_base64url(BytesView bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const std::uint8_t octet : bytes) {
        buffer = (buffer << 8) | octet;
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            text.push_back(base64url_digits[(buffer >> bits) & 63]);
        }
    }
    if (bits > 0) {
        text.push_back(base64url_digits[(buffer << (6 - bits)) & 63]);
    }
    return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
    static constexpr auto values = base64url_values();
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char digit : text) {
        const std::int8_t value = values[static_cast<unsigned char>(digit)];
        if (value < 0) {
            return std::nullopt;
        }
        buffer = ((buffer << 6) | static_cast<std::uint32_t>(value)) & 0xffffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(buffer >> bits));
        }
    }
    const bool leftover_bits = (buffer & ((1u << bits) - 1)) != 0;
    if (bits >= 6 || leftover_bits) {
        return std::nullopt;
    }
    return bytes;
}

std::string to_uuid_text(const RecordId& id) {
    const std::string hex = id.hex();
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) +
           "-" + hex.substr(20);
}

std::optional<RecordId> from_uuid_text(std::string_view text) {
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
        return std::nullopt;
    }
    std::string digits;
    for (const std::string_view part :
         {text.substr(0, 8), text.substr(9, 4), text.substr(14, 4), text.substr(19, 4), text.substr(24)}) {
        digits += part;
    }
    const auto bytes = from_hex(digits);
    return bytes ? RecordId::from(*bytes) : std::nullopt;
}

}  // namespace cotmoc
