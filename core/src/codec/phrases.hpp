// Splits texts into phrases: words that nearly always stand together ("Phrases" in docs/spec/encoding.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cotmoc::core {

/// The first 192 phrases take one octet, the others two.
inline constexpr std::size_t short_phrases = 192;
inline constexpr std::size_t phrases_max = short_phrases + (256 - short_phrases) * 256;

struct Phrases {
    std::vector<std::string> phrases;    // the most frequent first
    std::vector<std::uint32_t> numbers;  // of all texts, one after the other
    std::vector<std::int64_t> counts;    // how many of them each text has: at least one
};

/// Nothing if the texts do not repeat their words enough, or have too many phrases.
std::optional<Phrases> split_phrases(std::span<const std::string_view> texts);

}  // namespace cotmoc::core
