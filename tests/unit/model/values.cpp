#include <cotmoc/core/catalogue.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

constexpr auto int_min = std::numeric_limits<std::int64_t>::min();
constexpr auto int_max = std::numeric_limits<std::int64_t>::max();

std::vector<Value> samples() {
    return {std::monostate{},
            true,
            false,
            std::int64_t{0},
            std::int64_t{-1},
            int_min,
            int_max,
            0.0,
            22.0,
            -0.1,
            1e300,
            5e-324,
            104.469789,
            std::numeric_limits<double>::max(),
            Decimal{0, 0},
            Decimal{-5, 2},
            Decimal{int_min, 12},
            Decimal{int_max, 0},
            std::string(),
            std::string("Đắk \"Glei\"\\\n\t\x01\x1f\x7f/ 👍"),
            std::string(1000, 'x') + "\"",
            Date{0},
            Date{-719162},
            Date{2932896},
            DateTime{0, 0},
            DateTime{1713312000000, 420},
            DateTime{-1, -210},
            DateTime{1713312000123, -1439},
            *from_uuid_text("76b5bede-4d21-5f42-b629-fa4ec6307882"),
            TextList{},
            TextList{"a\"b", "c,]", "đ"},
            Absent{}};
}

std::string json_of(const Value& value) {
    std::string text;
    append_json(text, value);
    return text;
}

bool refuses_canonical(std::string_view hex) {
    const Bytes bytes = *from_hex(hex);
    BytesView view = bytes;
    const auto value = read_canonical(view);
    return !value && value.error().code == ErrorCode::bad_encoding && view.size() == bytes.size();
}

}  // namespace

TEST_CASE("canonical bytes read back as the same value and leave what follows") {
    for (const Value& value : samples()) {
        Bytes bytes = canonical(value);
        const std::size_t size = bytes.size();
        CAPTURE(to_hex(bytes));
        bytes.push_back(0xee);
        BytesView view = bytes;
        const auto read = read_canonical(view);
        REQUIRE(read);
        CHECK(*read == value);
        CHECK(read->index() == value.index());
        CHECK(view.size() == 1);
        for (std::size_t cut = 0; cut < size; ++cut) {
            BytesView shorter(bytes.data(), cut);
            CHECK_FALSE(read_canonical(shorter));
        }
    }
}

TEST_CASE("canonical bytes are the documented ones") {
    CHECK(to_hex(canonical(Value())) == "00");
    CHECK(to_hex(canonical(true)) == "0101");
    CHECK(to_hex(canonical(std::int64_t{-2})) == "0203");
    CHECK(to_hex(canonical(1.0)) == "03000000000000f03f");
    CHECK(to_hex(canonical(Decimal{300, 2})) == "0402d804");
    CHECK(to_hex(canonical(std::string("ab"))) == "05026162");
    CHECK(to_hex(canonical(Date{1})) == "0602");
    CHECK(to_hex(canonical(DateTime{1, -1})) == "070201");
    CHECK(to_hex(canonical(TextList{"a", "b"})) == "090201610162");
    CHECK(to_hex(canonical(Absent{})) == "0a");
}

TEST_CASE("minus zero is written as zero") {
    CHECK(canonical(-0.0) == canonical(0.0));
    CHECK(json_of(-0.0) == "0");
}

TEST_CASE("bytes that are not the one form of a value are refused") {
    for (const std::string hex : {"",
                                  "0b",
                                  "ff",                  // no such type
                                  "0102",                // boolean 2
                                  "028000",              // superfluous group
                                  "030000000000000080",  // -0
                                  "03000000000000f07f",
                                  "03000000000000f8ff",  // infinity, not a number
                                  "040d00",              // scale 13
                                  "0501ff",
                                  "05c080",
                                  "050100",
                                  "0502c080",  // UTF-8; U+0000
                                  "06c282e602",
                                  "06f5e457",  // 10000-01-01, and before 0001
                                  "0700c016",
                                  "0700bf16",                  // offsets beyond 23:59
                                  "07feffffffffffffffff0100",  // far outside the years
                                  "09ffffffff0f",              // more items than octets
                                  "090201610161",
                                  "090201620161"}) {  // twice; out of order
        CAPTURE(hex);
        CHECK(refuses_canonical(hex));
    }
}

