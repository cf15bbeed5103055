#include "picture_samples.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace cotmoc;
using namespace cotmoc::pictures;

namespace {

Result<Bytes> thumbnail_of(const Bytes& file) { return make_thumbnailer()->make(source_of(file)); }

ErrorCode refusal(const Bytes& file) {
    const Result<Bytes> made = thumbnail_of(file);
    REQUIRE_FALSE(made);
    return made.error().code;
}

Raster opened(const Result<Bytes>& thumbnail) {
    REQUIRE(thumbnail);
    REQUIRE_FALSE(thumbnail->empty());
    CHECK(thumbnail->size() <= thumbnail_octets_max);
    const auto raster = read_jpeg(source_of(*thumbnail));
    REQUIRE(raster);
    CHECK(std::max(raster->size.width, raster->size.height) <= thumbnail_side_max);
    return *raster;
}

/// The pixel a quarter from the left is red and a quarter from the right blue; JPEG keeps colours roughly.
bool is_red_then_blue(const Raster& raster) {
    const auto pixel = [&](std::uint32_t x) {
        return &raster.pixels[3 * (std::size_t{raster.size.height / 2} * raster.size.width + x)];
    };
    const auto* left = pixel(raster.size.width / 4);
    const auto* right = pixel(raster.size.width * 3 / 4);
    return left[0] > 180 && left[2] < 60 && right[0] < 60 && right[2] > 180;
}

Bytes jpeg_of(const Raster& raster) {
    const auto made = write_jpeg(raster, 90);
    REQUIRE(made);
    return *made;
}

Bytes inserted(Bytes file, std::size_t at, BytesView what) {
    file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), what.begin(), what.end());
    return file;
}

}  // namespace

TEST_CASE("a photo of any size becomes a small JPEG of its shape") {
    for (const Size size : {Size{1600, 1200}, Size{321, 240}, Size{320, 240}, Size{3, 2}, Size{2600, 40}}) {
        CAPTURE(size.width);
        const Raster small = opened(thumbnail_of(jpeg_of(red_and_blue(size))));
        CHECK(small.size == fit(size, thumbnail_side_max));
        if (size.width > 100) {
            CHECK(is_red_then_blue(small));
        }
    }
}

TEST_CASE("a PNG becomes one too; what shines through is white") {
    const Raster colours = red_and_blue({900, 600});
    CHECK(is_red_then_blue(opened(thumbnail_of(png_of(colours.size, colours.pixels, PNG_FORMAT_RGB)))));
    const Raster clear = opened(thumbnail_of(png_of({400, 400}, Bytes(400 * 400 * 4), PNG_FORMAT_RGBA)));
    CHECK(clear.pixels[3 * 160 * 320] > 250);
    const Raster grey = opened(thumbnail_of(png_of({400, 200}, Bytes(400 * 200, 100), PNG_FORMAT_GRAY)));
    CHECK(grey.size == Size{320, 160});
}

TEST_CASE("a picture of nothing but noise is small all the same") {
    opened(thumbnail_of(jpeg_of(noise({640, 640}))));
    const Raster pixels = noise({320, 320});
    opened(thumbnail_of(png_of(pixels.size, pixels.pixels, PNG_FORMAT_RGB)));
}

TEST_CASE("nothing that the camera noted is in a thumbnail, and it is upright") {
    Bytes note = {0xff, 0xe1, 0, 60, 'E',  'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0,
                  0,    0,    1, 0,  0x12, 1,   3,   0,   1, 0, 0,   0,   8,  0, 0, 0};
    const std::string place = "GPS 14.6621 107.6604";
    note.insert(note.end(), place.begin(), place.end());
    note.resize(62);
    const Bytes photo = inserted(jpeg_of(red_and_blue({800, 600})), 2, note);
    const auto made = thumbnail_of(photo);
    REQUIRE(made);
    const std::string text(made->begin(), made->end());
    CHECK(text.find("GPS") == std::string::npos);
    CHECK(text.find("Exif") == std::string::npos);
    CHECK(opened(made).size == Size{240, 320});
    // A picture whose only markers are those of JFIF and of decoding.
    for (std::size_t at = 2; at + 4 <= made->size() && (*made)[at + 1] != 0xda;
         at += 2 + std::size_t{(*made)[at + 2]} * 256 + (*made)[at + 3]) {
        CHECK(((*made)[at + 1] == 0xe0 || (*made)[at + 1] < 0xe0));
    }
}

