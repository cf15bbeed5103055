// The only file of pictures that knows libpng.
#ifdef COTMOC_THUMBNAILS
#include "codecs.hpp"

#include <png.h>
#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>

namespace cotmoc::pictures {
namespace {

constexpr std::size_t channels = 4;  // red, green, blue, how opaque

struct Decoder {
    explicit Decoder(const PictureSource& source) : reader(source) {}
    ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    std::jmp_buf back;
    std::array<char, 128> message{};
    png_structp png = nullptr;
    png_infop info = nullptr;
    SourceReader reader;
    BytesView piece;
    std::optional<Shrinker> shrinker;
    Size picture;
    int passes = 1;
    Bytes rows;  // one; all, if they come several times
    Bytes row;   // without transparency
    Result<void> size;
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
    auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
    std::snprintf(decoder->message.data(), decoder->message.size(), "%s", message);
    std::longjmp(decoder->back, 1);
}

void on_warning(png_structp, png_const_charp) {}

/// Whether so many octets were there.
bool take(Decoder& decoder, png_bytep into, png_size_t length) {
    while (length != 0) {
        if (decoder.piece.empty()) {
            decoder.piece = decoder.reader.next();
        }
        if (decoder.piece.empty()) {
            return false;
        }
        const std::size_t here = std::min(length, decoder.piece.size());
        into = std::copy_n(decoder.piece.data(), here, into);
        decoder.piece = decoder.piece.subspan(here);
        length -= here;
    }
    return true;
}

void read_octets(png_structp png, png_bytep into, png_size_t length) {
    if (!take(*static_cast<Decoder*>(png_get_io_ptr(png)), into, length)) {
        png_error(png, "it ends too early");
    }
}

/// What is not needed for the pixels is not even inflated.
void leave_out_notes(png_structp png) {
    static constexpr std::array<png_byte, 45> chunks = {
        'i', 'C', 'C', 'P', 0, 'i', 'T', 'X', 't', 0, 'z', 'T', 'X', 't', 0,
        't', 'E', 'X', 't', 0, 'e', 'X', 'I', 'f', 0, 's', 'P', 'L', 'T', 0,
        'h', 'I', 'S', 'T', 0, 't', 'I', 'M', 'E', 0, 'p', 'C', 'A', 'L', 0};
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, chunks.data(),
                                static_cast<int>(chunks.size() / 5));
}

/// Not inlined: the function that a jump comes back to holds no objects of C++.
[[gnu::noinline]] bool prepare_rows(Decoder& decoder) {
    decoder.picture = {png_get_image_width(decoder.png, decoder.info),
                       png_get_image_height(decoder.png, decoder.info)};
    decoder.size = check_size(decoder.picture.width, decoder.picture.height);
    const std::uint64_t octets = channels * std::uint64_t{decoder.picture.width} * decoder.picture.height;
    if (decoder.size && decoder.passes > 1 && octets > picture_memory_max) {
        decoder.size =
            fail(ErrorCode::limit_exceeded, "an interlaced picture of " + std::to_string(octets) + " octets");
    }
    if (!decoder.size) {
        return false;
    }
    const std::size_t row = channels * decoder.picture.width;
    decoder.rows.resize(decoder.passes > 1 ? static_cast<std::size_t>(octets) : row);
    decoder.row.resize(std::size_t{3} * decoder.picture.width);
    decoder.shrinker.emplace(decoder.picture, fit(decoder.picture, thumbnail_side_max));
    return true;
}

/// On white, as on paper.
void take_row(Decoder& decoder, const std::uint8_t* from) {
    for (std::size_t x = 0; x < decoder.picture.width; ++x) {
        const unsigned opaque = from[channels * x + 3];
        for (std::size_t colour = 0; colour < 3; ++colour) {
            const unsigned mixed = from[channels * x + colour] * opaque + 255 * (255 - opaque);
            decoder.row[3 * x + colour] = static_cast<std::uint8_t>(mixed / 255);
        }
    }
    decoder.shrinker->take(decoder.row);
}

[[gnu::noinline]] void read_rows(Decoder& decoder) {
    const std::size_t row = channels * decoder.picture.width;
    const bool once = decoder.passes == 1;
    for (int pass = 0; pass < decoder.passes; ++pass) {
        for (std::size_t y = 0; y < decoder.picture.height; ++y) {
            png_read_row(decoder.png, &decoder.rows[once ? 0 : y * row], nullptr);
            if (once || pass + 1 == decoder.passes) {
                take_row(decoder, &decoder.rows[once ? 0 : y * row]);
            }
        }
    }
}

/// False after an error. Nothing here has a destructor that a jump would leave out.
bool decode(Decoder& decoder) {
    if (setjmp(decoder.back) != 0) {
        return false;
    }
    decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, on_error, on_warning);
    decoder.info = decoder.png != nullptr ? png_create_info_struct(decoder.png) : nullptr;
    if (decoder.info == nullptr) {
        return false;
    }
    constexpr png_uint_32 side_max = 65'535;
    png_set_read_fn(decoder.png, &decoder, read_octets);
    png_set_user_limits(decoder.png, side_max, side_max);
    png_set_chunk_malloc_max(decoder.png, png_alloc_size_t{1} << 20);
    png_set_chunk_cache_max(decoder.png, 16);
    leave_out_notes(decoder.png);
    png_read_info(decoder.png, decoder.info);
    png_set_expand(decoder.png);
    png_set_scale_16(decoder.png);
    png_set_gray_to_rgb(decoder.png);
    png_set_add_alpha(decoder.png, 0xff, PNG_FILLER_AFTER);
    decoder.passes = png_set_interlace_handling(decoder.png);
    png_read_update_info(decoder.png, decoder.info);
    if (png_get_rowbytes(decoder.png, decoder.info) !=
        channels * std::size_t{png_get_image_width(decoder.png, decoder.info)}) {
        png_error(decoder.png, "rows of another form");
    }
    if (!prepare_rows(decoder)) {
        return false;
    }
    read_rows(decoder);
    return true;
}

}  // namespace

Result<Raster> read_png(const PictureSource& source) {
    const auto decoder = std::make_unique<Decoder>(source);
    if (decode(*decoder)) {
        return decoder->shrinker->finish();
    }
    if (decoder->reader.failure()) {
        return tl::unexpected(*decoder->reader.failure());
    }
    COTMOC_TRY(decoder->size);
    return fail(ErrorCode::bad_encoding, std::string("PNG: ") + decoder->message.data());
}

}  // namespace cotmoc::pictures
#endif
