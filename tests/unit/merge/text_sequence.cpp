#include "merge/text_sequence.hpp"
#include "text_model.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;
using cotmoc::core::test::Devices;

namespace {

const Devices devices;

Dot dot(std::uint32_t device, std::uint64_t seq, std::uint32_t index = 0) {
    return {DeviceIndex{device}, seq, index};
}

/// Ids order devices 0 (3…) and 1 (0…) against their indexes.
constexpr std::uint32_t first_device = 1;
constexpr std::uint32_t second_device = 0;

Bytes canonical(const TextSequence& sequence) {
    Bytes bytes;
    sequence.append_canonical(bytes, devices);
    return bytes;
}

Bytes saved(const TextSequence& sequence) {
    BinaryWriter writer;
    sequence.save(writer);
    return writer.take();
}

Result<TextSequence> loaded(const Bytes& state, std::string_view text) {
    BinaryReader reader(state);
    auto sequence = TextSequence::load(reader, text);
    if (sequence && !reader.finished()) {
        return fail(ErrorCode::bad_encoding, "rest");
    }
    return sequence;
}

/// One person's edits on a copy of their own, to be applied elsewhere.
struct Author {
    TextSequence text;
    std::uint32_t device;
    std::uint64_t seq = 100;
    std::vector<std::pair<Dot, TextEdit>> edits{};

    void replace(std::size_t position, std::size_t count, std::string_view insert) {
        const Dot at = dot(device, seq++);
        const TextEdit edit = text.make_edit(at, position, count, insert);
        REQUIRE(text.apply(at, edit, devices));
        edits.emplace_back(at, edit);
    }
    void type_forward(std::size_t position, std::string_view word) {
        for (std::size_t i = 0; i < word.size(); ++i) {
            replace(position + i, 0, word.substr(i, 1));
        }
    }
    void type_backward(std::size_t position, std::string_view word) {
        for (std::size_t i = word.size(); i > 0; --i) {
            replace(position, 0, word.substr(i - 1, 1));
        }
    }
};

TextSequence with(TextSequence base, const Author& a, const Author& b) {
    for (const Author* author : {&a, &b}) {
        for (const auto& [at, edit] : author->edits) {
            REQUIRE(base.apply(at, edit, devices));
        }
    }
    return base;
}

/// Both orders agree; the text is theirs.
std::string merged(const TextSequence& base, const Author& a, const Author& b) {
    const TextSequence one = with(base, a, b);
    const TextSequence other = with(base, b, a);
    CHECK(one.text() == other.text());
    CHECK(canonical(one) == canonical(other));
    CHECK(saved(one) == saved(other));
    return one.text();
}

}  // namespace

TEST_CASE("text: a fresh text equals the insertion at the start of an empty one") {
    const std::string text = "Đắk Glei 🌧";
    TextSequence applied;
    REQUIRE(applied.apply(dot(0, 1), {{{std::nullopt, Side::right, text}}, {}}, devices));
    const TextSequence fresh = TextSequence::from_text(dot(0, 1), text);
    CHECK(fresh.text() == text);
    CHECK(fresh.length() == 10);
    CHECK(canonical(applied) == canonical(fresh));
    CHECK(saved(applied) == saved(fresh));
    CHECK(fresh.fresh_dot() == dot(0, 1));
    CHECK(applied.is_fresh());
}

TEST_CASE("text: an empty text has no elements and is not fresh") {
    const TextSequence empty = TextSequence::from_text(dot(0, 1), "");
    CHECK(empty.text().empty());
    CHECK_FALSE(empty.is_fresh());
    CHECK(canonical(empty) == canonical(TextSequence{}));
    const auto back = loaded(saved(empty), "");
    REQUIRE(back);
    CHECK(back->length() == 0);
}

TEST_CASE("text: fresh ends with the first edit, whether it inserts or deletes") {
    const TextSequence fresh = TextSequence::from_text(dot(0, 1), "abc");
    TextSequence deleted = fresh;
    REQUIRE(deleted.apply(dot(0, 2), fresh.make_edit(dot(0, 2), 2, 1, ""), devices));
    CHECK_FALSE(deleted.is_fresh());
    TextSequence inserted = fresh;
    REQUIRE(inserted.apply(dot(0, 2), fresh.make_edit(dot(0, 2), 3, 0, "d"), devices));
    CHECK_FALSE(inserted.is_fresh());
    TextSequence nothing = fresh;
    REQUIRE(nothing.apply(dot(0, 2), fresh.make_edit(dot(0, 2), 1, 0, ""), devices));
    CHECK(nothing.is_fresh());
}

