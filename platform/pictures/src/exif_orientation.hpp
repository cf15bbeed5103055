// The one thing of a camera's notes that a thumbnail needs: how the camera was held.
#pragma once

#include <cotmoc/base/bytes.hpp>

namespace cotmoc::pictures {

/// By the beginning of a JPEG file: 1 to 8, 1 if nothing legible says otherwise. Looks at the first notes
/// only, and at 64 of their entries.
int exif_orientation(BytesView head);

}  // namespace cotmoc::pictures
