#include "codec/id_column.hpp"
#include "codec/int_column.hpp"
#include "codec/interner.hpp"
#include "codec/phrases.hpp"
#include "codec/real_column.hpp"
#include "codec/text_column.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <random>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

Bytes integers_of(const Integers& values) {
    BinaryWriter out;
    write_integers(out, values);
    return out.take();
}

void check_integers(const Integers& values) {
    const Bytes bytes = integers_of(values);
    BinaryReader in(bytes);
    const Result<Integers> read = read_integers(in, values.size());
    REQUIRE(read);
    CHECK(*read == values);
    CHECK(in.finished());
}

Bytes texts_of(const std::vector<std::string>& texts) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    BinaryWriter out;
    write_texts(out, views);
    return out.take();
}

void check_texts(const std::vector<std::string>& texts, std::uint8_t mode) {
    const Bytes bytes = texts_of(texts);
    CHECK(bytes.front() == mode);
    Source source(bytes);
    const Result<Texts> read = read_texts(source, texts.size());
    REQUIRE(read);
    CHECK(source.in.finished());
    CHECK(std::vector<std::string>(read->items.begin(), read->items.end()) == texts);
}

Bytes reals_of(const std::vector<double>& values) {
    BinaryWriter out;
    write_reals(out, values);
    return out.take();
}

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("integer columns read back, at the ends of the range too") {
    check_integers({});
    check_integers({least});
    check_integers({greatest, least});
    check_integers({least, greatest, 0, -1, 1, least, greatest});
    std::mt19937_64 random(7);
    for (int round = 0; round < 2000; ++round) {
        Integers values(random() % 70);
        const unsigned shift = static_cast<unsigned>(random() % 64);
        const auto step = static_cast<std::int64_t>(1 + random() % 1000);
        for (std::int64_t& value : values) {
            value = static_cast<std::int64_t>(random() >> shift) / step * step;
        }
        if (round % 3 == 0) {
            std::ranges::sort(values);
        }
        check_integers(values);
    }
}

