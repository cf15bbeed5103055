// The spaces a replica has met: digest sums, feeds, and where the journal of the own feed stands. Kept in
// memory and written through; load() after a rollback makes memory follow the database again.
#pragma once

#include "store/statements.hpp"

#include <cotmoc/core/store.hpp>

namespace cotmoc::core {

struct SpaceEntry {
    std::int64_t number = 0;
    SpaceId id;
    std::string name;
    Hash256 digest;
    bool digest_changed = false;
    Hlc stamp;                     // the clock when the digest was last written
    std::vector<FeedState> feeds;  // sorted by device

    // The journal: ops are made with seq `open_seq` at `next_index`; `gathered` estimates their size in
    // octets.
    std::uint64_t open_seq = 1;
    std::uint32_t next_index = 0;
    std::size_t gathered = 0;
    // Where the journal stood when it was read from the database.
    std::uint64_t loaded_seq = 1;
    std::uint32_t loaded_index = 0;

    const FeedState* feed(DeviceIndex device) const;
    /// By device index: what a change set made now has seen.
    std::vector<std::uint64_t> seen() const;
};

class SpaceTable {
public:
    SpaceTable(Database& database, Statements& statements) : database_(database), statements_(statements) {}

    Result<void> load(std::optional<DeviceIndex> self);
    SpaceEntry* find(const SpaceId& id);
    SpaceEntry* find(std::int64_t number);
    /// Inside a transaction if the space is new.
    Result<SpaceEntry*> get(const SpaceId& id);
    Result<void> rename(const SpaceId& id, std::string_view name);
    Result<void> set_feed(SpaceEntry& space, const FeedState& feed, std::span<const std::uint64_t> seen,
                          std::uint64_t trust_position);
    /// What the author of a change set had seen.
    Result<void> set_seen(const SpaceEntry& space, DeviceIndex author, std::uint64_t seq,
                          std::span<const std::uint64_t> seen);
    Result<std::optional<std::vector<std::uint64_t>>> seen_by(const SpaceEntry& space, DeviceIndex author,
                                                              std::uint64_t seq);
    /// Writes the digests that changed, and the clock beside them, so that an ordinary transaction changes
    /// one page for both. At the end of a transaction; false if no digest changed and so no clock was
    /// written.
    Result<bool> flush(Hlc clock);
    /// The latest clock that flush() wrote.
    Hlc newest_stamp() const;
    std::vector<std::unique_ptr<SpaceEntry>>& all() { return spaces_; }

private:
    Result<void> load_feeds(SpaceEntry& space);
    Result<void> load_journal(SpaceEntry& space, std::optional<DeviceIndex> self);
    Database& database_;
    Statements& statements_;
    std::vector<std::unique_ptr<SpaceEntry>> spaces_;
};

Bytes encode_seen(std::span<const std::uint64_t> seen);
Result<std::vector<std::uint64_t>> decode_seen(BytesView bytes);

}  // namespace cotmoc::core
