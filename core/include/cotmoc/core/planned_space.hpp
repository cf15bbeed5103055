// The spaces of a province as a file lists them before the authority makes them.
#pragma once

#include <cotmoc/base/result.hpp>

#include <string>
#include <vector>

namespace cotmoc::core {

struct PlannedSpace {
    std::string name;  // "kon-tum/dak-glei"
    std::string label;
    std::vector<std::string> writers;  // role names; empty: every data role that holds the space
};

/// The `spaces` of a file shaped like fleet.json; other keys of the file are ignored. bad_fleet with the
/// place.
Result<std::vector<PlannedSpace>> parse_planned_spaces(std::string_view json);

}  // namespace cotmoc::core
