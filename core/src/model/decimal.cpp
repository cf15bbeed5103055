#include <cotmoc/core/value.hpp>

#include <array>
#include <limits>

namespace cotmoc::core {
namespace {

constexpr std::uint8_t scale_max = 12;

/// Puts one more digit behind `units`, which count down from 0 so that the lowest integer fits too.
bool push_digit(std::int64_t& units, int digit) {
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    if (units < lowest / 10 || units * 10 < lowest + digit) {
        return false;
    }
    units = units * 10 - digit;
    return true;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text, std::uint8_t scale) {
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point == text.npos ? std::string_view{} : text.substr(point + 1);
    const bool empty_fraction = point != text.npos && fraction.empty();
    if (scale > scale_max || whole.empty() || empty_fraction || fraction.size() > scale) {
        return std::nullopt;
    }
    std::int64_t units = 0;
    for (const std::string_view part : {whole, fraction}) {
        for (const char digit : part) {
            if (digit < '0' || digit > '9' || !push_digit(units, digit - '0')) {
                return std::nullopt;
            }
        }
    }
    for (std::size_t i = fraction.size(); i < scale; ++i) {
        if (!push_digit(units, 0)) {
            return std::nullopt;
        }
    }
    if (!negative && units == std::numeric_limits<std::int64_t>::min()) {
        return std::nullopt;
    }
    return Decimal{negative ? units : -units, scale};
}

std::string to_text(const Decimal& decimal) {
    const bool negative = decimal.units < 0;
    std::uint64_t rest = static_cast<std::uint64_t>(decimal.units);
    rest = negative ? 0 - rest : rest;
    std::array<char, 40> buffer;
    std::size_t at = buffer.size();
    for (int written = 0; rest != 0 || written <= decimal.scale; ++written) {
        if (written == decimal.scale && decimal.scale != 0) {
            buffer[--at] = '.';
        }
        buffer[--at] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    if (negative) {
        buffer[--at] = '-';
    }
    return {buffer.data() + at, buffer.size() - at};
}

}  // namespace cotmoc::core