TEST_CASE("texts and lists longer than a field may be are refused in canonical bytes") {
    Bytes bytes = canonical(std::string(value_bytes_max, 'x'));
    BytesView view = bytes;
    CHECK(read_canonical(view));
    bytes = canonical(std::string(value_bytes_max + 1, 'x'));
    view = bytes;
    CHECK_FALSE(read_canonical(view));
    bytes =
        canonical(TextList{std::string(value_bytes_max / 2, 'x'), std::string(value_bytes_max / 2 + 1, 'x')});
    view = bytes;
    CHECK_FALSE(read_canonical(view));
}

TEST_CASE("random bytes never read as a value of another form") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 200'000; ++i) {
        Bytes bytes(random() % 24);
        for (auto& octet : bytes) {
            octet = static_cast<std::uint8_t>(random());
        }
        if (!bytes.empty()) {
            bytes[0] %= 11;
        }
        BytesView rest = bytes;
        const auto value = read_canonical(rest);
        if (value) {
            const Bytes again = canonical(*value);
            REQUIRE(to_hex(again) == to_hex(BytesView(bytes).first(bytes.size() - rest.size())));
        }
    }
}

TEST_CASE("the JSON of a value escapes what JSON demands and no more") {
    CHECK(json_of(Value()) == "null");
    CHECK(json_of(false) == "false");
    CHECK(json_of(int_min) == "-9223372036854775808");
    CHECK(json_of(22.0) == "22");
    CHECK(json_of(0.1) == "0.1");
    CHECK(json_of(Decimal{-1230, 2}) == "\"-12.30\"");
    CHECK(json_of(std::string("a\"\\/\b\f\n\r\t\x01\x7fđ")) == "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7fđ\"");
    CHECK(json_of(std::string("1234567\"12345678\n")) == "\"1234567\\\"12345678\\n\"");
    CHECK(json_of(Date{19753}) == "\"2024-01-31\"");
    CHECK(json_of(TextList{"a", "b"}) == "[\"a\",\"b\"]");
    CHECK(json_of(TextList{}) == "[]");
}

TEST_CASE("plain text is what a person reads") {
    CHECK(to_text(Value()).empty());
    CHECK(to_text(Value(true)) == "true");
    CHECK(to_text(Value(std::int64_t{-5})) == "-5");
    CHECK(to_text(Value(1.5)) == "1.5");
    CHECK(to_text(Value(TextList{"a", "b"})) == "a, b");
    CHECK(to_text(Value(std::string("x\"y"))) == "x\"y");
}

TEST_CASE("a body reads back as the values it was written from") {
    std::vector<Value> values = samples();
    std::string body = "{";
    std::vector<std::string> names;
    for (std::size_t i = 0; i < values.size(); ++i) {
        names.push_back("field_" + std::to_string(1000 + i));
    }
    std::vector<std::pair<std::string_view, ValueType>> types;
    for (std::size_t i = 0; i < values.size(); ++i) {
        body += (i == 0 ? "\"" : ",\"") + names[i] + "\":" + json_of(values[i]);
        types.emplace_back(names[i], type_of(values[i]));
    }
    body += '}';
    const auto fields = read_body(body, types);
    REQUIRE(fields);
    REQUIRE(fields->size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(json_of(values[i]));
        CHECK((*fields)[i].name == names[i]);
        CHECK((*fields)[i].value == values[i]);
    }
    for (std::size_t cut = 0; cut < body.size(); ++cut) {
        CHECK_FALSE(read_body(std::string_view(body).substr(0, cut), types));
    }
}

TEST_CASE("random reals read back from a body bit by bit") {
    std::mt19937_64 random(11);
    for (int i = 0; i < 20'000; ++i) {
        const auto real = std::bit_cast<double>(random());
        if (!std::isfinite(real)) {
            continue;
        }
        const std::pair<std::string_view, ValueType> types[] = {{"x", ValueType::real}};
        const auto fields = read_body("{\"x\":" + json_of(real) + "}", types);
        REQUIRE(fields);
        REQUIRE(std::get<double>((*fields)[0].value) == real);
    }
}

