// Pixels of a small picture, and how a large one becomes small while its rows come.
#pragma once

#include <cotmoc/base/bytes.hpp>

#include <cstdint>
#include <vector>

namespace cotmoc::pictures {

struct Size {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    friend bool operator==(const Size&, const Size&) = default;
};

/// Three octets a pixel: red, green, blue; row by row from the top.
struct Raster {
    Size size;
    Bytes pixels;
};

/// The largest size of the same shape with no side over `side_max`; the size itself if that is small enough.
Size fit(Size size, std::uint32_t side_max);

/// Each pixel of the result is the mean of those that it stands for. Memory: one row of the result.
class Shrinker {
public:
    /// Precondition: no side of `to` is 0 or longer than that of `from`.
    Shrinker(Size from, Size to);
    /// The next row, three octets a pixel. Rows beyond the last are left.
    void take(BytesView row);
    /// What has come of the picture; rows that did not come are black.
    Raster finish();

private:
    void put_row();

    Size from_;
    Raster raster_;
    std::uint32_t taken_ = 0;  // rows
    std::uint32_t row_ = 0;    // of the result, being summed
    std::vector<std::uint64_t> sums_;
    std::vector<std::uint64_t> counts_;
};

Raster shrink(const Raster& raster, Size to);
/// As EXIF counts the ways in which a camera may have been held, 1 (upright) to 8.
Raster turn_upright(Raster raster, int orientation);

}  // namespace cotmoc::pictures
