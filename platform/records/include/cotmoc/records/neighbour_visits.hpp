// What a device that serves its neighbours does for each of their visits, whether a program or an app serves.
// docs/neighbours.md.
#pragma once

#include <cotmoc/sync/neighbour_store.hpp>
#include <cotmoc/sync/replica.hpp>
#include <cotmoc/sync/session.hpp>
#include <cotmoc/sync/session_gate.hpp>

namespace cotmoc::records {

/// A visitor who stalls keeps the owner waiting: no longer than this.
inline constexpr std::int64_t neighbour_stall_ms = 30'000;

/// How often each neighbour comes and how much it leaves, as long as this device serves. One thread.
class NeighbourVisits {
public:
    /// The directory's disk keeps room for its owner.
    explicit NeighbourVisits(std::string directory);
    NeighbourVisits(const NeighbourVisits&) = delete;
    NeighbourVisits& operator=(const NeighbourVisits&) = delete;

    /// What a session with a visitor is made of, until end(). Without `files` (null) records are exchanged
    /// only; they keep to the limits of open_attachments_for_others(). All of them outlive the session.
    sync::SessionOptions begin(sync::Replica& replica, Random& random, Clock& clock,
                               sync::AttachmentStore* files);
    /// Nothing of the session refers to the replica any more.
    void end() { store_.reset(); }

private:
    std::string directory_;
    sync::SessionGate gate_;
    sync::NeighbourQuotas quotas_;
    sync::NeighbourLimits limits_;
    std::unique_ptr<sync::NeighbourStore> store_;
};

/// Whether this device may serve: not_joined; revoked.
Result<void> check_serving(const sync::Replica& replica);
/// Whether no waiting cures why a visitor could not enter. A disk that is full now may have room for the
/// next.
bool ends_serving(ErrorCode why);
/// A visit that failed, or had something to exchange. Of any other nobody knows who it was: it may have been
/// a recording (S22).
bool is_worth_telling(const sync::SessionReport& report, const std::optional<Error>& error);
/// The line of `serve --json` for a visit. The replica's notes are those of the visit.
std::string visit_json(const sync::Replica& replica, const sync::SessionReport& report,
                       const std::optional<DeviceId>& peer, const std::optional<Error>& error);
/// The name of a device by its id; "" where it is not known or cannot be read here.
std::string visitor_name(const sync::Replica& replica, const std::optional<DeviceId>& peer);

}  // namespace cotmoc::records
