#include <cotmoc/base/native_path.hpp>

#include <doctest/doctest.h>

using cotmoc::last_name;

TEST_CASE("the last name of a path keeps its Vietnamese letters") {
    CHECK(last_name("đồn biên phòng/giấy tờ.pdf") == "giấy tờ.pdf");
    CHECK(last_name("giấy tờ.pdf") == "giấy tờ.pdf");
    CHECK(last_name("đồn/").empty());
    CHECK(last_name("").empty());
}
