#include <cotmoc/base/ids.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;

TEST_CASE("hexadecimal reads both cases and refuses the rest") {
    CHECK(to_hex(*from_hex("00ffA5")) == "00ffa5");
    CHECK(from_hex("")->empty());
    for (const std::string text : {"0", "0g", "0 ", " 00", "0x00", "00\n"}) {
        CAPTURE(text);
        CHECK_FALSE(from_hex(text));
    }
}

TEST_CASE("base64url agrees with the vectors of RFC 4648 and reads back") {
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    for (const auto& [plain, text] : vectors) {
        CHECK(to_base64url(as_bytes(plain)) == text);
        const auto bytes = from_base64url(text);
        REQUIRE(bytes);
        CHECK(as_text(*bytes) == plain);
    }
}

TEST_CASE("base64url refuses padding, other alphabets, lone digits and leftover bits") {
    for (const std::string text : {"Zg==", "Z", "Zm9vY", "Zh", "Zm9=", "Zm8+", "Zm8/", "Zm 8", "Zm9v\n"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64url(text));
    }
}

TEST_CASE("ids take exactly their length and order by octets") {
    CHECK_FALSE(RecordId::from(Bytes(15)));
    CHECK_FALSE(RecordId::from(Bytes(17)));
    CHECK(RecordId::from(Bytes(16))->is_zero());
    const auto low = *RecordId::from(*from_hex("007f0000000000000000000000000000"));
    const auto high = *RecordId::from(*from_hex("00800000000000000000000000000000"));
    CHECK(low < high);
    CHECK_FALSE(high.is_zero());
}

TEST_CASE("UUID text reads back in lower case; other forms are refused") {
    const std::string text = "76b5bede-4d21-5f42-b629-fa4ec6307882";
    REQUIRE(from_uuid_text(text));
    CHECK(to_uuid_text(*from_uuid_text(text)) == text);
    CHECK(to_uuid_text(*from_uuid_text("76B5BEDE-4D21-5F42-B629-FA4EC6307882")) == text);
    for (const std::string bad :
         {"", "76b5bede4d215f42b629fa4ec6307882", "{76b5bede-4d21-5f42-b629-fa4ec630788}",
          "76b5bede-4d21-5f42-b629-fa4ec630788", "76b5bede-4d21-5f42-b629-fa4ec63078822",
          "76b5bede-4d21-5f42-b629-fa4ec630788g", "76b5bede-4d2-15f42-b629-fa4ec6307882",
          "76b5bede-4d21-5f42-b629fa4ec6-307882"}) {
        CAPTURE(bad);
        CHECK_FALSE(from_uuid_text(bad));
    }
}