TEST_CASE("a body of another form is refused") {
    using enum ValueType;
    const std::tuple<std::string_view, std::string_view, ValueType> bodies[] = {
        {"", "a", integer},
        {"{}", "a", integer},
        {"{\"a\":1", "a", integer},
        {"{\"a\":1}x", "a", integer},
        {"{\"b\":1}", "a", integer},
        {"{\"a\": 1}", "a", integer},
        {"{\"a\":1,\"b\":2}", "a", integer},
        {"{\"a\":}", "a", integer},
        {"{\"a\":9223372036854775808}", "a", integer},
        {"{\"a\":1.5}", "a", integer},
        {"{\"a\":1e999}", "a", real},
        {"{\"a\":inf}", "a", real},
        {"{\"a\":nul}", "a", null},
        {"{\"a\":1}", "a", boolean},
        {"{\"a\":\"x}", "a", text},
        {"{\"a\":\"\\x\"}", "a", text},
        {"{\"a\":\"\\u0041\"}", "a", text},
        {"{\"a\":\"\\u00", "a", text},
        {"{\"a\":\"\\", "a", text},
        {"{\"a\":\"2024-02-30\"}", "a", date},
        {"{\"a\":\"1.0000000000000\"}", "a", decimal},
        {"{\"a\":[\"x\",]}", "a", text_list},
        {"{\"a\":[\"x\"}", "a", text_list},
        {"{\"a\":1}", "a", reference},
        {"{\"a\":null}", "a", datetime}};
    for (const auto& [body, name, type] : bodies) {
        CAPTURE(body);
        const std::pair<std::string_view, ValueType> types[] = {{name, type}};
        const auto fields = read_body(body, types);
        REQUIRE_FALSE(fields);
        CHECK(fields.error().code == ErrorCode::bad_encoding);
    }
    CHECK(read_body("{}", {}));
    CHECK_FALSE(read_body("{\"a\":1}", {}));
}

