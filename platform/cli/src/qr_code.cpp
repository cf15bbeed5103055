#include "qr_code.hpp"

#include <algorithm>
#include <memory>

#include <png.h>
#include <qrencode.h>

namespace cotmoc::cli {
namespace {

constexpr std::size_t quiet_zone = 4;

/// Columns from left to right, the top point in the lowest bit.
struct Glyph {
    char letter;
    std::uint8_t columns[5];
};
constexpr Glyph glyphs[] = {
    {'0', {0x3E, 0x51, 0x49, 0x45, 0x3E}}, {'1', {0x00, 0x42, 0x7F, 0x40, 0x00}},
    {'2', {0x42, 0x61, 0x51, 0x49, 0x46}}, {'3', {0x21, 0x41, 0x45, 0x4B, 0x31}},
    {'4', {0x18, 0x14, 0x12, 0x7F, 0x10}}, {'5', {0x27, 0x45, 0x45, 0x45, 0x39}},
    {'6', {0x3C, 0x4A, 0x49, 0x49, 0x30}}, {'7', {0x01, 0x71, 0x09, 0x05, 0x03}},
    {'8', {0x36, 0x49, 0x49, 0x49, 0x36}}, {'9', {0x06, 0x49, 0x49, 0x29, 0x1E}},
    {'a', {0x20, 0x54, 0x54, 0x54, 0x78}}, {'b', {0x7F, 0x48, 0x44, 0x44, 0x38}},
    {'c', {0x38, 0x44, 0x44, 0x44, 0x20}}, {'d', {0x38, 0x44, 0x44, 0x48, 0x7F}},
    {'e', {0x38, 0x54, 0x54, 0x54, 0x18}}, {'f', {0x08, 0x7E, 0x09, 0x01, 0x02}},
    {'g', {0x0C, 0x52, 0x52, 0x52, 0x3E}}, {'h', {0x7F, 0x08, 0x04, 0x04, 0x78}},
    {'i', {0x00, 0x44, 0x7D, 0x40, 0x00}}, {'j', {0x20, 0x40, 0x44, 0x3D, 0x00}},
    {'k', {0x7F, 0x10, 0x28, 0x44, 0x00}}, {'l', {0x00, 0x41, 0x7F, 0x40, 0x00}},
    {'m', {0x7C, 0x04, 0x18, 0x04, 0x78}}, {'n', {0x7C, 0x08, 0x04, 0x04, 0x78}},
    {'o', {0x38, 0x44, 0x44, 0x44, 0x38}}, {'p', {0x7C, 0x14, 0x14, 0x14, 0x08}},
    {'q', {0x08, 0x14, 0x14, 0x18, 0x7C}}, {'r', {0x7C, 0x08, 0x04, 0x04, 0x08}},
    {'s', {0x48, 0x54, 0x54, 0x54, 0x20}}, {'t', {0x04, 0x3F, 0x44, 0x40, 0x20}},
    {'u', {0x3C, 0x40, 0x40, 0x20, 0x7C}}, {'v', {0x1C, 0x20, 0x40, 0x20, 0x1C}},
    {'w', {0x3C, 0x40, 0x30, 0x40, 0x3C}}, {'x', {0x44, 0x28, 0x10, 0x28, 0x44}},
    {'y', {0x0C, 0x50, 0x50, 0x50, 0x3C}}, {'z', {0x44, 0x64, 0x54, 0x4C, 0x44}},
    {'-', {0x08, 0x08, 0x08, 0x08, 0x08}}, {'/', {0x20, 0x10, 0x08, 0x04, 0x02}},
};

}  // namespace

Result<QrCode> make_qr_code(const std::string& text) {
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> made(
        QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
    if (made == nullptr) {
        return fail(ErrorCode::limit_exceeded, "a QR code of " + std::to_string(text.size()) + " characters");
    }
    QrCode code;
    code.width = static_cast<std::size_t>(made->width);
    std::transform(made->data, made->data + code.width * code.width, std::back_inserter(code.dark),
                   [](unsigned char module) { return (module & 1) != 0; });
    return code;
}

std::string terminal_blocks(const QrCode& code) {
    // Black on white is asked for by name, as many terminals are white on black.
    constexpr std::string_view line_start = "\x1b[30;107m";
    constexpr std::string_view line_end = "\x1b[0m\n";
    constexpr std::string_view blocks[] = {" ", "\u2580", "\u2584", "\u2588"};  // none, upper, lower, both
    const std::size_t side = code.width + 2 * quiet_zone;
    const auto dark = [&](std::size_t x, std::size_t y) {
        const bool inside =
            x >= quiet_zone && y >= quiet_zone && x < quiet_zone + code.width && y < quiet_zone + code.width;
        return inside && code.at(x - quiet_zone, y - quiet_zone);
    };
    std::string text;
    for (std::size_t y = 0; y < side; y += 2) {
        text += line_start;
        for (std::size_t x = 0; x < side; ++x) {
            text += blocks[(dark(x, y) ? 1u : 0u) + (dark(x, y + 1) ? 2u : 0u)];
        }
        text += line_end;
    }
    return text;
}

void Picture::fill(std::size_t x, std::size_t y, std::size_t width, std::size_t height) {
    for (std::size_t row = y; row < std::min(y + height, height_); ++row) {
        for (std::size_t column = x; column < std::min(x + width, width_); ++column) {
            white_[row * width_ + column] = 0;
        }
    }
}

void Picture::draw(const QrCode& code, std::size_t x, std::size_t y, std::size_t scale) {
    for (std::size_t row = 0; row < code.width; ++row) {
        for (std::size_t column = 0; column < code.width; ++column) {
            if (code.at(column, row)) {
                fill(x + column * scale, y + row * scale, scale, scale);
            }
        }
    }
}

void Picture::draw(std::string_view text, std::size_t x, std::size_t y, std::size_t scale) {
    for (const char letter : text) {
        const auto glyph = std::ranges::find(glyphs, letter, &Glyph::letter);
        for (std::size_t column = 0; glyph != std::end(glyphs) && column < 5; ++column) {
            for (std::size_t row = 0; row < 7; ++row) {
                if ((glyph->columns[column] >> row & 1) != 0) {
                    fill(x + column * scale, y + row * scale, scale, scale);
                }
            }
        }
        x += text_width("x", scale);
    }
}

Result<Bytes> Picture::png() const {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width_);
    image.height = static_cast<png_uint_32>(height_);
    image.format = PNG_FORMAT_GRAY;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    Bytes bytes(size);
    if (png_image_write_to_memory(&image, bytes.data(), &size, 0, white_.data(), 0, nullptr) == 0) {
        return fail(ErrorCode::io_error, std::string("PNG: ") + image.message);
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace cotmoc::cli
