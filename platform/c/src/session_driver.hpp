// One session over a pipe, in the calling thread. The replica's lock is taken for each step of the session
// and not while anybody waits, so that others use the replica meanwhile.
#pragma once

#include "open_replica.hpp"
#include "pipe.hpp"

#include <cotmoc/sync/runner.hpp>

namespace cotmoc::capi {

struct DriveOptions {
    sync::SliceBudget budget;
    /// Asked often; once it says yes, the session is brought to an end. From the same thread.
    std::function<bool()> stopped;
    /// Without the lock.
    std::function<void(const sync::SessionReport&)> progress;
    /// Whom to call instead of the hub.
    std::optional<crypto::AgreementPublicKey> peer = std::nullopt;
    /// Completes the session's options, under the lock.
    std::function<Result<void>(sync::SessionOptions&)> prepare = nullptr;
};

/// The session's report; a session that ended because of the budget or a stop is no error. no_hub, the pipe's
/// errors, the session's own.
Result<sync::SessionReport> drive_session(OpenReplica& open, Pipe& pipe, const DriveOptions& options);

}  // namespace cotmoc::capi
