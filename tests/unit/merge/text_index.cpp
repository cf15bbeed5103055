#include "merge/text_index.hpp"

#include "merge/text_sequence.hpp"
#include "support/seeded_random.hpp"
#include "text_model.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace cotmoc;
using namespace cotmoc::core;

TEST_CASE("the index of runs finds what an ordered map would, in any order of insertion") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        test_support::SeededRandom random(seed);
        std::map<TextElement, std::uint32_t> model;
        RunIndex index;
        CHECK_FALSE(index.at_or_before({}));
        const auto draw = [&](std::uint64_t limit) {
            return TextElement{{DeviceIndex{static_cast<std::uint32_t>(random.below(3))}, random.below(4),
                                static_cast<std::uint32_t>(random.below(limit))},
                               static_cast<std::uint32_t>(random.below(5))};
        };
        for (std::uint32_t run = 0; run < 6000; ++run) {
            // Even seeds: as somebody types, mostly rising; odd ones: anywhere.
            TextElement element = draw(400);
            if (seed % 2 == 0 && random.below(10) > 0) {
                element = {{DeviceIndex{9}, seed, run}, 0};
            }
            if (model.emplace(element, run).second) {
                index.insert(element, run);
            }
        }
        for (int i = 0; i < 3000; ++i) {
            const TextElement element =
                i % 2 == 0 ? draw(500)
                           : TextElement{{DeviceIndex{9}, seed, static_cast<std::uint32_t>(i)}, 1};
            const auto after = model.upper_bound(element);
            const auto expected =
                after == model.begin() ? std::nullopt : std::optional(std::prev(after)->second);
            CHECK(index.at_or_before(element) == expected);
        }
    }
}

TEST_CASE("a text knows the octets of all of it and of a part of it") {
    const test::Devices devices;
    TextSequence text = TextSequence::from_text({DeviceIndex{0}, 1, 0}, "aệ🚩");
    CHECK(text.octets() == 8);
    const Dot second{DeviceIndex{0}, 1, 1};
    REQUIRE(text.apply(second, text.make_edit(second, 1, 1, "đđ"), devices));
    CHECK(text.text() == "ađđ🚩");
    CHECK(text.octets() == 9);
    CHECK(text.octets(0, 4) == 9);
    CHECK(text.octets(1, 1) == 2);
    CHECK(text.octets(2, 2) == 6);
    CHECK(text.octets(4, 0) == 0);
    BinaryWriter writer;
    text.save(writer);
    BinaryReader reader(writer.bytes());
    const auto loaded = TextSequence::load(reader, text.text());
    REQUIRE(loaded);
    CHECK(loaded->octets() == 9);
}
