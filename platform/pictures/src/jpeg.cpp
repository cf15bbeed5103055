// The only file that knows libjpeg.
#ifdef COTMOC_THUMBNAILS
#include "codecs.hpp"

#include <jerror.h>
#include <jpeglib.h>
#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>

namespace cotmoc::pictures {
namespace {

/// What client_data of either structure points to.
struct Jump {
    std::jmp_buf back;
    std::array<char, JMSG_LENGTH_MAX> message{};
};

[[noreturn]] void on_error(j_common_ptr info) {
    auto* jump = static_cast<Jump*>(info->client_data);
    if (jump->message[0] == '\0') {
        (*info->err->format_message)(info, jump->message.data());
    }
    std::longjmp(jump->back, 1);
}

/// For errors of our own.
[[noreturn]] void stop(j_common_ptr info, const char* message) {
    auto* jump = static_cast<Jump*>(info->client_data);
    std::snprintf(jump->message.data(), jump->message.size(), "%s", message);
    on_error(info);
}

void say_nothing(j_common_ptr) {}

/// libjpeg itself would go on with grey pixels, as many as the picture claims to have.
void on_message(j_common_ptr info, int level) {
    if (level < 0 && info->err->msg_code == JWRN_HIT_MARKER) {
        stop(info, "it ends too early");
    }
}

void prepare(jpeg_error_mgr& errors) {
    jpeg_std_error(&errors);
    errors.error_exit = on_error;
    errors.output_message = say_nothing;
    errors.emit_message = on_message;
}

struct Decoder : Jump {
    explicit Decoder(const PictureSource& source) : reader(source) {}
    ~Decoder() { jpeg_destroy_decompress(&info); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    jpeg_decompress_struct info{};
    jpeg_error_mgr errors{};
    jpeg_source_mgr input{};
    jpeg_progress_mgr progress{};
    SourceReader reader;
    std::optional<Shrinker> shrinker;
    Bytes row;
    Result<void> size;
};

Decoder& decoder_of(j_decompress_ptr info) {
    return *static_cast<Decoder*>(static_cast<Jump*>(info->client_data));
}

void no_work(j_decompress_ptr) {}

boolean fill_input(j_decompress_ptr info) {
    const BytesView piece = decoder_of(info).reader.next();
    if (piece.empty()) {
        stop(reinterpret_cast<j_common_ptr>(info), "it ends too early");
    }
    info->src->next_input_byte = piece.data();
    info->src->bytes_in_buffer = piece.size();
    return TRUE;
}

void skip_input(j_decompress_ptr info, long octets) {
    jpeg_source_mgr& input = *info->src;
    const auto count = static_cast<std::size_t>(std::max(octets, 0L));
    const std::size_t here = std::min(count, input.bytes_in_buffer);
    input.next_input_byte += here;
    input.bytes_in_buffer -= here;
    decoder_of(info).reader.skip(count - here);
}

/// A progressive picture of many empty scans takes long to decode and few octets.
void count_scans(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > picture_scans_max) {
        stop(info, "too many scans");
    }
}

/// Not inlined: the function that a jump comes back to holds no objects of C++.
[[gnu::noinline]] bool prepare_rows(Decoder& decoder) {
    jpeg_decompress_struct& info = decoder.info;
    decoder.size = check_size(info.image_width, info.image_height);
    if (!decoder.size) {
        return false;
    }
    info.out_color_space = JCS_RGB;
    info.scale_num = 1;
    info.scale_denom = 8;
    // The decoder itself halves, as long as no more is lost than the thumbnail loses anyhow.
    while (info.scale_denom > 1 &&
           std::max(info.image_width, info.image_height) / info.scale_denom < thumbnail_side_max) {
        info.scale_denom /= 2;
    }
    return true;
}

[[gnu::noinline]] void prepare_shrinker(Decoder& decoder) {
    const Size size{decoder.info.output_width, decoder.info.output_height};
    decoder.shrinker.emplace(size, fit(size, thumbnail_side_max));
    decoder.row.resize(std::size_t{3} * size.width);
}

/// False after an error. Nothing here has a destructor that a jump would leave out.
bool decode(Decoder& decoder) {
    jpeg_decompress_struct& info = decoder.info;
    if (setjmp(decoder.back) != 0) {
        return false;
    }
    jpeg_create_decompress(&info);
    info.client_data = static_cast<Jump*>(&decoder);
    info.mem->max_memory_to_use = static_cast<long>(picture_memory_max);
    info.src = &decoder.input;
    info.progress = &decoder.progress;
    jpeg_read_header(&info, TRUE);
    if (!prepare_rows(decoder)) {
        return false;
    }
    jpeg_start_decompress(&info);
    if (info.output_components != 3) {
        stop(reinterpret_cast<j_common_ptr>(&info), "colours of print");
    }
    prepare_shrinker(decoder);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = decoder.row.data();
        jpeg_read_scanlines(&info, &row, 1);
        decoder.shrinker->take(decoder.row);
    }
    return true;
}

struct Encoder : Jump {
    Encoder() = default;
    ~Encoder() { jpeg_destroy_compress(&info); }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    // More than any thumbnail: the library never makes a buffer of its own, which an error would leave
    // behind.
    Bytes room = Bytes(std::size_t{4} * thumbnail_side_max * thumbnail_side_max);
    unsigned char* octets = room.data();
    unsigned long size = static_cast<unsigned long>(room.size());
    Bytes row;
};

bool encode(Encoder& encoder, const Raster& raster, int quality) {
    jpeg_compress_struct& info = encoder.info;
    if (setjmp(encoder.back) != 0) {
        return false;
    }
    jpeg_create_compress(&info);
    info.client_data = static_cast<Jump*>(&encoder);
    jpeg_mem_dest(&info, &encoder.octets, &encoder.size);
    info.image_width = raster.size.width;
    info.image_height = raster.size.height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    info.optimize_coding = TRUE;
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        const std::uint8_t* from = &raster.pixels[std::size_t{3} * info.next_scanline * raster.size.width];
        std::copy_n(from, encoder.row.size(), encoder.row.data());
        JSAMPROW row = encoder.row.data();
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    return true;
}

}  // namespace