TEST_CASE("dates are strict days of the years 0001 to 9999") {
    CHECK(parse_date("1970-01-01")->days == 0);
    CHECK(parse_date("0001-01-01")->days == -719162);
    CHECK(parse_date("9999-12-31")->days == 2932896);
    CHECK(parse_date("2024-02-29"));
    CHECK(parse_date("2000-02-29"));
    for (const std::string text :
         {"", "2024-02-30", "2023-02-29", "1900-02-29", "0000-01-01", "2024-13-01", "2024-00-01",
          "2024-01-00", "2024-1-31", "2024-01-31 ", " 2024-01-31", "2024/01/31", "31-01-2024", "20240131",
          "2024-01-3a", "-024-01-31", "10000-01-01", "2024-01-31T00:00:00Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_date(text));
    }
    for (std::int32_t days = -719162; days <= 2932896; days += 97) {
        REQUIRE(parse_date(to_text(Date{days})) == Date{days});
    }
}

TEST_CASE("times are RFC 3339 with an offset, to the millisecond") {
    CHECK(parse_datetime("1970-01-01T00:00:00Z") == DateTime{0, 0});
    CHECK(parse_datetime("1970-01-01T07:00:00+07:00") == DateTime{0, 420});
    CHECK(parse_datetime("1969-12-31T23:59:59.5Z") == DateTime{-500, 0});
    CHECK(parse_datetime("2024-04-11T07:00:00.123-03:30")->utc_ms == 1712831400123);
    for (const std::string text :
         {"2024-04-11T07:00:00+07:00", "2024-04-11T07:00:00Z", "1969-12-31T23:59:59.999-03:30",
          "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2024-04-11T07:00:00.020Z"}) {
        CAPTURE(text);
        REQUIRE(parse_datetime(text));
        CHECK(to_text(*parse_datetime(text)) == text);
    }
    CHECK(to_text(*parse_datetime("2024-04-11T07:00:00+00:00")) == "2024-04-11T07:00:00Z");
    for (const std::string text :
         {"", "2024-04-11", "2024-04-11T07:00:00", "2024-04-11T07:00Z", "2024-04-11 07:00:00Z",
          "2024-04-11T24:00:00Z", "2024-04-11T07:60:00Z", "2024-04-11T07:00:60Z", "2024-04-11T07:00:00.Z",
          "2024-04-11T07:00:00.1234Z", "2024-04-11T07:00:00+7:00", "2024-04-11T07:00:00+24:00",
          "2024-04-11T07:00:00+07:60", "2024-04-11T07:00:00+0700", "2024-04-11T07:00:00Zx",
          "2024-04-11t07:00:00z", "2024-02-30T07:00:00Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_datetime(text));
    }
}

TEST_CASE("the day of a time is taken in its own offset") {
    CHECK(parse_datetime("2024-01-01T00:30:00+07:00")->local_day() == *parse_date("2024-01-01"));
    CHECK(parse_datetime("2023-12-31T17:30:00Z")->local_day() == *parse_date("2023-12-31"));
    CHECK(parse_datetime("1969-12-31T23:00:00-07:00")->local_day() == *parse_date("1969-12-31"));
}

TEST_CASE("decimals have the field's scale and no rounding") {
    CHECK(parse_decimal("123.4", 2) == Decimal{12340, 2});
    CHECK(parse_decimal("-0.05", 2) == Decimal{-5, 2});
    CHECK(parse_decimal("-0", 2) == Decimal{0, 2});
    CHECK(parse_decimal("007", 0) == Decimal{7, 0});
    CHECK(parse_decimal("9223372036854775807", 0) == Decimal{int_max, 0});
    CHECK(parse_decimal("-92233720368547758.08", 2) == Decimal{int_min, 2});
    for (const std::string text :
         {"", "-", ".", ".5", "5.", "1.234", "+1", "1e2", "1,5", " 1", "1 ", "--1", "1.-1", "1.2.3",
          "92233720368547758.08", "-92233720368547758.09", "99999999999999999999", "NaN", "0x1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_decimal(text, 2));
    }
    CHECK_FALSE(parse_decimal("1", 13));
    CHECK(to_text(Decimal{12340, 2}) == "123.40");
    CHECK(to_text(Decimal{-5, 2}) == "-0.05");
    CHECK(to_text(Decimal{0, 0}) == "0");
    CHECK(to_text(Decimal{0, 3}) == "0.000");
    CHECK(to_text(Decimal{1, 12}) == "0.000000000001");
    CHECK(to_text(Decimal{int_min, 0}) == "-9223372036854775808");
    CHECK(to_text(Decimal{int_min, 12}) == "-9223372.036854775808");
}

TEST_CASE("UTF-8 is strict at every position of a word") {
    const char* valid[] = {"",
                           "a",
                           "đ",
                           "\x7f",
                           "\xc2\x80",
                           "\xdf\xbf",
                           "\xe0\xa0\x80",
                           "\xed\x9f\xbf",
                           "\xee\x80\x80",
                           "\xef\xbf\xbf",
                           "\xf0\x90\x80\x80",
                           "\xf4\x8f\xbf\xbf",
                           "Đắk Glei, Ngọc Hồi, 👍"};
    const std::string invalid[] = {"\x80",
                                   "\xbf",
                                   "\xc0\x80",
                                   "\xc1\xbf",
                                   "\xc2",
                                   "\xc2\x41",
                                   "\xe0\x9f\xbf",
                                   "\xe1\x80",
                                   "\xed\xa0\x80",
                                   "\xed\xbf\xbf",
                                   "\xf0\x8f\xbf\xbf",
                                   "\xf0\x90\x80",
                                   "\xf4\x90\x80\x80",
                                   "\xf5\x80\x80\x80",
                                   "\xff",
                                   "\xfe",
                                   std::string(1, '\0'),
                                   "\xe1\x80\xc0"};
    for (std::size_t before = 0; before < 18; ++before) {
        for (std::size_t after : {0, 1, 9}) {
            for (const std::string text : valid) {
                CHECK(is_valid_utf8(std::string(before, 'x') + text + std::string(after, 'y')));
            }
            for (const std::string& text : invalid) {
                CAPTURE(to_hex(as_bytes(text)));
                CHECK_FALSE(is_valid_utf8(std::string(before, 'x') + text + std::string(after, 'y')));
            }
        }
    }
}
