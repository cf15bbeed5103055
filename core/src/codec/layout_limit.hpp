// What a writer and a reader of layouts both keep.
#pragma once

#include <cstddef>

namespace cotmoc::core {

inline constexpr std::size_t layout_fields_max = 512;  // of a kind, the common ones too

}  // namespace cotmoc::core
