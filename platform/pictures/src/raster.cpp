#include "raster.hpp"

#include <algorithm>

namespace cotmoc::pictures {

Size fit(Size size, std::uint32_t side_max) {
    const std::uint32_t longer = std::max(size.width, size.height);
    if (longer <= side_max) {
        return size;
    }
    const auto part = [&](std::uint32_t side) {
        return std::max<std::uint32_t>(1,
                                       static_cast<std::uint32_t>(std::uint64_t{side} * side_max / longer));
    };
    return {part(size.width), part(size.height)};
}

Shrinker::Shrinker(Size from, Size to)
    : from_(from),
      raster_{to, Bytes(std::size_t{3} * to.width * to.height)},
      sums_(std::size_t{3} * to.width),
      counts_(to.width) {}

void Shrinker::take(BytesView row) {
    if (taken_ >= from_.height || row.size() < std::size_t{3} * from_.width) {
        return;
    }
    const auto target =
        static_cast<std::uint32_t>(std::uint64_t{taken_} * raster_.size.height / from_.height);
    if (target != row_) {
        put_row();
        row_ = target;
    }
    for (std::uint32_t x = 0; x < from_.width; ++x) {
        const std::size_t into = std::size_t{x} * raster_.size.width / from_.width;
        for (std::size_t colour = 0; colour < 3; ++colour) {
            sums_[3 * into + colour] += row[std::size_t{3} * x + colour];
        }
        ++counts_[into];
    }
    ++taken_;
}

void Shrinker::put_row() {
    for (std::size_t x = 0; x < counts_.size(); ++x) {
        for (std::size_t colour = 0; colour < 3; ++colour) {
            const std::uint64_t mean = counts_[x] == 0 ? 0 : sums_[3 * x + colour] / counts_[x];
            raster_.pixels[3 * (std::size_t{row_} * raster_.size.width + x) + colour] =
                static_cast<std::uint8_t>(mean);
        }
    }
    std::ranges::fill(sums_, 0);
    std::ranges::fill(counts_, 0);
}

Raster Shrinker::finish() {
    if (taken_ != 0) {
        put_row();
    }
    return std::move(raster_);
}

Raster shrink(const Raster& raster, Size to) {
    Shrinker shrinker(raster.size, to);
    const std::size_t row = std::size_t{3} * raster.size.width;
    for (std::uint32_t y = 0; y < raster.size.height; ++y) {
        shrinker.take(BytesView(raster.pixels).subspan(y * row, row));
    }
    return shrinker.finish();
}

Raster turn_upright(Raster raster, int orientation) {
    if (orientation < 2 || orientation > 8) {
        return raster;
    }
    const bool lies = orientation >= 5;
    const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const Size from = raster.size;
    Raster turned{lies ? Size{from.height, from.width} : from, Bytes(raster.pixels.size())};
    for (std::uint32_t y = 0; y < turned.size.height; ++y) {
        for (std::uint32_t x = 0; x < turned.size.width; ++x) {
            std::uint32_t source_x = lies ? y : x;
            std::uint32_t source_y = lies ? x : y;
            source_x = flip_x ? from.width - 1 - source_x : source_x;
            source_y = flip_y ? from.height - 1 - source_y : source_y;
            std::copy_n(&raster.pixels[3 * (std::size_t{source_y} * from.width + source_x)], 3,
                        &turned.pixels[3 * (std::size_t{y} * turned.size.width + x)]);
        }
    }
    return turned;
}

}  // namespace cotmoc::pictures
