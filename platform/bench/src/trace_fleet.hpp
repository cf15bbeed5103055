// Replicas that hold one text, for replaying a trace: on disk, encrypted, enrolled as any other.
#pragma once

#include "province.hpp"

namespace cotmoc::bench {

/// How much the database of a replica holds for the text.
struct StoredSizes {
    std::uint64_t row = 0;        // the record's row: body and state, in octets
    std::uint64_t envelopes = 0;  // octets of all envelopes
    std::uint64_t envelope_count = 0;
};

/// Replicas are numbered from 0 by rising device id: that is the order in which concurrent runs at one place
/// stand, and so a trace's agents are numbered too. Few are open at a time.
class TraceFleet {
public:
    static Result<std::unique_ptr<TraceFleet>> make(const std::string& directory, std::uint32_t replicas,
                                                    const std::string& start);

    std::uint32_t size() const { return static_cast<std::uint32_t>(posts_.size()); }
    /// Valid until a third replica is asked for.
    Result<sync::Replica*> replica(std::uint32_t number);
    const RecordId& record() const { return record_; }
    const SpaceId& space() const { return space_; }
    static constexpr const char* field = "text";

    /// Replaces code points of the text in one transaction.
    Result<void> edit(std::uint32_t number, std::span<const core::FieldEdit> edits);
    /// The same, sealed in the same transaction; the seq of the newest change set of the replica's own feed.
    Result<std::uint64_t> edit_and_seal(std::uint32_t number, std::span<const core::FieldEdit> edits);
    /// Hands change set `seq` of the author's own feed to another replica, as a session would.
    Result<void> deliver(std::uint32_t author, std::uint64_t seq, std::uint32_t to);
    /// One whole session between two replicas over a perfect pipe; the caller's report.
    Result<sync::SessionReport> sync(std::uint32_t caller, std::uint32_t responder);

    Result<std::string> text(std::uint32_t number);
    Result<Hash256> digest(std::uint32_t number);
    Result<StoredSizes> stored(std::uint32_t number);

private:
    TraceFleet() = default;
    Result<void> enrol(const std::string& directory, std::uint32_t replicas);
    Result<void> add_record(const std::string& start);

    system::SystemClock clock_;
    SeededRandom random_{11};
    std::unique_ptr<Post> office_;
    std::vector<std::unique_ptr<Post>> posts_;
    std::vector<std::uint32_t> open_;  // the last used one last
    RecordId record_;
    SpaceId space_;
};

}  // namespace cotmoc::bench
