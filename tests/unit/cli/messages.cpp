#include "messages.hpp"

#include <doctest/doctest.h>

#include <set>
#include <vector>

using namespace cotmoc;
using namespace cotmoc::cli;

namespace {

const std::vector<ErrorCode> codes = {
#define COTMOC_ERROR(number, name, retry, what, advice) ErrorCode::name,
#include <cotmoc/base/errors.inc>
#undef COTMOC_ERROR
};

}  // namespace

TEST_CASE("every error has its text in Vietnamese, which is not the English one") {
    std::set<std::string_view> seen;
    for (const ErrorCode code : codes) {
        CAPTURE(error_name(code));
        const ErrorText* text = vietnamese_text(error_name(code));
        REQUIRE(text != nullptr);
        CHECK(text->name == error_name(code));
        CHECK_FALSE(text->what.empty());
        CHECK_FALSE(text->advice.empty());
        CHECK(text->what != error_what(code));
        CHECK(seen.insert(text->what).second);
    }
    CHECK(vietnamese_text("no_such_error") == nullptr);
}

TEST_CASE("an error line names the error and keeps the detail, in both languages, on one line") {
    const Error error{ErrorCode::unknown_kind, "dele\ngaton\x1b[2J"};
    CHECK(error_line("cotmoc", error, Language::english) ==
          "cotmoc: error[unknown_kind]: the catalogue has no such kind (dele gaton [2J): "
          "check the spelling against the catalogue");
    const std::string line = error_line("cotmoc-hub", error, Language::vietnamese);
    CHECK(line.starts_with("cotmoc-hub: error[unknown_kind]: danh mục"));
    CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("wrong usage and what is not there yet exit with 2, other errors with 1") {
    for (const ErrorCode code : codes) {
        const bool usage = code == ErrorCode::wrong_usage || code == ErrorCode::not_available_yet;
        CHECK(exit_status(code) == (usage ? 2 : 1));
    }
}

TEST_CASE("every label has words in both languages") {
    for (const Label name : {
#define COTMOC_LABEL(name, english, vietnamese) Label::name,
#include "labels.inc"
#undef COTMOC_LABEL
         }) {
        CHECK_FALSE(label(Language::english, name).empty());
        CHECK_FALSE(label(Language::vietnamese, name).empty());
    }
}
