#include <cotmoc/base/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

using namespace cotmoc;

namespace {

struct Row {
    int number;
    std::string_view name;
    std::string_view what;
    std::string_view advice;
};

const std::vector<Row> rows = {
#define COTMOC_ERROR(number, name, retry, what, advice) {number, #name, what, advice},
#include <cotmoc/base/errors.inc>
#undef COTMOC_ERROR
};

}  // namespace

TEST_CASE("errors are sorted by distinct numbers and have distinct names") {
    std::set<int> numbers;
    std::set<std::string_view> names;
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(numbers.insert(row.number).second);
        CHECK(names.insert(row.name).second);
    }
    CHECK(std::ranges::is_sorted(rows, {}, &Row::number));
}

TEST_CASE("every error says what happened and what to do, as the middle and end of one line") {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        for (const std::string_view text : {row.what, row.advice}) {
            CHECK_FALSE(text.empty());
            CHECK(text.find('\n') == text.npos);
            CHECK_FALSE(text.ends_with('.'));
        }
        const auto code = static_cast<ErrorCode>(row.number);
        CHECK(error_name(code) == row.name);
        CHECK(error_what(code) == row.what);
        CHECK(error_advice(code) == row.advice);
    }
}

TEST_CASE("a description holds what, detail and advice; an unknown number is an internal error") {
    CHECK(describe({ErrorCode::unknown_kind, "delegaton"}) ==
          "the catalogue has no such kind (delegaton): check the spelling against the catalogue");
    CHECK(describe({ErrorCode::unknown_kind, ""}).find('(') == std::string::npos);
    CHECK(error_name(static_cast<ErrorCode>(65535)) == "internal");
    CHECK(error_retry(ErrorCode::unknown_kind) == Retry::never);
}
