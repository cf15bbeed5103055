#include <cotmoc/core/catalogue.hpp>

#include "model/brief.hpp"
#include "model/calendar.hpp"

#include <array>
#include <cmath>

namespace cotmoc::core {
namespace {

constexpr std::array<double, 13> powers_of_ten{1e0, 1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                               1e7, 1e8, 1e9, 1e10, 1e11, 1e12};

ValueType value_type(FieldType type) {
    switch (type) {
        case FieldType::boolean:
            return ValueType::boolean;
        case FieldType::integer:
        case FieldType::counter:
            return ValueType::integer;
        case FieldType::real:
            return ValueType::real;
        case FieldType::decimal:
            return ValueType::decimal;
        case FieldType::text:
        case FieldType::richtext:
        case FieldType::enumeration:
        case FieldType::workflow:
            return ValueType::text;
        case FieldType::date:
            return ValueType::date;
        case FieldType::datetime:
            return ValueType::datetime;
        case FieldType::set:
        case FieldType::attachments:
            return ValueType::text_list;
        case FieldType::reference:
            return ValueType::reference;
    }
    return ValueType::absent;
}

/// `number` is the nearest double: one rounding, the same on every machine, so that replicas agree.
Result<void> check_bounds(const Field& field, double number) {
    if (field.minimum && number < *field.minimum) {
        return fail(ErrorCode::out_of_bounds, at_field(field.name, "below " + number_text(*field.minimum)));
    }
    if (field.maximum && number > *field.maximum) {
        return fail(ErrorCode::out_of_bounds, at_field(field.name, "above " + number_text(*field.maximum)));
    }
    return {};
}

Result<void> check_text(const Field& field, std::string_view text) {
    if (text.size() > value_bytes_max) {
        return fail(ErrorCode::value_too_long, at_field(field.name, std::to_string(text.size()) + " octets"));
    }
    if (!is_valid_utf8(text)) {
        return fail(ErrorCode::invalid_utf8, field.name);
    }
    const bool listed = field.type == FieldType::enumeration || field.type == FieldType::workflow;
    if (listed && !field.position(text)) {
        return fail(ErrorCode::unknown_value, field.name);
    }
    return {};
}

Result<void> check_list(const Field& field, const TextList& list) {
    std::size_t total = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        COTMOC_TRY(check_text(field, list[i]));
        total += list[i].size();
        if (i > 0 && list[i] <= list[i - 1]) {
            return fail(ErrorCode::wrong_type, at_field(field.name, "the list is not sorted and distinct"));
        }
    }
    if (total > value_bytes_max) {
        return fail(ErrorCode::value_too_long, at_field(field.name, std::to_string(total) + " octets"));
    }
    return {};
}

Result<void> check_decimal(const Field& field, const Decimal& decimal) {
    if (decimal.scale != field.scale) {
        return fail(ErrorCode::wrong_type, at_field(field.name, "another scale"));
    }
    const double divisor = powers_of_ten[field.scale % powers_of_ten.size()];
    return check_bounds(field, static_cast<double>(decimal.units) / divisor);
}

Result<void> check_content(const Field& field, const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return check_bounds(field, static_cast<double>(*integer));
    }
    if (const auto* real = std::get_if<double>(&value)) {
        if (!std::isfinite(*real)) {
            return fail(ErrorCode::out_of_bounds, at_field(field.name, "the number is not finite"));
        }
        return check_bounds(field, *real);
    }
    if (const auto* decimal = std::get_if<Decimal>(&value)) {
        return check_decimal(field, *decimal);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return check_text(field, *text);
    }
    if (const auto* list = std::get_if<TextList>(&value)) {
        return check_list(field, *list);
    }
    const auto* date = std::get_if<Date>(&value);
    const auto* time = std::get_if<DateTime>(&value);
    if ((date != nullptr && !is_date_in_range(date->days)) ||
        (time != nullptr && !is_datetime_in_range(time->utc_ms, time->offset_minutes))) {
        return fail(ErrorCode::bad_date, field.name);
    }
    return {};
}

}  // namespace

Result<void> check_value(const Field& field, const Value& value) {
    if (std::holds_alternative<std::monostate>(value)) {
        return field.required ? Result<void>(fail(ErrorCode::missing_field, field.name)) : Result<void>();
    }
    if (type_of(value) != value_type(field.type)) {
        return fail(ErrorCode::wrong_type, field.name);
    }
    return check_content(field, value);
}

Result<void> check_not_retired(const Field& field) {
    return field.retired ? Result<void>(fail(ErrorCode::field_retired, field.name)) : Result<void>();
}

Result<void> check_required(const Kind& kind, std::span<const FieldValue> values) {
    for (const Field& field : kind.fields) {
        if (!field.required || field.retired) {
            continue;
        }
        const auto named = [&](const FieldValue& candidate) { return field.is_named(candidate.field); };
        const auto found = std::ranges::find_if(values, named);
        const bool missing = found == values.end() || std::holds_alternative<std::monostate>(found->value);
        if (missing) {
            return fail(ErrorCode::missing_field, field.name);
        }
    }
    return {};
}

}  // namespace cotmoc::core
