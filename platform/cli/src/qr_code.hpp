// QR codes on a terminal and in pictures.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

#include <string>
#include <vector>

namespace cotmoc::cli {

struct QrCode {
    std::size_t width = 0;   // of a side, without the quiet zone
    std::vector<bool> dark;  // row by row
    bool at(std::size_t x, std::size_t y) const { return dark[y * width + x]; }
};

/// Medium error correction. limit_exceeded if the text does not fit.
Result<QrCode> make_qr_code(const std::string& text);

/// Half blocks of Unicode, two rows a line, with the quiet zone; dark on light whatever the terminal's
/// colours.
std::string terminal_blocks(const QrCode& code);

/// A picture in black and white.
class Picture {
public:
    Picture(std::size_t width, std::size_t height)
        : width_(width), height_(height), white_(width * height, 255) {}
    std::size_t width() const { return width_; }
    std::size_t height() const { return height_; }
    void fill(std::size_t x, std::size_t y, std::size_t width, std::size_t height);
    void draw(const QrCode& code, std::size_t x, std::size_t y, std::size_t scale);
    /// In small letters of 5 by 7 points; what is not a to z, 0 to 9, "-" or "/" is a gap.
    void draw(std::string_view text, std::size_t x, std::size_t y, std::size_t scale);
    static std::size_t text_width(std::string_view text, std::size_t scale) {
        return text.size() * 6 * scale;
    }
    Result<Bytes> png() const;

private:
    std::size_t width_;
    std::size_t height_;
    std::vector<std::uint8_t> white_;
};

}  // namespace cotmoc::cli