TEST_CASE("text: a part of another text is not fresh") {
    TextSequence two;
    const TextInsert first{std::nullopt, Side::right, "a"};
    const TextInsert second{std::nullopt, Side::right, "b"};
    REQUIRE(two.apply(dot(0, 1), {{first, second}, {}}, devices));
    CHECK(two.text() == "ab");
    CHECK_FALSE(two.is_fresh());
}

TEST_CASE("text: how an insertion is cut into inserts is no part of the state") {
    const Dot at = dot(0, 1);
    TextSequence two;
    const TextInsert first{std::nullopt, Side::right, "ab"};
    const TextInsert second{TextElement{at, 1}, Side::right, "c"};
    REQUIRE(two.apply(at, {{first, second}, {}}, devices));
    const TextSequence one = TextSequence::from_text(at, "abc");
    CHECK(two.is_fresh());
    CHECK(canonical(two) == canonical(one));
    CHECK(saved(two) == saved(one));
}

TEST_CASE("text: deleting in two parts or as one is the same state") {
    const TextSequence base = TextSequence::from_text(dot(0, 1), "abcdef");
    TextSequence parts = base;
    REQUIRE(parts.apply(dot(0, 2), parts.make_edit(dot(0, 2), 3, 1, ""), devices));
    REQUIRE(parts.apply(dot(0, 3), parts.make_edit(dot(0, 3), 2, 2, ""), devices));
    TextSequence whole = base;
    REQUIRE(whole.apply(dot(0, 4), whole.make_edit(dot(0, 4), 2, 3, ""), devices));
    CHECK(parts.text() == "abf");
    CHECK(canonical(parts) == canonical(whole));
    CHECK(saved(parts) == saved(whole));
}

TEST_CASE("text: typing forwards at one place does not interleave") {
    const TextSequence base = TextSequence::from_text(dot(0, 1), "[]");
    Author a{base, first_device};
    Author b{base, second_device};
    a.type_forward(1, "nuoc");
    b.type_forward(1, "lu");
    CHECK(merged(base, a, b) == "[nuoclu]");
}

TEST_CASE("text: typing backwards at one place does not interleave") {
    const TextSequence base = TextSequence::from_text(dot(0, 1), "[]");
    Author a{base, first_device};
    Author b{base, second_device};
    a.type_backward(1, "nuoc");
    b.type_backward(1, "lu");
    CHECK(merged(base, a, b) == "[nuoclu]");
}

TEST_CASE("text: one forwards, one backwards, at the ends of the text") {
    const TextSequence base = TextSequence::from_text(dot(0, 1), "-");
    for (const std::size_t position : {std::size_t{0}, std::size_t{1}}) {
        Author a{base, first_device};
        Author b{base, second_device};
        a.type_backward(position, "nuoc");
        b.type_forward(position, "lu");
        CHECK(merged(base, a, b) == (position == 0 ? "nuoclu-" : "-nuoclu"));
    }
}

TEST_CASE("text: typing into an empty text does not interleave") {
    const TextSequence base;
    for (const bool backward : {false, true}) {
        Author a{base, first_device};
        Author b{base, second_device};
        backward ? a.type_backward(0, "nuoc") : a.type_forward(0, "nuoc");
        backward ? b.type_backward(0, "lu") : b.type_forward(0, "lu");
        CHECK(merged(base, a, b) == "nuoclu");
    }
}

TEST_CASE("text: typing inside one's own earlier run stays in it") {
    const TextSequence base = TextSequence::from_text(dot(0, 1), "abcdef");
    Author a{base, first_device};
    Author b{base, second_device};
    a.type_forward(3, "no");
    a.replace(4, 0, "xyz");
    b.type_forward(3, "12");
    b.replace(4, 1, "34");
    CHECK(merged(base, a, b) == "abcnxyzo134def");
}

TEST_CASE("text: order between concurrent runs is by device id, not by index") {
    const TextSequence base;
    Author a{base, 0};
    Author b{base, 1};
    a.replace(0, 0, "index 0");
    b.replace(0, 0, "index 1");
    REQUIRE(devices.id(DeviceIndex{1}) < devices.id(DeviceIndex{0}));
    CHECK(merged(base, a, b) == "index 1index 0");
}

