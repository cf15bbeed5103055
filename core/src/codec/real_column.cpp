#include "codec/real_column.hpp"

#include "codec/int_column.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <optional>

namespace cotmoc::core {
namespace {

constexpr std::uint8_t raw_form = 255;
constexpr std::array<double, 10> powers_of_ten{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
constexpr std::int64_t exact_max = (std::int64_t{1} << 53) - 1;

/// The integer that, divided by the power, gives `value`; nothing if there is none of 53 bits.
/// llround is a call, so no compiler fuses the product with the rounding: all platforms agree.
std::optional<std::int64_t> units_of(double value, double power) {
    const double product = value * power;
    if (!(std::fabs(product) < 9007199254740992.0)) {
        return std::nullopt;
    }
    const std::int64_t units = std::llround(product);
    if (units < -exact_max || units > exact_max || static_cast<double>(units) / power != value) {
        return std::nullopt;
    }
    return units;
}

/// The fewest digits that hold every value exactly.
std::optional<std::uint8_t> common_digits(std::span<const double> values, Integers& units) {
    std::uint8_t digits = 0;
    for (std::size_t i = 0; i < values.size();) {
        const std::optional<std::int64_t> one = units_of(values[i], powers_of_ten[digits]);
        if (one) {
            units[i++] = *one;
        } else if (++digits < powers_of_ten.size()) {
            i = 0;
        } else {
            return std::nullopt;
        }
    }
    return digits;
}

}  // namespace

void write_reals(BinaryWriter& out, std::span<const double> values) {
    if (values.empty()) {
        return;
    }
    Integers units(values.size());
    const std::optional<std::uint8_t> digits = common_digits(values, units);
    out.u8(digits.value_or(raw_form));
    if (digits) {
        write_integers(out, units);
        return;
    }
    for (const double value : values) {
        out.u64(std::bit_cast<std::uint64_t>(value));
    }
}

Result<std::vector<double>> read_reals(BinaryReader& in, std::size_t count) {
    std::vector<double> values;
    if (count == 0) {
        return values;
    }
    const std::uint8_t digits = in.u8();
    if (digits < powers_of_ten.size()) {
        COTMOC_ASSIGN(const Integers units, read_integers(in, count, -exact_max, exact_max));
        values.reserve(count);
        for (const std::int64_t one : units) {
            values.push_back(static_cast<double>(one) / powers_of_ten[digits]);
        }
        return values;
    }
    if (digits != raw_form || count > in.remaining() / sizeof(double)) {
        return fail(ErrorCode::bad_encoding, "reals");
    }
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t bits = in.u64();
        const auto value = std::bit_cast<double>(bits);
        if (!std::isfinite(value) || (value == 0 && bits != 0)) {
            return fail(ErrorCode::bad_encoding, "real");
        }
        values.push_back(value);
    }
    return values;
}

}  // namespace cotmoc::core
