#include <cotmoc/pictures/thumbnailer.hpp>

#ifdef COTMOC_THUMBNAILS
#include "codecs.hpp"
#include "exif_orientation.hpp"

#include <algorithm>
#include <array>
#endif

namespace cotmoc::pictures {

#ifdef COTMOC_THUMBNAILS

BytesView SourceReader::next() {
    constexpr std::uint64_t piece_size = 16 * 1024;
    const auto length = static_cast<std::size_t>(std::min(piece_size, source_.size - offset_));
    if (length == 0 || failure_) {
        return {};
    }
    Result<Bytes> piece = source_.read(offset_, length);
    if (!piece) {
        failure_ = std::move(piece.error());
        return {};
    }
    piece_ = std::move(*piece);
    offset_ += piece_.size();
    return piece_;
}

Result<void> check_size(std::uint64_t width, std::uint64_t height) {
    if (width == 0 || height == 0) {
        return fail(ErrorCode::bad_encoding, "a picture without pixels");
    }
    if (width * height > picture_pixels_max) {  // both are of 32 bits
        return fail(ErrorCode::limit_exceeded,
                    "a picture of " + std::to_string(width) + " x " + std::to_string(height));
    }
    return {};
}

namespace {

template <std::size_t size>
bool begins_with(BytesView head, const std::array<std::uint8_t, size>& signature) {
    return head.size() >= size && std::ranges::equal(head.first(size), signature);
}

/// The first of these that is small enough. The last one always is, whatever the picture shows.
Result<Bytes> write_small(const Raster& raster) {
    struct Attempt {
        std::uint32_t side;
        int quality;
    };
    constexpr std::array<Attempt, 5> attempts = {
        {{thumbnail_side_max, 75}, {thumbnail_side_max, 50}, {240, 50}, {160, 50}, {96, 30}}};
    Bytes made;
    for (const Attempt& attempt : attempts) {
        const Size size = fit(raster.size, attempt.side);
        COTMOC_ASSIGN(made, size == raster.size ? write_jpeg(raster, attempt.quality)
                                                : write_jpeg(shrink(raster, size), attempt.quality));
        if (made.size() <= thumbnail_octets_max) {
            return made;
        }
    }
    return fail(ErrorCode::limit_exceeded, "a thumbnail of " + std::to_string(made.size()) + " octets");
}

class LibraryThumbnailer final : public Thumbnailer {
public:
    Result<Bytes> make(const PictureSource& source) override {
        constexpr std::size_t head_size = 64 * 1024;
        constexpr std::array<std::uint8_t, 3> jpeg = {0xff, 0xd8, 0xff};
        constexpr std::array<std::uint8_t, 8> png = {0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
        COTMOC_ASSIGN(
            const Bytes head,
            source.read(0, static_cast<std::size_t>(std::min<std::uint64_t>(head_size, source.size))));
        const bool is_jpeg = begins_with(head, jpeg);
        if (!is_jpeg && !begins_with(head, png)) {
            return Bytes();
        }
        if (source.size > picture_octets_max) {
            return fail(ErrorCode::limit_exceeded, "a picture of " + std::to_string(source.size) + " octets");
        }
        COTMOC_ASSIGN(Raster raster, is_jpeg ? read_jpeg(source) : read_png(source));
        return write_small(turn_upright(std::move(raster), is_jpeg ? exif_orientation(head) : 1));
    }
};

}  // namespace

std::unique_ptr<Thumbnailer> make_thumbnailer() { return std::make_unique<LibraryThumbnailer>(); }

#else

std::unique_ptr<Thumbnailer> make_thumbnailer() { return nullptr; }

#endif

}  // namespace cotmoc::pictures