TEST_CASE("text: an insertion where another deletes is kept") {
    const TextSequence base = TextSequence::from_text(dot(0, 1), "the old bridge");
    Author a{base, first_device};
    Author b{base, second_device};
    a.replace(0, 14, "");
    b.replace(8, 0, "wooden ");
    CHECK(merged(base, a, b) == "wooden ");
}

TEST_CASE("text: a replacement stands where the deleted words stood") {
    const TextSequence base = TextSequence::from_text(dot(0, 1), "road closed today");
    Author a{base, first_device};
    Author b{base, second_device};
    a.replace(5, 6, "open");
    b.replace(12, 5, "tomorrow");
    CHECK(merged(base, a, b) == "road open tomorrow");
}

TEST_CASE("text: combining marks and astral code points are elements of their own") {
    const std::string decomposed = "Đa\u0306\u0301k";       // a, breve, acute
    const TextSequence base = TextSequence::from_text(dot(0, 1), decomposed);
    REQUIRE(base.length() == 5);
    Author a{base, first_device};
    Author b{base, second_device};
    a.replace(3, 1, "\u0300");                              // acute becomes grave
    b.replace(5, 0, "🌊𠀋");
    CHECK(merged(base, a, b) == "Đa\u0306\u0300k🌊𠀋");
    const auto back = loaded(saved(a.text), a.text.text());
    REQUIRE(back);
    CHECK(back->text() == a.text.text());
}

TEST_CASE("text: edits that do not fit are refused and change nothing") {
    const Dot made = dot(0, 1);
    TextSequence text = TextSequence::from_text(made, "abc");
    const Bytes before = canonical(text);
    const auto refused = [&](const Dot& at, const TextEdit& edit) {
        const auto result = text.apply(at, edit, devices);
        return !result && result.error().code == ErrorCode::bad_encoding && canonical(text) == before &&
               text.text() == "abc";
    };
    const Dot at = dot(1, 1);
    const TextInsert good{TextElement{made, 1}, Side::right, "x"};
    CHECK(refused(at, {{{TextElement{made, 3}, Side::right, "x"}}, {}}));          // no such offset
    CHECK(refused(at, {{{TextElement{dot(0, 2), 0}, Side::right, "x"}}, {}}));     // no such dot
    CHECK(refused(at, {{good, {TextElement{made, 9}, Side::left, "x"}}, {}}));     // the second of two
    CHECK(refused(at, {{{std::nullopt, Side::left, "x"}}, {}}));                   // before the start
    CHECK(refused(at, {{{TextElement{made, 1}, static_cast<Side>(2), "x"}}, {}}));
    CHECK(refused(at, {{{TextElement{made, 1}, Side::right, ""}}, {}}));
    CHECK(refused(at, {{{TextElement{made, 1}, Side::right, "\xff"}}, {}}));
    CHECK(refused(at, {{{TextElement{made, 1}, Side::right, "a\xcc"}}, {}}));
    CHECK(refused(at, {{{TextElement{at, 0}, Side::right, "x"}}, {}}));            // its own parent
    CHECK(refused(at, {{good, {TextElement{at, 1}, Side::right, "x"}}, {}}));
    CHECK(refused(made, {{good}, {}}));                                            // the dot is taken
    CHECK(refused(at, {{good}, {{{made, 2}, 2}}}));                                // one past the end
    CHECK(refused(at, {{good}, {{{made, 0}, 0}}}));
    CHECK(refused(at, {{good}, {{{made, 1}, UINT32_MAX}}}));
    CHECK(refused(at, {{good}, {{{made, 0}, 1}, {{dot(0, 2), 0}, 1}}}));
    CHECK(refused(at, {{good}, {{{at, 0}, 1}}}));                                  // its own insertion
    REQUIRE(text.apply(at, {{good, {TextElement{at, 0}, Side::left, "y"}}, {{{made, 0}, 1}}}, devices));
    CHECK(text.text() == "byxc");
}

