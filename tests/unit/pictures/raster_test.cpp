#include <doctest/doctest.h>

#include <algorithm>
#include <exif_orientation.hpp>
#include <iterator>
#include <raster.hpp>

using namespace cotmoc;
using namespace cotmoc::pictures;

namespace {

/// A pixel's red says where it stood: 10 * column + row.
Raster numbered(Size size) {
    Raster raster{size, Bytes(std::size_t{3} * size.width * size.height)};
    for (std::uint32_t y = 0; y < size.height; ++y) {
        for (std::uint32_t x = 0; x < size.width; ++x) {
            raster.pixels[3 * (std::size_t{y} * size.width + x)] = static_cast<std::uint8_t>(10 * x + y);
        }
    }
    return raster;
}

std::vector<int> reds(const Raster& raster) {
    std::vector<int> all;
    for (std::size_t at = 0; at < raster.pixels.size(); at += 3) {
        all.push_back(raster.pixels[at]);
    }
    return all;
}

/// A JPEG's beginning with one note: TIFF in this order of octets, with one entry.
Bytes head_with(bool little, std::uint8_t tag, std::uint8_t value) {
    const auto two = [&](std::uint8_t high, std::uint8_t low) {
        return little ? Bytes{low, high} : Bytes{high, low};
    };
    Bytes tiff = little ? Bytes{'I', 'I', 42, 0, 8, 0, 0, 0} : Bytes{'M', 'M', 0, 42, 0, 0, 0, 8};
    for (const Bytes& part : {two(0, 1), two(1, tag), two(0, 3),
                              little ? Bytes{1, 0, 0, 0} : Bytes{0, 0, 0, 1}, two(0, value), Bytes{0, 0}}) {
        tiff.insert(tiff.end(), part.begin(), part.end());
    }
    const Bytes before = {0xff, 0xd8, 0xff, 0xe0, 0, 4,
                          1,    2,    0xff, 0xe1, 0, static_cast<std::uint8_t>(tiff.size() + 8),
                          'E',  'x',  'i',  'f',  0, 0};
    Bytes head;
    for (const Bytes& part : {before, tiff, Bytes{0xff, 0xda}}) {
        std::ranges::copy(part, std::back_inserter(head));
    }
    return head;
}

}  // namespace

TEST_CASE("a size fits without another shape, and no side becomes nothing") {
    CHECK(fit({100, 50}, 320) == Size{100, 50});
    CHECK(fit({4000, 3000}, 320) == Size{320, 240});
    CHECK(fit({3000, 4000}, 320) == Size{240, 320});
    CHECK(fit({65'535, 1}, 320) == Size{320, 1});
}

TEST_CASE("a pixel of the small picture is the mean of those that it stands for") {
    CHECK(reds(shrink(numbered({4, 2}), {2, 1})) == std::vector{5, 25});
    CHECK(reds(shrink(numbered({3, 3}), {3, 3})) == reds(numbered({3, 3})));
    CHECK(reds(shrink(numbered({5, 1}), {2, 1})) == std::vector{10, 35});
}

TEST_CASE("rows beyond the last and rows that are too short are left") {
    Shrinker shrinker({2, 1}, {2, 1});
    shrinker.take(Bytes(3));
    shrinker.take(Bytes{7, 0, 0, 9, 0, 0});
    shrinker.take(Bytes(6));
    CHECK(reds(shrinker.finish()) == std::vector{7, 9});
}

TEST_CASE("a picture is turned as the camera was held") {
    const Raster raster = numbered({2, 3});  // 0 10 / 1 11 / 2 12
    const auto turned = [&](int orientation) { return turn_upright(raster, orientation); };
    CHECK(reds(turned(1)) == std::vector{0, 10, 1, 11, 2, 12});
    CHECK(reds(turned(2)) == std::vector{10, 0, 11, 1, 12, 2});
    CHECK(reds(turned(3)) == std::vector{12, 2, 11, 1, 10, 0});
    CHECK(reds(turned(4)) == std::vector{2, 12, 1, 11, 0, 10});
    CHECK(reds(turned(5)) == std::vector{0, 1, 2, 10, 11, 12});
    CHECK(reds(turned(6)) == std::vector{2, 1, 0, 12, 11, 10});
    CHECK(reds(turned(7)) == std::vector{12, 11, 10, 2, 1, 0});
    CHECK(reds(turned(8)) == std::vector{10, 11, 12, 0, 1, 2});
    CHECK(turned(6).size == Size{3, 2});
    CHECK(reds(turned(9)) == reds(raster));
}

TEST_CASE("how the camera was held is read in both orders of octets, and never beyond the end") {
    CHECK(exif_orientation(head_with(true, 0x12, 6)) == 6);
    CHECK(exif_orientation(head_with(false, 0x12, 8)) == 8);
    CHECK(exif_orientation(head_with(false, 0x13, 8)) == 1);
    CHECK(exif_orientation(head_with(true, 0x12, 9)) == 1);
    const Bytes head = head_with(true, 0x12, 6);
    for (std::size_t size = 0; size + 2 < head.size(); ++size) {
        CHECK(exif_orientation(BytesView(head).first(size)) == 1);
    }
    for (std::size_t at = 0; at < head.size(); ++at) {
        Bytes changed = head;
        changed[at] = 0xff;
        const int orientation = exif_orientation(changed);
        CHECK(orientation >= 1);
        CHECK(orientation <= 8);
    }
}
