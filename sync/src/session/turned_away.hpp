// What a caller hears before there is a channel: that its key does not fit, or that it should come again.
#pragma once

#include "session/message.hpp"

namespace cotmoc::sync {

/// The content of a frame in place of message 2. Nobody signed it: it ends the session and nothing else.
inline Bytes busy_frame() { return encode_error(ErrorCode::busy); }

}  // namespace cotmoc::sync
