#include "assignment.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::cli;
using Operator = Assignment::Operator;

namespace {

const char* const catalogue_text =
    R"({"catalogue": "t", "version": 1, "kinds": {"k": {"label": "K", "fields": {
    "name": {"type": "text", "merge": "latest"},
    "people": {"type": "counter", "merge": "counter"},
    "count": {"type": "integer", "merge": "latest", "min": 0},
    "topics": {"type": "set", "merge": "set"}}}}})";

const core::Kind& kind() {
    static const auto catalogue = core::Catalogue::parse(catalogue_text);
    REQUIRE(catalogue);
    return *catalogue->find("k");
}

Result<core::FieldEdit> edit(const std::string& text) {
    auto edits = parse_edits(kind(), {text});
    if (!edits) {
        return tl::unexpected(edits.error());
    }
    return edits->front();
}

}  // namespace

TEST_CASE("the leftmost operator counts, whatever the value holds") {
    const auto check = [](std::string_view text, Operator op, std::string_view field,
                          std::string_view value) {
        CAPTURE(text);
        const auto parsed = parse_assignment(text);
        REQUIRE(parsed);
        CHECK(parsed->op == op);
        CHECK(parsed->field == field);
        CHECK(parsed->value == value);
    };
    check("a=b=c", Operator::text, "a", "b=c");
    check("a=:=", Operator::text, "a", ":=");
    check("a:=[\"x+=y\"]", Operator::json, "a", "[\"x+=y\"]");
    check("a_1+=5", Operator::plus, "a_1", "5");
    check("a-=-5", Operator::minus, "a", "-5");
    check("a=", Operator::text, "a", "");
}

TEST_CASE("what is no assignment is wrong usage") {
    for (const char* text : {"", "a", "=b", "A=b", "a b=c", "a:b", "a+b", "+=1", "a*=2"}) {
        CAPTURE(text);
        const auto parsed = parse_assignment(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == ErrorCode::wrong_usage);
    }
}

TEST_CASE("+= and -= are for counters and sets only") {
    const auto more = edit("people+=5");
    REQUIRE(more);
    CHECK(more->kind == core::FieldEdit::Kind::add);
    CHECK(more->value == core::Value(std::int64_t{5}));
    const auto less = edit("people-=5");
    REQUIRE(less);
    CHECK(less->value == core::Value(std::int64_t{-5}));
    const auto in = edit("topics+=x");
    REQUIRE(in);
    CHECK(in->kind == core::FieldEdit::Kind::insert);
    CHECK(in->value == core::Value(std::string("x")));
    const auto out = edit("topics-=x");
    REQUIRE(out);
    CHECK(out->kind == core::FieldEdit::Kind::remove);
    const auto base = edit("people=7");
    REQUIRE(base);
    CHECK(base->kind == core::FieldEdit::Kind::set);
    for (const char* text : {"name+=x", "count+=1", "count-=1"}) {
        const auto wrong = edit(text);
        REQUIRE_FALSE(wrong);
        CHECK(wrong.error().code == ErrorCode::wrong_shape);
    }
    for (const char* text : {"people+=x", "people+=", "people-=", "topics+="}) {
        CAPTURE(text);
        CHECK_FALSE(edit(text));
    }
    const auto lowest = edit("people-=-9223372036854775808");
    REQUIRE_FALSE(lowest);
    CHECK(lowest.error().code == ErrorCode::out_of_bounds);
}

TEST_CASE("a new record's fields are given once each, with = or :=") {
    const auto values = parse_values(kind(), {"name=x", "count:=3"});
    REQUIRE(values);
    CHECK(values->front().field == "count");
    for (const std::vector<std::string>& texts :
         {std::vector<std::string>{"name=x", "name=y"}, {"people+=1"}, {"topics-=x"}}) {
        const auto wrong = parse_values(kind(), texts);
        REQUIRE_FALSE(wrong);
        CHECK(wrong.error().code == ErrorCode::wrong_usage);
    }
    CHECK(parse_values(kind(), {"nothing=1"}).error().code == ErrorCode::unknown_field);
}
