// What libjpeg and libpng do for thumbnails. Both report errors by a jump: each decoder keeps what it owns in
// an object that outlives the jump, and no function between has a destructor to run.
#pragma once

#include "raster.hpp"

#include <cotmoc/pictures/thumbnailer.hpp>

#include <algorithm>
#include <optional>

namespace cotmoc::pictures {

/// Reads a source in order, some octets at a time.
class SourceReader {
public:
    explicit SourceReader(const PictureSource& source) : source_(source) {}
    /// What comes next; empty at the end, or when reading failed.
    BytesView next();
    /// Leaves out so many octets of what next() will give.
    void skip(std::uint64_t octets) { offset_ += std::min(octets, source_.size - offset_); }
    const std::optional<Error>& failure() const { return failure_; }

private:
    const PictureSource& source_;
    std::uint64_t offset_ = 0;
    Bytes piece_;
    std::optional<Error> failure_;
};

/// limit_exceeded unless a picture of this size may be decoded.
Result<void> check_size(std::uint64_t width, std::uint64_t height);

/// The picture, shrunk to thumbnail_side_max.
Result<Raster> read_jpeg(const PictureSource& source);
Result<Raster> read_png(const PictureSource& source);
/// A JPEG file of these pixels and nothing else.
Result<Bytes> write_jpeg(const Raster& raster, int quality);

}  // namespace cotmoc::pictures
