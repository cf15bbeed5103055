#include "compression.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <algorithm>
#include <memory>

#include <zstd.h>

namespace cotmoc::crypto {
namespace {

constexpr std::uint32_t frame_magic = 0xFD2FB528;
constexpr std::size_t raw_block_max = 128 * 1024;
constexpr std::size_t block_header_size = 3;

struct FreeCompressor {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeInflater {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Compresses `head` as the first part of a frame that declares `whole_size`; ends it only if head is the
/// whole.
Bytes compress_head(BytesView head, std::size_t whole_size, int level, BytesView dictionary) {
    const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
    COTMOC_CHECK(context != nullptr);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, std::clamp(level, 1, 19));
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 1);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 0);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_dictIDFlag, 0);
    COTMOC_CHECK(
        !ZSTD_isError(ZSTD_CCtx_loadDictionary(context.get(), dictionary.data(), dictionary.size())));
    ZSTD_CCtx_setPledgedSrcSize(context.get(), whole_size);
    // A flush per block adds a few octets to what ZSTD_compressBound counts.
    Bytes frame(ZSTD_compressBound(head.size()) + 64);
    ZSTD_inBuffer input{head.data(), head.size(), 0};
    ZSTD_outBuffer output{frame.data(), frame.size(), 0};
    const ZSTD_EndDirective directive = head.size() == whole_size ? ZSTD_e_end : ZSTD_e_flush;
    std::size_t remaining = 1;
    while (remaining > 0) {
        remaining = ZSTD_compressStream2(context.get(), &output, &input, directive);
        COTMOC_CHECK(!ZSTD_isError(remaining));
        if (remaining > 0) {
            frame.resize(frame.size() + remaining);
            output.dst = frame.data();
            output.size = frame.size();
        }
    }
    frame.resize(output.pos);
    return frame;
}

/// Ends a frame with a block that stores `tail` as it is.
void append_raw_last_block(Bytes& frame, BytesView tail) {
    COTMOC_CHECK(tail.size() <= raw_block_max);
    const std::uint32_t header = 1u | static_cast<std::uint32_t>(tail.size() << 3);
    for (std::size_t i = 0; i < block_header_size; ++i) {
        frame.push_back(static_cast<std::uint8_t>(header >> (8 * i)));
    }
    frame.insert(frame.end(), tail.begin(), tail.end());
}

struct FrameHeader {
    std::uint64_t content_size = 0;
    std::uint64_t window_size = 0;
};

std::uint64_t read_window_size(std::uint8_t descriptor) {
    const std::uint64_t base = std::uint64_t{1} << (10 + (descriptor >> 3));
    return base + base / 8 * (descriptor & 7);
}

/// The few forms of frame header that are accepted: size declared, every other flag zero.
std::optional<FrameHeader> read_frame_header(BytesView frame) {
    BinaryReader reader(frame);
    const std::uint32_t magic = reader.u32();
    const std::uint8_t descriptor = reader.u8();
    const unsigned size_form = descriptor >> 6;
    const bool single_segment = (descriptor & 0x20) != 0;
    const bool has_other_bits = (descriptor & 0x1f) != 0;
    const bool declares_size = size_form != 0 || single_segment;
    if (!reader.ok() || magic != frame_magic || has_other_bits || !declares_size) {
        return std::nullopt;
    }
    FrameHeader header;
    if (!single_segment) {
        header.window_size = read_window_size(reader.u8());
    }
    switch (size_form) {
        case 0:
            header.content_size = reader.u8();
            break;
        case 1:
            header.content_size = std::uint64_t{reader.u16()} + 256;
            break;
        case 2:
            header.content_size = reader.u32();
            break;
        default:
            header.content_size = reader.u64();
            break;
    }
    if (single_segment) {
        header.window_size = header.content_size;
    }
    return reader.ok() ? std::optional(header) : std::nullopt;
}

}  // namespace

Bytes compress_within(BytesView content, int level, const InflateLimits& limits, BytesView dictionary) {
    COTMOC_CHECK(content.size() <= limits.size_max);
    Bytes whole = compress_head(content, content.size(), level, dictionary);
    const std::size_t least = (content.size() + limits.ratio_max - 1) / limits.ratio_max;
    if (whole.size() >= least || least > raw_block_max) {
        return whole;
    }
    // It compresses better than a receiver believes: the last part is stored as it is, which keeps the ratio.
    Bytes mixed = compress_head(content.first(content.size() - least), content.size(), level, dictionary);
    append_raw_last_block(mixed, content.last(least));
    return mixed;
}

Result<Bytes> inflate(BytesView frame, const InflateLimits& limits, BytesView dictionary) {
    const std::optional<FrameHeader> header = read_frame_header(frame);
    if (!header) {
        return fail(ErrorCode::bad_compression, "frame header");
    }
    const bool too_much =
        header->content_size > limits.size_max || header->content_size > limits.ratio_max * frame.size();
    if (too_much && !switched_off("inflate-limit")) {
        return fail(ErrorCode::bad_compression, "inflates too far");
    }
    if (header->window_size > limits.size_max) {
        return fail(ErrorCode::bad_compression, "window");
    }
    if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
        return fail(ErrorCode::bad_compression, "not one whole frame");
    }
    const std::unique_ptr<ZSTD_DCtx, FreeInflater> context(ZSTD_createDCtx());
    if (!context) {
        return fail(ErrorCode::out_of_memory, "inflating");
    }
    Bytes content(static_cast<std::size_t>(header->content_size));
    const std::size_t size =
        ZSTD_decompress_usingDict(context.get(), content.data(), content.size(), frame.data(), frame.size(),
                                  dictionary.data(), dictionary.size());
    if (ZSTD_isError(size) || size != content.size()) {
        return fail(ErrorCode::bad_compression, "does not inflate to the declared size");
    }
    return content;
}

}  // namespace cotmoc::crypto
