// Inflates .gz files.
#pragma once

#include <cotmoc/base/bytes.hpp>

#include <optional>
#include <string>

namespace cotmoc::bench {

/// All members of a gzip file; nothing if it is damaged, cut off, or would inflate beyond `limit` octets.
std::optional<std::string> gunzip(BytesView packed, std::size_t limit);

}  // namespace cotmoc::bench