Result<Raster> read_jpeg(const PictureSource& source) {
    const auto decoder = std::make_unique<Decoder>(source);
    prepare(decoder->errors);
    decoder->info.err = &decoder->errors;
    decoder->info.client_data = static_cast<Jump*>(decoder.get());
    decoder->input.init_source = no_work;
    decoder->input.fill_input_buffer = fill_input;
    decoder->input.skip_input_data = skip_input;
    decoder->input.resync_to_restart = jpeg_resync_to_restart;
    decoder->input.term_source = no_work;
    decoder->progress.progress_monitor = count_scans;
    if (decode(*decoder)) {
        return decoder->shrinker->finish();
    }
    if (decoder->reader.failure()) {
        return tl::unexpected(*decoder->reader.failure());
    }
    COTMOC_TRY(decoder->size);
    return fail(ErrorCode::bad_encoding, std::string("JPEG: ") + decoder->message.data());
}

Result<Bytes> write_jpeg(const Raster& raster, int quality) {
    const auto encoder = std::make_unique<Encoder>();
    prepare(encoder->errors);
    encoder->info.err = &encoder->errors;
    encoder->info.client_data = static_cast<Jump*>(encoder.get());
    encoder->row.resize(std::size_t{3} * raster.size.width);
    if (!encode(*encoder, raster, quality)) {
        return fail(ErrorCode::bad_encoding, std::string("JPEG: ") + encoder->message.data());
    }
    return Bytes(encoder->octets, encoder->octets + encoder->size);
}

}  // namespace cotmoc::pictures
#endif
