// Both ends of a session in one process: for samples, tests of apps, and two replicas on one machine.
#pragma once

#include <cotmoc/sync/session.hpp>

namespace cotmoc::sync {

/// Starts both sessions and carries octets between them until neither has any left; neither was started
/// before. The caller's report. The calling side's error, else the answering side's; connection_lost if one
/// of them still waits for the other then, which a fault of their own would cause. In the calling thread;
/// `clock` is read once a round.
Result<SessionReport> run_in_memory(Session& caller, Session& answering, Clock& clock);

}  // namespace cotmoc::sync
