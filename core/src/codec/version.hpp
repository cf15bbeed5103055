#pragma once

#include <cstdint>

namespace cotmoc::core {

/// The first octet of an encoded change set.
inline constexpr std::uint8_t codec_version = 1;

}  // namespace cotmoc::core
