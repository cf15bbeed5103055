#include "language.hpp"

#include <cotmoc/system/process.hpp>

#include <array>
#include <string>

namespace cotmoc::cli {
namespace {

struct Words {
    std::string_view english;
    std::string_view vietnamese;
};

constexpr Words words[] = {
#define COTMOC_LABEL(name, english, vietnamese) {english, vietnamese},
#include "labels.inc"
#undef COTMOC_LABEL
};

}  // namespace

Language language_of_environment() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const auto value = system::environment(name);
        if (value && !value->empty()) {
            return value->starts_with("vi") ? Language::vietnamese : Language::english;
        }
    }
    return Language::english;
}

std::string_view label(Language language, Label label) {
    const Words& both = words[static_cast<std::size_t>(label)];
    return language == Language::vietnamese ? both.vietnamese : both.english;
}

}  // namespace cotmoc::cli
