// Stored values of a type that a later catalogue made wider.
#include <cotmoc/core/catalogue.hpp>

#include <limits>

namespace cotmoc::core {

std::optional<Decimal> with_scale(const Decimal& decimal, std::uint8_t scale) {
    if (scale < decimal.scale) {
        return std::nullopt;
    }
    Decimal wider = decimal;
    for (; wider.scale < scale; ++wider.scale) {
        constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / 10;
        if (wider.units > limit || wider.units < -limit) {
            return std::nullopt;
        }
        wider.units *= 10;
    }
    return wider;
}

Value widened(const Field& field, Value value) {
    const auto* integer = std::get_if<std::int64_t>(&value);
    const auto* decimal = std::get_if<Decimal>(&value);
    if (field.type == FieldType::real && integer != nullptr) {
        return static_cast<double>(*integer);
    }
    if (field.type == FieldType::decimal && (integer != nullptr || decimal != nullptr)) {
        const auto wider = with_scale(integer != nullptr ? Decimal{*integer, 0} : *decimal, field.scale);
        return wider ? Value(*wider) : std::move(value);
    }
    return value;
}

}  // namespace cotmoc::core
