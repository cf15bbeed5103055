// One session with the hub or a neighbour, and what the command tells of it.
#pragma once

#include "hub_link.hpp"

namespace cotmoc::cli {

/// The options of `sync`.
struct SyncOptions {
    std::string hub;
    std::uint64_t max_bytes = 0;
    std::uint64_t max_seconds = 0;
    bool no_attachments = false;
    std::uint64_t attachments_up_to = 16;  // MiB of a file that is fetched without being asked for
    bool history = false;                  // fetch what is known by hash only
    std::uint64_t begin_at = sync::SnapshotRule().begin_least;  // change sets that are worth a snapshot
    bool watch = false;
    std::string peer;  // empty: the hub
};

/// The limits of one session, as the options say.
asio::TcpOptions tcp_options(const SyncOptions& options);

struct SyncOutcome {
    bool tell_idle = true;  // in: report a session that had nothing to exchange, too
    sync::SessionReport report;
    bool needs_person = false;  // exit status 3: for what is new in this session
};

/// One session, and its report on standard output; of a failed one only as JSON. The error is the session's.
Result<void> sync_and_tell(const Common& common, Opened& opened, const SyncOptions& options,
                           const asio::TcpOptions& tcp, SyncOutcome& outcome);

}  // namespace cotmoc::cli
