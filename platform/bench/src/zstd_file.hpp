// zstd as a floor: what the plain compressor makes of plain text.
#pragma once

#include <cotmoc/base/result.hpp>

#include <string>

namespace cotmoc::bench {

/// Octets of `text` as `zstd -19` would store it.
Result<std::size_t> zstd_19_size(const std::string& text);
/// A whole file as text; one that ends in ".zst" is inflated.
Result<std::string> read_text(const std::string& path);

}  // namespace cotmoc::bench
