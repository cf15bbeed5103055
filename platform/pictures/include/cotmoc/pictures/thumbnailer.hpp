// Small pictures of photos, to be looked at before a file of megabytes has come. What is decoded was made by
// strangers: every amount has a limit, and none of them is a time.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace cotmoc::pictures {

/// A file that may be a picture.
struct PictureSource {
    std::uint64_t size = 0;  // octets
    /// So many octets from there on; fewer only at the end.
    std::function<Result<Bytes>(std::uint64_t offset, std::size_t size)> read;
};

inline constexpr std::uint32_t thumbnail_side_max = 320;          // pixels of the longer side
inline constexpr std::size_t thumbnail_octets_max = 16 * 1024;    // of the JPEG file that is made
inline constexpr std::uint64_t picture_octets_max = 64ULL << 20;  // larger files are not read
inline constexpr std::uint64_t picture_pixels_max = 100'000'000;  // of the picture
inline constexpr std::uint64_t picture_memory_max = 32ULL << 20;  // octets, where all pixels come last
inline constexpr int picture_scans_max = 64;                      // of a progressive JPEG

/// One thread at a time; it keeps nothing between calls.
class Thumbnailer {
public:
    virtual ~Thumbnailer() = default;
    /// A JPEG file of at most thumbnail_side_max and thumbnail_octets_max, upright, without anything that the
    /// camera noted: no EXIF, no place, no time, no colour profile. Empty for what is neither JPEG nor PNG.
    /// bad_encoding for what cannot be decoded, limit_exceeded above the limits, and what `read` returns.
    virtual Result<Bytes> make(const PictureSource& source) = 0;
};

/// With libjpeg and libpng; null if this was built without them.
std::unique_ptr<Thumbnailer> make_thumbnailer();

}  // namespace cotmoc::pictures
