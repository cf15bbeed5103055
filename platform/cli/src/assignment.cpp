#include "assignment.hpp"

#include <limits>
#include <set>

namespace cotmoc::cli {
namespace {

using Operator = Assignment::Operator;

Result<const core::Field*> find_field(const core::Kind& kind, const std::string& name) {
    const core::Field* field = kind.find(name);
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field, kind.name + "." + name);
    }
    return field;
}

Result<core::Value> plain_value(const core::Field& field, const Assignment& assignment) {
    return assignment.op == Operator::json ? core::parse_json_value(field, assignment.value)
                                           : core::parse_text_value(field, assignment.value);
}

Result<core::FieldEdit> increment(const core::Field& field, const Assignment& assignment) {
    // The amount is a number of the counter's type, not a value of it: its bounds do not hold for a step.
    core::Field amount = field;
    amount.minimum.reset();
    amount.maximum.reset();
    amount.required = true;
    COTMOC_ASSIGN(const core::Value value, core::parse_text_value(amount, assignment.value));
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr) {
        return fail(ErrorCode::wrong_type, field.name);
    }
    if (assignment.op == Operator::plus) {
        return core::FieldEdit{core::FieldEdit::Kind::add, field.name, *number, false};
    }
    if (*number == std::numeric_limits<std::int64_t>::min()) {
        return fail(ErrorCode::out_of_bounds, field.name);
    }
    return core::FieldEdit{core::FieldEdit::Kind::add, field.name, -*number, false};
}

Result<core::FieldEdit> element(const core::Field& field, const Assignment& assignment) {
    COTMOC_ASSIGN(const core::Value value, core::parse_text_value(field, assignment.value));
    const auto* items = std::get_if<core::TextList>(&value);
    if (items == nullptr || items->size() != 1) {
        return fail(ErrorCode::wrong_type, field.name);
    }
    const auto kind =
        assignment.op == Operator::plus ? core::FieldEdit::Kind::insert : core::FieldEdit::Kind::remove;
    return core::FieldEdit{kind, field.name, items->front(), false};
}

Result<core::FieldEdit> parse_edit(const core::Kind& kind, std::string_view text) {
    COTMOC_ASSIGN(const Assignment assignment, parse_assignment(text));
    COTMOC_ASSIGN(const core::Field* field, find_field(kind, assignment.field));
    if (assignment.op == Operator::text || assignment.op == Operator::json) {
        COTMOC_ASSIGN(core::Value value, plain_value(*field, assignment));
        return core::FieldEdit{core::FieldEdit::Kind::set, field->name, std::move(value), false};
    }
    if (field->shape == core::Shape::counter) {
        return increment(*field, assignment);
    }
    if (field->shape == core::Shape::set) {
        return element(*field, assignment);
    }
    return fail(ErrorCode::wrong_shape, field->name);
}

}  // namespace

Result<Assignment> parse_assignment(std::string_view text) {
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_");
    const std::string_view rest = end == std::string_view::npos ? std::string_view{} : text.substr(end);
    const auto is = [&](std::string_view sign) { return end != 0 && rest.starts_with(sign); };
    const auto made = [&](Operator op, std::size_t length) {
        return Assignment{op, std::string(text.substr(0, end)), std::string(rest.substr(length))};
    };
    if (is(":=")) {
        return made(Operator::json, 2);
    }
    if (is("+=")) {
        return made(Operator::plus, 2);
    }
    if (is("-=")) {
        return made(Operator::minus, 2);
    }
    if (is("=")) {
        return made(Operator::text, 1);
    }
    return fail(ErrorCode::wrong_usage, "\"" + std::string(text.substr(0, 80)) + "\" is not field=value");
}

Result<std::vector<core::FieldValue>> parse_values(const core::Kind& kind,
                                                   const std::vector<std::string>& texts) {
    std::vector<core::FieldValue> values;
    std::set<std::string> names;
    for (const std::string& text : texts) {
        COTMOC_ASSIGN(const Assignment assignment, parse_assignment(text));
        COTMOC_ASSIGN(const core::Field* field, find_field(kind, assignment.field));
        if (assignment.op == Operator::plus || assignment.op == Operator::minus) {
            return fail(ErrorCode::wrong_usage, field->name + ": += and -= are for `set`");
        }
        if (!names.insert(field->name).second) {
            return fail(ErrorCode::wrong_usage, field->name + " is given twice");
        }
        COTMOC_ASSIGN(core::Value value, plain_value(*field, assignment));
        values.push_back({field->name, std::move(value)});
    }
    std::ranges::sort(values, {}, &core::FieldValue::field);
    return values;
}

Result<std::vector<core::FieldEdit>> parse_edits(const core::Kind& kind,
                                                 const std::vector<std::string>& texts) {
    std::vector<core::FieldEdit> edits;
    for (const std::string& text : texts) {
        COTMOC_ASSIGN(core::FieldEdit edit, parse_edit(kind, text));
        edits.push_back(std::move(edit));
    }
    return edits;
}

Result<core::FieldValue> parse_condition(const core::Kind& kind, std::string_view text) {
    COTMOC_ASSIGN(const Assignment assignment, parse_assignment(text));
    if (assignment.op == Operator::plus || assignment.op == Operator::minus) {
        return fail(ErrorCode::wrong_usage, "--where takes field=value");
    }
    COTMOC_ASSIGN(const core::Field* field, find_field(kind, assignment.field));
    COTMOC_ASSIGN(core::Value value, plain_value(*field, assignment));
    return core::FieldValue{field->name, std::move(value)};
}

}  // namespace cotmoc::cli
