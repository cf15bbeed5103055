// sync --watch: sessions whenever there is a reason, until SIGINT or SIGTERM.
#pragma once

#include "sync_output.hpp"

namespace cotmoc::cli {

/// Between sessions the replica is closed, so that other commands can work in it. With --max-bytes or
/// --max-seconds it ends when everything has moved or the limit is used. Errors of the link are told and
/// tried again; those of the replica itself (its passphrase, its disk) end it.
Outcome watch(const Common& common, const SyncOptions& options);

}  // namespace cotmoc::cli
