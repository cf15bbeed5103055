// English or Vietnamese. Ids, numbers, error names and JSON are the same in both.
#pragma once

#include <cotmoc/records/texts.hpp>

#include <string_view>

namespace cotmoc::cli {

using records::Language;

/// By $LC_ALL, $LC_MESSAGES or $LANG, the first one that is set and not empty: Vietnamese if it starts with
/// "vi".
Language language_of_environment();

/// The words that people read beside ids and numbers (labels.inc).
enum class Label {
#define COTMOC_LABEL(name, english, vietnamese) name,
#include "labels.inc"
#undef COTMOC_LABEL
};
std::string_view label(Language language, Label label);

}  // namespace cotmoc::cli
