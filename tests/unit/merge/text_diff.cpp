#include "merge/text_diff.hpp"
#include "merge/text_code_points.hpp"
#include "merge/text_order.hpp"
#include "merge/text_sequence.hpp"
#include "text_model.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

std::u32string applied(std::u32string_view from, std::u32string_view to, const std::vector<TextHunk>& hunks) {
    std::u32string result;
    std::size_t at = 0;
    for (const TextHunk& hunk : hunks) {
        result += from.substr(at, hunk.old_begin - at);
        result += to.substr(hunk.new_begin, hunk.new_count);
        at = hunk.old_begin + hunk.old_count;
    }
    return result += from.substr(at);
}

/// Rising, never empty, and with something kept between two.
bool well_formed(const std::vector<TextHunk>& hunks) {
    bool good = true;
    for (std::size_t i = 0; i < hunks.size(); ++i) {
        good = good && hunks[i].old_count + hunks[i].new_count > 0;
        good = good && (i == 0 || hunks[i - 1].old_begin + hunks[i - 1].old_count < hunks[i].old_begin);
    }
    return good;
}

std::size_t cost(const std::vector<TextHunk>& hunks) {
    std::size_t sum = 0;
    for (const TextHunk& hunk : hunks) {
        sum += hunk.old_count + hunk.new_count;
    }
    return sum;
}

/// Deletions + insertions by the table of longest common subsequences.
std::size_t least_cost(std::u32string_view from, std::u32string_view to) {
    std::vector<std::vector<std::size_t>> common(from.size() + 1, std::vector<std::size_t>(to.size() + 1));
    for (std::size_t i = 0; i < from.size(); ++i) {
        for (std::size_t k = 0; k < to.size(); ++k) {
            common[i + 1][k + 1] = from[i] == to[k] ? common[i][k] + 1
                                                    : std::max(common[i][k + 1], common[i + 1][k]);
        }
    }
    return from.size() + to.size() - 2 * common[from.size()][to.size()];
}

std::u32string random_text(std::mt19937_64& random, std::size_t length, unsigned letters) {
    std::u32string text;
    for (std::size_t i = 0; i < length; ++i) {
        text += static_cast<char32_t>(U'a' + random() % letters);
    }
    return text;
}

}  // namespace

TEST_CASE("text diff: exact and minimal on small inputs") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20000; ++i) {
        const auto letters = static_cast<unsigned>(1 + random() % 4);
        const std::u32string from = random_text(random, random() % 14, letters);
        const std::u32string to = random_text(random, random() % 14, letters);
        const auto hunks = diff_code_points(from, to);
        REQUIRE(applied(from, to, hunks) == to);
        REQUIRE(well_formed(hunks));
        REQUIRE(cost(hunks) == least_cost(from, to));
    }
}

TEST_CASE("text diff: exact and well formed beyond the bound") {
    std::mt19937_64 random(2);
    for (int i = 0; i < 5000; ++i) {
        std::u32string from = random_text(random, random() % 60, 3);
        std::u32string to = random_text(random, random() % 60, 3);
        for (std::u32string* text : {&from, &to}) {
            for (char32_t& value : *text) {
                value = value == U'c' ? U' ' : value;
            }
        }
        const auto hunks = diff_code_points(from, to, random() % 8);
        REQUIRE(applied(from, to, hunks) == to);
        REQUIRE(well_formed(hunks));
    }
}

TEST_CASE("text diff: far texts keep the words that they share") {
    std::u32string from;
    std::u32string to;
    for (int i = 0; i < 200; ++i) {
        const std::u32string word(1, static_cast<char32_t>(0x4e00 + i));
        from += word + U"xxxxx ";
        to += word + (i % 20 == 7 ? U"yyyyyyyyyy " : U"xxxxx ");
    }
    const auto hunks = diff_code_points(from, to, 60);
    CHECK(applied(from, to, hunks) == to);
    CHECK(hunks.size() == 10);
    CHECK(cost(hunks) == 150);
}