TEST_CASE("equal integers cost a header, whatever their number") {
    CHECK(integers_of(Integers(100'000, 42)).size() == 2);
}

TEST_CASE("evenly rising integers cost a header, whatever their number") {
    Integers values(100'000);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<std::int64_t>(i) * 12;
    }
    CHECK(integers_of(values).size() == 4);
    check_integers(values);
}

TEST_CASE("a common step is taken out of integers") {
    // 0 and 450000 with a step of 50000: ten values, four bits each.
    CHECK(integers_of({450'000, 0, 50'000, 300'000}).size() == 1 + 1 + 3 + 2);
}

TEST_CASE("an integer column with a width above 64 is refused") {
    for (const int width : {65, 127, 129, 255}) {
        Bytes bytes(20);
        bytes[0] = static_cast<std::uint8_t>(width);
        BinaryReader in(bytes);
        CHECK_FALSE(read_integers(in, 2));
    }
}

TEST_CASE("integers outside the bounds of their column are refused") {
    const Bytes bytes = integers_of({3, 9});
    for (const auto& [low, high, fits] : {std::tuple{3, 9, true}, {4, 9, false}, {3, 8, false}}) {
        BinaryReader in(bytes);
        CHECK(read_integers(in, 2, low, high).has_value() == fits);
    }
}

TEST_CASE("text columns read back in each mode") {
    check_texts({"a"}, 0);
    check_texts({"", ""}, 0);
    check_texts({"a", "b", "c", "d"}, 0);
    check_texts({"a", "b", "a", "b"}, 1);
    check_texts({"", "", "", ""}, 1);
    std::vector<std::string> sentences;
    for (int i = 0; i < 50; ++i) {
        sentences.push_back("tuần tra biên giới " + std::to_string(i) +
                            (i % 3 == 0 ? " hội đàm" : "  hội nghị "));
    }
    check_texts(sentences, 2);
    check_texts({"a a a a a a a a a a a a a a a a a a", "", " ", "  a"}, 2);
}

TEST_CASE("a phrases column holds more phrases than one octet can number") {
    std::vector<std::string> texts;
    for (int i = 0; i < 4000; ++i) {
        texts.push_back("w" + std::to_string(i % 900) + " v" + std::to_string(i % 7) + " w" +
                        std::to_string(i * 7 % 900) + " x");
    }
    check_texts(texts, 2);
}

TEST_CASE("words that stand together become one phrase") {
    std::vector<std::string_view> texts;
    for (int i = 0; i < 8; ++i) {
        texts.push_back(i % 2 == 0 ? "ủy ban nhân dân" : "dân ủy ban nhân dân");
    }
    const std::optional<Phrases> split = split_phrases(texts);
    REQUIRE(split);
    REQUIRE(split->phrases.size() == 2);
    CHECK(split->phrases[0] == "ủy ban nhân dân");
    // The lone word joins in the second round, when it is no longer the end of the longer phrase.
    CHECK(split->phrases[1] == "dân ủy ban nhân dân");
    CHECK(split->numbers == std::vector<std::uint32_t>{0, 1, 0, 1, 0, 1, 0, 1});
    CHECK(std::ranges::count(split->counts, 1) == 8);
}

TEST_CASE("texts that do not repeat their words are not split") {
    CHECK_FALSE(split_phrases(std::vector<std::string_view>{"a b c d a b c"}));
    CHECK(split_phrases(std::vector<std::string_view>{"a b a b a b a b"}));
}

TEST_CASE("malformed text columns are refused") {
    const auto refuses = [](const Bytes& bytes, std::size_t count) {
        Source source(bytes);
        return !read_texts(source, count);
    };
    CHECK(refuses({3, 0, 2, 'a'}, 1));         // no such mode
    CHECK(refuses({0, 0, 4, 'a'}, 1));         // text shorter than its length
    CHECK(refuses({0, 0, 1}, 1));              // length -1
    CHECK(refuses({0, 0, 4, 0xc3, 0x28}, 1));  // not UTF-8
    CHECK(refuses({0, 0, 2, 0}, 1));           // U+0000
    CHECK(refuses({0, 0, 2, 0xc3, 0xa9}, 2));  // valid only over the border of two texts
    CHECK(refuses({1, 0, 0, 0}, 4));           // an empty dictionary
    CHECK(refuses({1, 5, 0, 2, 'a', 'b', 'c', 'd', 'e', 0, 0}, 4));  // larger than the column
    CHECK(refuses({1, 1, 0, 2, 'a', 0, 2}, 4));                      // number beyond the dictionary
    CHECK(refuses({2, 1, 0, 2, 'a', 0, 0, 0}, 1));                   // a text of no phrases
    CHECK(refuses({2, 1, 0, 2, 'a', 0, 2, 1}, 1));                   // phrase number beyond the list
    CHECK(refuses({2, 1, 0, 2, 'a', 0, 2, 192}, 1));                 // second octet missing
    CHECK(refuses({2, 1, 0, 2, 'a', 0, 200, 1, 0, 0}, 1));           // more phrases than octets left
}

TEST_CASE("text that expands beyond the limit is refused") {
    const std::vector<std::string> texts(200, std::string(100'000, 'a'));
    const Bytes bytes = texts_of(texts);
    CHECK(bytes.size() < 101'000);
    Source source(bytes);
    const Result<Texts> read = read_texts(source, texts.size());
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::limit_exceeded);

    std::string phrase(100'000, 'a');
    const std::string twice = phrase + " " + phrase;
    const std::vector<std::string> repeated{twice + " " + twice, phrase + " b b b b b"};
    const Bytes small = texts_of(repeated);
    CHECK(small.front() == 2);
    Source enough(small);
    CHECK(read_texts(enough, 2));
    Source little(small);
    little.text_left = 400'000;
    CHECK_FALSE(read_texts(little, 2));
}

TEST_CASE("numbers of strings do not depend on collisions") {
    Interner table;
    Interner tree(0);
    std::vector<std::string> texts;
    for (int i = 0; i < 3000; ++i) {
        texts.push_back(std::string(static_cast<std::size_t>(i % 13), 'x') + std::to_string(i * 7919 % 1000));
    }
    std::map<std::string, std::uint32_t> expected;
    for (const std::string& text : texts) {
        const auto next = static_cast<std::uint32_t>(expected.size());
        const auto number = expected.try_emplace(text, next).first->second;
        REQUIRE(table.intern(text) == number);
        REQUIRE(tree.intern(text) == number);
    }
    CHECK(table.items() == tree.items());
}

TEST_CASE("reals of few digits are kept as integers, others as they are") {
    CHECK(reals_of({22.5, 1.25, -3}).front() == 2);
    CHECK(reals_of({22.602338, 104.469789}).front() == 6);
    CHECK(reals_of({0.1, 1.0 / 3}).front() == 255);
    CHECK(reals_of({1e300}).front() == 255);
    CHECK(reals_of({9007199254740991.0}).front() == 0);
    CHECK(reals_of({9007199254740992.0}).front() == 255);
    for (const std::vector<double>& values : {std::vector<double>{22.5, 1.25, -3},
                                              {0.1, 0.2, 0.3},
                                              {1.0 / 3},
                                              {5e-324, 1e300},
                                              {1e-9, 123.456}}) {
        const Bytes bytes = reals_of(values);
        BinaryReader in(bytes);
        const Result<std::vector<double>> read = read_reals(in, values.size());
        REQUIRE(read);
        CHECK(*read == values);
    }
}

TEST_CASE("malformed reals are refused") {
    const auto refuses = [](double value) {
        BinaryWriter out;
        out.u8(255);
        out.u64(std::bit_cast<std::uint64_t>(value));
        BinaryReader in(out.bytes());
        return !read_reals(in, 1);
    };
    CHECK_FALSE(refuses(0.1));
    CHECK(refuses(-0.0));
    CHECK(refuses(std::numeric_limits<double>::infinity()));
    CHECK(refuses(std::numeric_limits<double>::quiet_NaN()));
    const Bytes bad_digits{10, 0, 2};
    BinaryReader in(bad_digits);
    CHECK_FALSE(read_reals(in, 1));
}

TEST_CASE("UUIDs of one version take 122 bits") {
    std::mt19937_64 random(3);
    std::vector<RecordId> ids(40);
    for (RecordId& id : ids) {
        for (std::uint8_t& octet : id.octets) {
            octet = static_cast<std::uint8_t>(random());
        }
        id.octets[6] = static_cast<std::uint8_t>(0x70 | (id.octets[6] & 15));
        id.octets[8] = static_cast<std::uint8_t>(0x80 | (id.octets[8] & 63));
    }
    for (const bool one_version : {true, false}) {
        if (!one_version) {
            ids[5].octets[8] = 0xff;
        }
        BinaryWriter out;
        write_ids(out, ids);
        CHECK(out.size() == (one_version ? 1 + 40 * 15 + 10 : 1 + 40 * 16));
        CHECK(out.bytes().front() == (one_version ? 7 : 0));
        BinaryReader in(out.bytes());
        const Result<std::vector<RecordId>> read = read_ids(in, ids.size());
        REQUIRE(read);
        CHECK(*read == ids);
        CHECK(in.finished());
    }
}
