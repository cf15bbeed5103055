#include "codec/field_json.hpp"
#include "codec/json_strict.hpp"
#include "model/brief.hpp"

#include <cotmoc/core/attachment.hpp>

#include <charconv>
#include <cmath>
#include <map>
#include <set>

namespace cotmoc::core {
namespace {

using nlohmann::json;

/// The value itself is never told: errors end in logs, and values are people's data.
tl::unexpected<Error> wrong(const Field& field, std::string_view expected) {
    return fail(ErrorCode::wrong_type, at_field(field.name, "not " + std::string(expected)));
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

Result<Value> real_from_text(const Field& field, std::string_view text) {
    const auto number = whole_number<double>(text);
    if (!number || !std::isfinite(*number)) {
        return wrong(field, "a number");
    }
    return Value(*number == 0 ? 0.0 : *number);
}

Result<Value> decimal_from_text(const Field& field, std::string_view text) {
    const auto decimal = parse_decimal(text, field.scale);
    if (!decimal) {
        return wrong(field, "a number with at most " + std::to_string(field.scale) + " decimals");
    }
    return Value(*decimal);
}

Result<Value> integer_from_text(const Field& field, std::string_view text) {
    const auto number = whole_number<std::int64_t>(text);
    return number ? Result<Value>(*number) : Result<Value>(wrong(field, "an integer"));
}

Result<Value> boolean_from_text(const Field& field, std::string_view text) {
    if (text == "true" || text == "false") {
        return Value(text == "true");
    }
    return wrong(field, "true or false");
}

template <class Parsed>
Result<Value> parsed_or(ErrorCode code, const Field& field, const std::optional<Parsed>& parsed) {
    return parsed ? Result<Value>(*parsed) : Result<Value>(fail(code, field.name));
}

/// Text that is not empty where the type has no empty text; `text` is valid UTF-8.
Result<Value> typed_text(const Field& field, std::string_view text) {
    switch (field.type) {
        case FieldType::boolean:
            return boolean_from_text(field, text);
        case FieldType::integer:
        case FieldType::counter:
            return integer_from_text(field, text);
        case FieldType::real:
            return real_from_text(field, text);
        case FieldType::decimal:
            return decimal_from_text(field, text);
        case FieldType::text:
        case FieldType::richtext:
        case FieldType::enumeration:
        case FieldType::workflow:
            return Value(std::string(text));
        case FieldType::date:
            return parsed_or(ErrorCode::bad_date, field, parse_date(text));
        case FieldType::datetime:
            return parsed_or(ErrorCode::bad_date, field, parse_datetime(text));
        case FieldType::set:
        case FieldType::attachments:
            break;
        case FieldType::reference:
            return parsed_or(ErrorCode::bad_id, field, from_uuid_text(text));
    }
    return Value(TextList{std::string(text)});
}

/// The characters of a number with a point or an exponent, as Fractions::as_text keeps them.
std::string_view fraction_text(const json& number) {
    const auto& octets = number.get_binary();
    return as_text(BytesView(octets.data(), octets.size()));
}

Result<Value> list_from_json(const Field& field, const json& value) {
    if (!value.is_array()) {
        return wrong(field, "a list of texts");
    }
    std::set<std::string> items;
    for (const json& item : value) {
        if (!item.is_string()) {
            return wrong(field, "a text");
        }
        items.insert(item.get<std::string>());
    }
    return Value(TextList(items.begin(), items.end()));
}

Result<Value> number_from_json(const Field& field, const json& value) {
    const bool takes_fraction = field.type == FieldType::real || field.type == FieldType::decimal;
    if (value.is_number_integer() && !takes_fraction) {
        return Value(value.get<std::int64_t>());
    }
    if (takes_fraction && (value.is_number_integer() || value.is_binary())) {
        return typed_text(field, value.is_binary() ? std::string(fraction_text(value)) : value.dump());
    }
    if (field.type == FieldType::decimal && value.is_string()) {
        return decimal_from_text(field, value.get_ref<const std::string&>());
    }
    return wrong(field, takes_fraction ? "a number" : "an integer");
}

Result<Value> typed_json(const Field& field, const json& value) {
    if (value.is_null()) {
        return Value();
    }
    switch (field.type) {
        case FieldType::attachments:
        case FieldType::set:
            return list_from_json(field, value);
        case FieldType::boolean:
            return value.is_boolean() ? Result<Value>(value.get<bool>())
                                      : Result<Value>(wrong(field, "true or false"));
        case FieldType::integer:
        case FieldType::counter:
        case FieldType::real:
        case FieldType::decimal:
            return number_from_json(field, value);
        default:
            break;
    }
    if (!value.is_string()) {
        return wrong(field, "a text");
    }
    return typed_text(field, value.get_ref<const std::string&>());
}

Result<Value> checked(const Field& field, Result<Value> value) {
    if (value) {
        COTMOC_TRY(check_value(field, *value));
        COTMOC_TRY(check_entered(field, *value));
    }
    return value;
}

}  // namespace

Result<Value> parse_text_value(const Field& field, std::string_view text) {
    if (!is_valid_utf8(text)) {
        return fail(ErrorCode::invalid_utf8, field.name);
    }
    const bool empty_is_text = field.type == FieldType::text || field.type == FieldType::richtext;
    if (text.empty() && !empty_is_text) {
        return checked(field, Value());
    }
    return checked(field, typed_text(field, text));
}

Result<Value> value_from_json(const Field& field, const nlohmann::json& value) {
    return checked(field, typed_json(field, value));
}

Result<Value> parse_json_value(const Field& field, std::string_view text) {
    COTMOC_ASSIGN(const json value, parse_strict_json(text, Fractions::as_text));
    return value_from_json(field, value);
}

Result<std::vector<FieldValue>> fields_from_json(const Kind& kind, const nlohmann::json& object) {
    if (!object.is_object()) {
        return fail(ErrorCode::wrong_type, "fields: not an object");
    }
    // Under the names of today: the document may say earlier ones, and its order would be that of those.
    std::map<std::string_view, Value> by_name;
    for (const auto& item : object.items()) {
        const Field* field = kind.find(item.key());
        if (field == nullptr) {
            return fail(ErrorCode::unknown_field, at_field(kind.name, brief(item.key())));
        }
        COTMOC_ASSIGN(Value value, value_from_json(*field, item.value()));
        if (!by_name.emplace(field->name, std::move(value)).second) {
            return fail(ErrorCode::duplicate_key, field->name);
        }
    }
    std::vector<FieldValue> values;
    values.reserve(by_name.size());
    for (auto& [name, value] : by_name) {
        values.push_back({std::string(name), std::move(value)});
    }
    return values;
}

Result<std::vector<FieldValue>> parse_json_fields(const Kind& kind, std::string_view text) {
    COTMOC_ASSIGN(const json object, parse_strict_json(text, Fractions::as_text));
    return fields_from_json(kind, object);
}

}  // namespace cotmoc::core
