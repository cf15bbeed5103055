// Byte strings and their text forms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cotmoc {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

/// The same octets seen as text or as bytes; nothing is copied or checked.
inline BytesView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(BytesView bytes);
/// Accepts lower and upper case; nothing on an odd length or another character.
std::optional<Bytes> from_hex(std::string_view text);

/// RFC 4648 section 5 (URL-safe alphabet), without padding.
std::string to_base64url(BytesView bytes);
/// Strict: no padding, no white space, unused bits zero.
std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace cotmoc
