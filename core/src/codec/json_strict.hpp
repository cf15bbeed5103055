// Strict JSON for catalogues, imports and values given by hand.
#pragma once

#include <cotmoc/base/result.hpp>

#include <nlohmann/json.hpp>

namespace cotmoc::core {

inline constexpr std::size_t json_depth_max = 32;

/// What becomes of a number with a point or an exponent. `as_text` keeps its characters, as a binary value of
/// the document, so that a decimal can be read without passing through a double.
enum class Fractions : std::uint8_t { as_double, as_text };

/// One JSON document and nothing after it. Errors: invalid_utf8, bad_json (with the octet's position),
/// duplicate_key (with the key), too_deep. Integers outside int64 are bad_json. Depth costs no stack.
Result<nlohmann::json> parse_strict_json(std::string_view text, Fractions fractions = Fractions::as_double);

}  // namespace cotmoc::core
