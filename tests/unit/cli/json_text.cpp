#include "json_text.hpp"

#include <doctest/doctest.h>

using namespace cotmoc::cli;

TEST_CASE("an object is split into its members without touching their values") {
    const std::string body = R"({"a":1.50,"b":"x,\"}","c":["y","]"],"d":null,"e":{"f":[1,2]}})";
    const auto members = split_object(body);
    REQUIRE(members.size() == 5);
    CHECK(members[0].key == "a");
    CHECK(members[0].value == "1.50");
    CHECK(members[1].value == R"("x,\"}")");
    CHECK(members[2].value == R"(["y","]"])");
    CHECK(members[3].value == "null");
    CHECK(members[4].value == R"({"f":[1,2]})");
    CHECK(split_object("{}").empty());
    CHECK(split_object("").empty());
}

TEST_CASE("what is split and put together again is the same text") {
    const std::string body = R"({"one":-0.1,"two":"\u0001\\","three":[]})";
    JsonObject object;
    for (const JsonMember& member : split_object(body)) {
        object.raw(member.key, member.value);
    }
    CHECK(object.finish() == body);
}

TEST_CASE("values as people read them") {
    CHECK(plain_text("null").empty());
    CHECK(plain_text("12") == "12");
    CHECK(plain_text("0.1") == "0.1");
    CHECK(plain_text(R"("a\"b\n")") == "a\"b\n");
    CHECK(plain_text(R"(["x","y"])") == "x, y");
    CHECK(plain_text("[]").empty());
}

TEST_CASE("objects and arrays are written in the order given") {
    CHECK(JsonObject().text("b", "\"").number("a", std::int64_t{-1}).flag("c", true).finish() ==
          R"({"b":"\"","a":-1,"c":true})");
    CHECK(json_array({"1", "\"x\""}) == R"([1,"x"])");
    CHECK(json_array({}) == "[]");
}
