#include <cotmoc/base/binary.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace cotmoc;

TEST_CASE("fixed integers are little-endian and read back") {
    BinaryWriter writer;
    writer.u8(0x01);
    writer.u16(0x0302);
    writer.u32(0x07060504);
    writer.u48(0x0d0c0b0a0908);
    writer.u64(0x1514131211100f0e);
    Bytes expected;
    for (std::uint8_t i = 1; i <= 0x15; ++i) {
        expected.push_back(i);
    }
    CHECK(writer.bytes() == expected);
    BinaryReader reader(writer.bytes());
    CHECK(reader.u8() == 0x01);
    CHECK(reader.u16() == 0x0302);
    CHECK(reader.u32() == 0x07060504);
    CHECK(reader.u48() == 0x0d0c0b0a0908);
    CHECK(reader.u64() == 0x1514131211100f0e);
    CHECK(reader.finished());
}

TEST_CASE("varints have known bytes and read back at every length") {
    const std::pair<std::uint64_t, std::string_view> known[] = {
        {0, "00"},     {1, "01"},     {127, "7f"},
        {128, "8001"}, {300, "ac02"}, {std::numeric_limits<std::uint64_t>::max(), "ffffffffffffffffff01"}};
    for (const auto& [number, hex] : known) {
        BinaryWriter writer;
        writer.varint(number);
        CHECK(to_hex(writer.bytes()) == hex);
    }
    for (int bit = 0; bit < 64; ++bit) {
        for (const std::uint64_t number : {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1}) {
            BinaryWriter writer;
            writer.varint(number);
            BinaryReader reader(writer.bytes());
            CHECK(reader.varint() == number);
            CHECK(reader.finished());
        }
    }
}

TEST_CASE("signed varints put small magnitudes into few octets and hold the whole range") {
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{-64},
          std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        BinaryWriter writer;
        writer.svarint(number);
        CHECK((number < -64 || number > 63 || writer.size() == 1));
        BinaryReader reader(writer.bytes());
        CHECK(reader.svarint() == number);
        CHECK(reader.finished());
    }
}

TEST_CASE("a varint in another than its one form is refused") {
    for (const std::string hex : {"", "80", "8000", "ff00", "ffffffffffffffffff02", "ffffffffffffffffffff01",
                                  "80808080808080808000"}) {
        CAPTURE(hex);
        const Bytes bytes = *from_hex(hex);
        BinaryReader reader(bytes);
        CHECK(reader.varint() == 0);
        CHECK_FALSE(reader.ok());
    }
}

TEST_CASE("a failed reader stays failed and returns zeros") {
    const Bytes bytes = *from_hex("0102030405");
    BinaryReader reader(bytes);
    CHECK(reader.u64() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.u8() == 0);
    CHECK(reader.varint() == 0);
    CHECK(reader.string().empty());
    CHECK(reader.remaining() == 0);
    CHECK_FALSE(reader.finished());
}

TEST_CASE("lengths and counts beyond the input are refused before anything is allocated") {
    const Bytes long_text = *from_hex("ffffffffffffffffff0161");
    BinaryReader text_reader(long_text);
    CHECK(text_reader.blob().empty());
    CHECK_FALSE(text_reader.ok());

    const Bytes three_of_two = *from_hex("03aabbccdd");
    BinaryReader fits(three_of_two);
    CHECK(fits.count(1) == 3);
    BinaryReader does_not_fit(three_of_two);
    CHECK(does_not_fit.count(2) == 0);
    CHECK_FALSE(does_not_fit.ok());
}

TEST_CASE("strings, ids and rests read back; leftovers are not finished") {
    BinaryWriter writer;
    const auto id = *RecordId::from(*from_hex("000102030405060708090a0b0c0d0e0f"));
    writer.string("Đắk");
    writer.id(id);
    writer.raw(as_bytes("xy"));
    BinaryReader reader(writer.bytes());
    CHECK(reader.string() == "Đắk");
    CHECK(reader.id<RecordId>() == id);
    CHECK(reader.ok());
    CHECK_FALSE(reader.finished());
    CHECK(as_text(reader.rest()) == "xy");
    CHECK(reader.finished());
}
