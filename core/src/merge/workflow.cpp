#include "merge/workflow.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

constexpr std::int64_t before_the_first = -1;

/// A state that the catalogue does not know lies beyond all that it knows.
std::int64_t place_of(const Value& value, const Field& field) {
    const auto* state = std::get_if<std::string>(&value);
    if (state == nullptr) {
        return before_the_first;
    }
    return static_cast<std::int64_t>(field.position(*state).value_or(field.values.size()));
}

std::int64_t furthest_place(const Field& field, const FieldContent* content, const Past& past) {
    const auto* reg = content != nullptr ? std::get_if<Register>(content) : nullptr;
    std::int64_t furthest = before_the_first;
    if (reg != nullptr) {
        for (const Value* value : reg->live_within(past)) {
            furthest = std::max(furthest, place_of(*value, field));
        }
    }
    return furthest;
}

std::string joined(const std::vector<std::string>& roles) {
    std::string text;
    for (const std::string& role : roles) {
        text += text.empty() ? role : " or " + role;
    }
    return text;
}

}  // namespace

bool is_workflow(const Kind* kind, std::string_view key) {
    const Field* field = kind != nullptr ? kind->find_key(key) : nullptr;
    return field != nullptr && field->type == FieldType::workflow;
}

Result<void> check_workflow_move(const Field& field, const FieldContent* content, const Value& value,
                                 const Past& past, std::string_view role) {
    if (field.type != FieldType::workflow || field.roles.empty() || switched_off("workflow-roles")) {
        return {};
    }
    const std::int64_t from = furthest_place(field, content, past);
    const std::int64_t to = place_of(value, field);
    if (from == to) {
        return {};
    }
    for (const auto& [state, roles] : field.roles) {
        const auto place = static_cast<std::int64_t>(field.position(state).value_or(0));
        if (std::min(from, to) <= place && place <= std::max(from, to) &&
            std::ranges::find(roles, role) == roles.end()) {
            return fail(ErrorCode::not_allowed, field.name + ": " + state + " needs " + joined(roles));
        }
    }
    return {};
}

}  // namespace cotmoc::core