TEST_CASE("text diff: the longest texts that have nothing in common become one replacement") {
    const std::u32string from(256 * 1024, U'a');
    const std::u32string to(256 * 1024, U'b');
    const std::vector<TextHunk> expected{{0, from.size(), 0, to.size()}};
    CHECK(diff_code_points(from, to) == expected);
    std::mt19937_64 random(3);
    const std::u32string one = random_text(random, 256 * 1024, 26);
    const std::u32string other = random_text(random, 256 * 1024, 26);
    CHECK(applied(one, other, diff_code_points(one, other)) == other);
}

TEST_CASE("text diff: equal texts make an empty edit, two changes make two inserts") {
    const Dot made{DeviceIndex{0}, 1, 0};
    const TextSequence text = TextSequence::from_text(made, "the bridge at Đắk Nhoong is open");
    const Dot dot{DeviceIndex{1}, 1, 0};
    CHECK(text.diff_to(dot, text.text()) == TextEdit{});
    const TextEdit edit = text.diff_to(dot, "the old bridge at Đắk Nhoong is open now");
    CHECK(edit.inserts.size() == 2);
    CHECK(edit.deletes.empty());
}

TEST_CASE("text diff: two concurrent rewrites of different words are both kept") {
    const test::Devices devices;
    const Dot made{DeviceIndex{0}, 1, 0};
    TextSequence text = TextSequence::from_text(made, "road closed, bridge open, 12 houses");
    const Dot a{DeviceIndex{1}, 1, 0};
    const Dot b{DeviceIndex{2}, 1, 0};
    const TextEdit first = text.diff_to(a, "road open, bridge open, 12 houses");
    const TextEdit second = text.diff_to(b, "road closed, bridge open, 15 houses flooded");
    REQUIRE(text.apply(b, second, devices));
    REQUIRE(text.apply(a, first, devices));
    CHECK(text.text() == "road open, bridge open, 15 houses flooded");
}

TEST_CASE("text code points: counting, cutting and both directions agree at every length of UTF-8") {
    const std::u32string all = U"a\u007f\u0080\u07ff\u0800Đ\uffff\U00010000\U0010ffff";
    std::string utf8;
    append_utf8(utf8, all);
    CHECK(to_code_points(utf8) == all);
    CHECK(count_code_points(utf8) == all.size());
    CHECK(is_valid_utf8(utf8));
    for (std::size_t i = 0; i <= all.size(); ++i) {
        std::string head;
        append_utf8(head, std::u32string_view(all).substr(0, i));
        CHECK(octet_of_code_point(utf8, all.size(), i) == head.size());
        CHECK(octet_of_code_point("abcdefghi", 9, i) == i);
    }
}

TEST_CASE("text order: thousands of runs stay findable") {
    std::mt19937_64 random(5);
    RunOrder order;
    std::vector<std::uint32_t> expected{0};
    std::vector<std::uint32_t> visible{0};
    for (std::uint32_t run = 1; run < 5000; ++run) {
        const std::size_t at = random() % expected.size();
        visible.push_back(static_cast<std::uint32_t>(random() % 4));
        const bool before = at > 0 && random() % 2 == 0;
        before ? order.insert_before(expected[at], run, visible[run])
               : order.insert_after(expected[at], run, visible[run]);
        expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(at + (before ? 0 : 1)), run);
        const auto other = static_cast<std::uint32_t>(1 + random() % run);
        visible[other] = static_cast<std::uint32_t>(random() % 4);
        order.set_visible(other, visible[other]);
    }
    CHECK(order.all() == expected);
    std::size_t position = 0;
    bool good = true;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::uint32_t next = i + 1 < expected.size() ? expected[i + 1] : RunOrder::none;
        good = good && order.next(expected[i]) == next;
        for (std::uint32_t offset = 0; offset < visible[expected[i]]; ++offset, ++position) {
            const RunOrder::Place place = order.find(position);
            good = good && place.run == expected[i] && place.offset == offset;
        }
    }
    CHECK(good);
    CHECK(order.visible() == position);
}
