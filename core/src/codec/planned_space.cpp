#include <cotmoc/core/planned_space.hpp>

#include "codec/json_strict.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

bool is_space_name(const std::string& name) {
    return !name.empty() && name.size() <= 128 && name.front() != '/' && name.back() != '/' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
           });
}

Result<PlannedSpace> parse_space(const nlohmann::json& entry) {
    if (!entry.is_object() || !entry.contains("id") || !entry["id"].is_string()) {
        return fail(ErrorCode::bad_fleet, "spaces: an entry without id");
    }
    PlannedSpace space{entry["id"].get<std::string>(), "", {}};
    if (!is_space_name(space.name)) {
        return fail(ErrorCode::bad_fleet, "spaces: " + space.name);
    }
    if (entry.contains("label")) {
        if (!entry["label"].is_string()) {
            return fail(ErrorCode::bad_fleet, space.name + ": label");
        }
        space.label = entry["label"].get<std::string>();
    }
    if (entry.contains("writers")) {
        if (!entry["writers"].is_array()) {
            return fail(ErrorCode::bad_fleet, space.name + ": writers");
        }
        for (const nlohmann::json& writer : entry["writers"]) {
            if (!writer.is_string()) {
                return fail(ErrorCode::bad_fleet, space.name + ": writers");
            }
            space.writers.push_back(writer.get<std::string>());
        }
    }
    return space;
}

}  // namespace

Result<std::vector<PlannedSpace>> parse_planned_spaces(std::string_view text) {
    COTMOC_ASSIGN(const nlohmann::json document, parse_strict_json(text));
    if (!document.is_object() || !document.contains("spaces") || !document["spaces"].is_array()) {
        return fail(ErrorCode::bad_fleet, "no spaces");
    }
    std::vector<PlannedSpace> spaces;
    for (const nlohmann::json& entry : document["spaces"]) {
        COTMOC_ASSIGN(PlannedSpace space, parse_space(entry));
        if (std::ranges::find(spaces, space.name, &PlannedSpace::name) != spaces.end()) {
            return fail(ErrorCode::bad_fleet, space.name + " stands twice");
        }
        spaces.push_back(std::move(space));
    }
    if (spaces.empty()) {
        return fail(ErrorCode::bad_fleet, "no spaces");
    }
    return spaces;
}

}  // namespace cotmoc::core
