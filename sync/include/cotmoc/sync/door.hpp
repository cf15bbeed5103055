// The answering side of a device that its owner uses meanwhile: the replica is closed until a caller comes
// who knows this device's key, and is then open for one caller at a time. docs/neighbours.md.
#pragma once

#include <cotmoc/sync/call_memory.hpp>
#include <cotmoc/sync/session.hpp>

namespace cotmoc::sync {

/// Who opens. One thread. Outlives the sessions that it lets in.
class Door {
public:
    virtual ~Door() = default;
    /// This device's keys and the root whose trust feed it follows, while the replica is closed too.
    virtual const crypto::DeviceKeys& keys() = 0;
    virtual const Hash256& root() const = 0;
    /// Opens the replica; it stays open until leave(). busy: somebody uses it, the caller waits. Any other
    /// error ends the session.
    virtual Result<SessionOptions> enter() = 0;
    /// The session is over, and nothing of it refers to the replica any more. After each enter() that opened.
    /// An empty report without an error: it was destroyed before its end.
    virtual void leave(const SessionReport& report, const std::optional<DeviceId>& peer,
                       const std::optional<Error>& error) = 0;
};

struct DoorLimits {
    std::int64_t wait_ms = 8'000;  // for its turn; then the caller is told that this device is busy
    std::int64_t look_ms = 100;    // between two looks whether it is its turn
    /// From the answer to message 1 until the caller's next word: message 1 may be a recording, and a
    /// recording does not keep the owner out for long.
    std::int64_t proof_ms = 5'000;
};

/// An answering session with a caller from `source` (see CallMemory). A first message that is not for this
/// device's key and root, or that came before, does not open the door (handshake_failed); busy if its turn
/// did not come, or its source has to pause. `door`, `random` and `memory` outlive it.
std::unique_ptr<Session> answer_at(Door& door, Random& random, CallMemory& memory, std::string source,
                                   const DoorLimits& limits = {});

}  // namespace cotmoc::sync
