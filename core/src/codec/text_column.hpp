// Columns of strings: plain, as a dictionary, or as numbered phrases (docs/spec/encoding.md, "Text column").
#pragma once

#include "codec/limits.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace cotmoc::core {

void write_texts(BinaryWriter& out, std::span<const std::string_view> texts);

/// The views point into the input or into `storage`.
struct Texts {
    std::vector<std::string_view> items;
    std::vector<char> storage;
};
/// Each text is valid UTF-8. The caller has taken `count` cells.
Result<Texts> read_texts(Source& source, std::size_t count);

/// Lengths, then all octets: the plain form without its mode octet.
void write_plain_texts(BinaryWriter& out, std::span<const std::string_view> texts);
Result<std::vector<std::string_view>> read_plain_texts(Source& source, std::size_t count);

}  // namespace cotmoc::core
