// One zstd frame (RFC 8878) with a declared content size, without checksum and dictionary id, within bounds.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

namespace cotmoc::crypto {

/// What a receiver accepts: at most so many octets, and at most so many times the size of the frame.
struct InflateLimits {
    std::size_t size_max;
    std::size_t ratio_max;
};

/// A frame that inflate() with the same limits accepts. Levels are cut to 1 to 19. Precondition: the
/// content is not over size_max. The dictionary has zstd's form; empty: none.
Bytes compress_within(BytesView content, int level, const InflateLimits& limits, BytesView dictionary = {});

/// bad_compression. Nothing is allocated before the declared size and the window were checked, and no more
/// than the declared size is ever written.
Result<Bytes> inflate(BytesView frame, const InflateLimits& limits, BytesView dictionary = {});

}  // namespace cotmoc::crypto
