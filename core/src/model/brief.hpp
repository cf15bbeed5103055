// What an error's detail may show of a value.
#pragma once

#include <string>
#include <string_view>

namespace cotmoc::core {

/// The first 40 code points of valid UTF-8 on one line, with "…" if more follow. Control characters become
/// '?', since the detail ends on a terminal.
std::string brief(std::string_view text);

/// "field: what"
std::string at_field(std::string_view field, std::string_view what);

/// The number as a person would write it.
std::string number_text(double number);

}  // namespace cotmoc::core
