// Counting and cutting UTF-8 in code points. All of it needs valid UTF-8: is_valid_utf8 comes first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cotmoc::core {

std::size_t count_code_points(std::string_view text);
/// The octet at which code point `index` starts. `length` is the number of code points in the text: when it
/// equals the number of octets, nothing needs to be counted.
std::size_t octet_of_code_point(std::string_view text, std::size_t length, std::size_t index);
std::u32string to_code_points(std::string_view text);
void append_utf8(std::string& out, std::u32string_view code_points);

}  // namespace cotmoc::core