TEST_CASE("what is no picture has no thumbnail, without an error") {
    for (const std::string& text : {std::string(), std::string("\xff\xd8"), std::string("GIF89a…"),
                                    std::string("%PDF-1.7 …"), std::string(100'000, 'x')}) {
        const auto made = thumbnail_of(Bytes(text.begin(), text.end()));
        REQUIRE(made);
        CHECK(made->empty());
    }
}

TEST_CASE("a picture that is cut anywhere is refused by name") {
    const Bytes jpeg = jpeg_of(red_and_blue({64, 48}));
    for (std::size_t size = 3; size + 2 < jpeg.size(); ++size) {
        REQUIRE(refusal(Bytes(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(size))) ==
                ErrorCode::bad_encoding);
    }
    const Raster pixels = red_and_blue({64, 48});
    const Bytes png = png_of(pixels.size, pixels.pixels, PNG_FORMAT_RGB);
    for (std::size_t size = 8; size + 20 < png.size(); ++size) {
        REQUIRE(refusal(Bytes(png.begin(), png.begin() + static_cast<std::ptrdiff_t>(size))) ==
                ErrorCode::bad_encoding);
    }
}

TEST_CASE("whatever octet of a picture is changed, it is decoded or refused by name") {
    const Raster pixels = red_and_blue({40, 30});
    for (const Bytes& file : {jpeg_of(pixels), png_of(pixels.size, pixels.pixels, PNG_FORMAT_RGB)}) {
        for (std::size_t at = 8; at < file.size(); ++at) {
            for (const int change : {0x01, 0x80, 0xff}) {
                Bytes changed = file;
                changed[at] = static_cast<std::uint8_t>(changed[at] ^ change);
                const auto made = thumbnail_of(changed);
                const bool named = made || made.error().code == ErrorCode::bad_encoding ||
                                   made.error().code == ErrorCode::limit_exceeded;
                REQUIRE(named);
                REQUIRE((!made || made->size() <= thumbnail_octets_max));
            }
        }
    }
}

TEST_CASE("a picture that says it has more pixels than the limit is not decoded") {
    Bytes jpeg = jpeg_of(red_and_blue({64, 48}));
    const std::size_t frame = find_marker(jpeg, 0xc0);
    const auto claims = [&](std::uint8_t height, std::uint8_t width) {
        jpeg[frame + 5] = height;  // the higher octet of two
        jpeg[frame + 7] = width;
    };
    claims(0xfd, 0xfd);
    CHECK(refusal(jpeg) == ErrorCode::limit_exceeded);
    claims(0x20, 0x20);  // 67 million pixels that are not there
    CHECK(refusal(jpeg) == ErrorCode::bad_encoding);
    CHECK(refusal(png_claiming(65'000, 65'000, false)) == ErrorCode::limit_exceeded);
    CHECK(refusal(png_claiming(70'000, 1, false)) == ErrorCode::bad_encoding);
    CHECK(refusal(png_claiming(1000, 1000, false)) == ErrorCode::bad_encoding);
}

TEST_CASE("pixels that come last must fit into little memory") {
    CHECK(refusal(png_claiming(4000, 3000, true)) == ErrorCode::limit_exceeded);
    CHECK(refusal(png_claiming(2000, 1500, true)) == ErrorCode::bad_encoding);
    // Said to be progressive, of 50 million pixels: libjpeg would keep 300 MB of coefficients.
    Bytes jpeg = jpeg_of(red_and_blue({64, 48}));
    const std::size_t frame = find_marker(jpeg, 0xc0);
    jpeg[frame + 1] = 0xc2;
    jpeg[frame + 5] = 0x1b;
    jpeg[frame + 7] = 0x1b;
    const auto made = thumbnail_of(jpeg);
    REQUIRE_FALSE(made);
    CHECK(made.error().detail.find("ends too early") == std::string::npos);
}

TEST_CASE("a file that is too long is not read at all; a note of many octets is not inflated") {
    const Bytes jpeg = jpeg_of(red_and_blue({64, 48}));
    std::uint64_t read = 0;
    PictureSource source = source_of(jpeg);
    source.size = picture_octets_max + 1;
    const auto inner = source.read;
    source.read = [&](std::uint64_t offset, std::size_t size) {
        read += size;
        return inner(offset, size);
    };
    const auto made = make_thumbnailer()->make(source);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::limit_exceeded);
    CHECK(read <= 64 * 1024);
}

TEST_CASE("what the file says while it is read is passed on") {
    const Bytes jpeg = jpeg_of(noise({300, 300}));
    REQUIRE(jpeg.size() > 40'000);
    PictureSource source = source_of(jpeg);
    const auto inner = source.read;
    source.read = [&](std::uint64_t offset, std::size_t size) {
        return offset == 0 ? inner(offset, size) : Result<Bytes>(fail(ErrorCode::cannot_read_file, "gone"));
    };
    const auto made = make_thumbnailer()->make(source);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::cannot_read_file);
}
