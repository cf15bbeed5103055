// Pictures made here, with libraries of their own where they are decoded.
#pragma once

#include <codecs.hpp>

#include <png.h>
#include <array>
#include <functional>

namespace cotmoc::pictures {

inline Raster painted(Size size,
                      const std::function<std::array<std::uint8_t, 3>(std::uint32_t, std::uint32_t)>& at) {
    Raster raster{size, {}};
    for (std::uint32_t y = 0; y < size.height; ++y) {
        for (std::uint32_t x = 0; x < size.width; ++x) {
            const auto colours = at(x, y);
            raster.pixels.insert(raster.pixels.end(), colours.begin(), colours.end());
        }
    }
    return raster;
}

/// Red on the left, blue on the right.
inline Raster red_and_blue(Size size) {
    return painted(size, [&](std::uint32_t x, std::uint32_t) {
        return x < size.width / 2 ? std::array<std::uint8_t, 3>{220, 0, 0}
                                  : std::array<std::uint8_t, 3>{0, 0, 220};
    });
}

inline Raster noise(Size size) {
    std::uint32_t state = 7;
    return painted(size, [&](std::uint32_t, std::uint32_t) {
        state = state * 1'664'525 + 1'013'904'223;
        return std::array<std::uint8_t, 3>{static_cast<std::uint8_t>(state >> 8),
                                           static_cast<std::uint8_t>(state >> 16),
                                           static_cast<std::uint8_t>(state >> 24)};
    });
}

inline Bytes png_of(Size size, const Bytes& pixels, png_uint_32 format) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = size.width;
    image.height = size.height;
    image.format = format;
    png_alloc_size_t length = PNG_IMAGE_PNG_SIZE_MAX(image);
    Bytes made(length);
    png_image_write_to_memory(&image, made.data(), &length, 0, pixels.data(), 0, nullptr);
    made.resize(length);
    return made;
}

/// One chunk of a PNG file.
inline Bytes png_chunk(std::string_view type, BytesView body) {
    const auto four = [](std::uint32_t number) {
        return Bytes{static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
                     static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    };
    Bytes named(type.begin(), type.end());
    named.insert(named.end(), body.begin(), body.end());
    std::uint32_t crc = 0xffffffff;
    for (const std::uint8_t octet : named) {
        crc ^= octet;
        for (int bit = 0; bit < 8; ++bit) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
        }
    }
    Bytes chunk = four(static_cast<std::uint32_t>(body.size()));
    const Bytes check = four(~crc);
    chunk.insert(chunk.end(), named.begin(), named.end());
    chunk.insert(chunk.end(), check.begin(), check.end());
    return chunk;
}

/// A PNG that says it is so large, and has no pixels.
inline Bytes png_claiming(std::uint32_t width, std::uint32_t height, bool interlaced) {
    Bytes made = {0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
    Bytes header;
    for (const std::uint32_t side : {width, height}) {
        for (const unsigned shift : {24u, 16u, 8u, 0u}) {
            header.push_back(static_cast<std::uint8_t>(side >> shift));
        }
    }
    header.insert(header.end(), {8, 2, 0, 0, static_cast<std::uint8_t>(interlaced ? 1 : 0)});
    for (const Bytes& chunk : {png_chunk("IHDR", header), png_chunk("IDAT", {})}) {
        made.insert(made.end(), chunk.begin(), chunk.end());
    }
    return made;
}

/// Where a marker of this kind begins.
inline std::size_t find_marker(BytesView jpeg, std::uint8_t kind) {
    std::size_t at = 2;
    while (at + 4 <= jpeg.size() && jpeg[at + 1] != kind) {
        at += 2 + std::size_t{jpeg[at + 2]} * 256 + jpeg[at + 3];
    }
    return at;
}

inline PictureSource source_of(const Bytes& file) {
    return {file.size(), [&file](std::uint64_t offset, std::size_t size) -> Result<Bytes> {
                const BytesView rest = BytesView(file).subspan(static_cast<std::size_t>(offset));
                const BytesView piece = rest.first(std::min(size, rest.size()));
                return Bytes(piece.begin(), piece.end());
            }};
}

}  // namespace cotmoc::pictures