TEST_CASE("text: deleting what is deleted already, or twice in one edit, is fine") {
    const Dot made = dot(0, 1);
    TextSequence text = TextSequence::from_text(made, "abcdef");
    REQUIRE(text.apply(dot(0, 2), {{}, {{{made, 2}, 2}}}, devices));
    const TextSequence once = text;
    REQUIRE(text.apply(dot(1, 1), {{}, {{{made, 2}, 2}, {{made, 3}, 1}, {{made, 2}, 1}}}, devices));
    CHECK(canonical(text) == canonical(once));
    REQUIRE(text.apply(dot(1, 2), {{}, {{{made, 3}, 3}, {{made, 1}, 4}}}, devices));
    CHECK(text.text() == "a");
}

TEST_CASE("text: an edit names its deletions in one form, as few ranges as there are") {
    const TextSequence base = TextSequence::from_text(dot(0, 1), "abcdef");
    TextSequence text = base;
    REQUIRE(text.apply(dot(0, 2), text.make_edit(dot(0, 2), 3, 0, "-"), devices));
    const TextEdit edit = text.make_edit(dot(0, 3), 0, text.length(), "");
    const std::vector<TextDelete> expected{{{dot(0, 1), 0}, 6}, {{dot(0, 2), 0}, 1}};
    CHECK(edit.deletes == expected);
    CHECK(edit.inserts.empty());
}

TEST_CASE("text: a state that does not fit its text is refused") {
    TextSequence text = TextSequence::from_text(dot(0, 1), "abc");
    REQUIRE(text.apply(dot(1, 1), text.make_edit(dot(1, 1), 1, 1, "Đ"), devices));
    const Bytes state = saved(text);
    CHECK(loaded(state, "aĐc"));
    CHECK_FALSE(loaded(state, "aĐ"));
    CHECK_FALSE(loaded(state, "aĐcd"));
    CHECK_FALSE(loaded(state, "a\xffz"));
    CHECK_FALSE(loaded({}, ""));
}

TEST_CASE("text: a state with elements twice, unknown parents or a cycle is refused") {
    const auto state = [](std::vector<Bytes> spans) {
        Bytes bytes{static_cast<std::uint8_t>(spans.size())};
        for (const Bytes& span : spans) {
            bytes.insert(bytes.end(), span.begin(), span.end());
        }
        return bytes;
    };
    // flags: 2 left, 4 adjacent, 8 at start, 64 single; then dot, and parent's dot and offset.
    CHECK(loaded(state({Bytes{68, 0, 1, 0}, Bytes{68, 1, 1, 0}}), "ab"));
    CHECK(loaded(state({Bytes{70, 0, 1, 0}, Bytes{72, 1, 1, 0}}), "ab"));
    // twice
    CHECK_FALSE(loaded(state({Bytes{68, 0, 1, 0}, Bytes{68, 0, 1, 0}}), "ab"));
    // unknown parent
    CHECK_FALSE(loaded(state({Bytes{68, 0, 1, 0}, Bytes{64, 1, 1, 0, 5, 1, 0, 0}}), "ab"));
    // cycle
    CHECK_FALSE(loaded(state({Bytes{64, 0, 1, 0, 1, 1, 0, 0}, Bytes{64, 1, 1, 0, 0, 1, 0, 0}}), "ab"));
    // its own parent
    CHECK_FALSE(loaded(state({Bytes{64, 0, 1, 0, 0, 1, 0, 0}}), "a"));
    // left of nothing
    CHECK_FALSE(loaded(state({Bytes{70, 0, 1, 0}}), "a"));
    // not the tree's order
    CHECK_FALSE(loaded(state({Bytes{72, 0, 1, 0}, Bytes{66, 1, 1, 0, 0, 1, 0, 0}}), "ab"));
    // unknown flag
    CHECK_FALSE(loaded(state({Bytes{196, 0, 1, 0}}), "a"));
    // same feed as nothing
    CHECK_FALSE(loaded(state({Bytes{84}}), "a"));
    // length 0
    CHECK_FALSE(loaded(state({Bytes{4, 0, 1, 0, 0, 0}}), ""));
}

TEST_CASE("text: keystrokes cost one octet each in the stored state") {
    TextSequence text;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        const Dot at = dot(0, 1, i);
        REQUIRE(text.apply(at, text.make_edit(at, i, 0, "x"), devices));
    }
    CHECK(saved(text).size() <= 1010);
    CHECK(loaded(saved(text), text.text()));
}
