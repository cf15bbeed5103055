// Keys of files in what a query gives. Whoever looks into a table of the store's own sees what the views
// show.
#pragma once

#include <cotmoc/base/bytes.hpp>

#include <string>
#include <string_view>

namespace cotmoc::core {

/// The text with `*` in the place of the key of each item of a field for files in it (core::without_key).
std::string without_keys_in(std::string_view text);
/// The same of octets, which stay as many: as many `*` as the key has letters.
Bytes without_keys_in(BytesView octets);

}  // namespace cotmoc::core
