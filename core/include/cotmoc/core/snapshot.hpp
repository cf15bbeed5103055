// A space as a stream of blocks (semantics S20): what a store holds of it at op level, so that another store
// can begin with it instead of with every change set. Format: docs/spec/snapshot.md. Blocks are bounded, so
// the memory needed does not grow with the space. One thread, that of the store.
#pragma once

#include <cotmoc/core/store.hpp>

namespace cotmoc::core {

class CoveredSets;
struct SnapshotRecord;

/// What a reader accepts at most of one block, in octets.
inline constexpr std::size_t snapshot_block_max = 16 * 1024 * 1024;
/// A writer closes a block of records when it has so many, or so many octets of rows.
inline constexpr std::size_t snapshot_block_records = 8192;
inline constexpr std::size_t snapshot_block_octets = 2 * 1024 * 1024;

/// Stretches of a block that are each alike in themselves and unlike the next one: a compressor does well to
/// begin anew there. They say nothing to a reader.
struct SnapshotParts {
    std::vector<std::size_t> ends;   // offsets in the block, rising
    std::vector<std::string> names;  // one for each, for measuring; several may have one name
};
using SnapshotSink = std::function<Result<void>(BytesView block, const SnapshotParts& parts)>;

/// What a snapshot covers. Two of one space and one frontier have equal contents but may order records
/// otherwise.
struct SnapshotContents {
    std::vector<FeedState> feeds;  // by device: the frontier
    std::uint64_t records = 0;     // deleted and joined ones too
    std::uint64_t void_ops = 0;
    Hash256 digest;  // S18
    friend bool operator==(const SnapshotContents& a, const SnapshotContents& b) {
        const auto same = [](const FeedState& x, const FeedState& y) {
            return x.device == y.device && x.seq == y.seq && x.hash == y.hash;
        };
        return a.records == b.records && a.void_ops == b.void_ops && a.digest == b.digest &&
               std::equal(a.feeds.begin(), a.feeds.end(), b.feeds.begin(), b.feeds.end(), same);
    }
};

class StoreSnapshots {
public:
    explicit StoreSnapshots(Store& store) : impl_(*store.impl_) {}

    /// Gives the blocks of a space to `sink`, the same ones each time while nothing is written. Precondition:
    /// nothing is pending in the space.
    Result<SnapshotContents> write(const SpaceId& space, const SnapshotSink& sink);

    /// Takes the blocks of a snapshot, in order. All stands in one transaction of the caller's: after an
    /// error it has to be rolled back. bad_encoding for anything but what write() gives, limit_exceeded.
    class Installation {
    public:
        Result<void> take(BytesView block);
        /// What is held now. bad_encoding if something is missing. The change sets that the snapshot covers
        /// are known by hash only.
        Result<SnapshotContents> finish();

    private:
        friend class StoreSnapshots;
        Installation(StoreImpl& impl, const SpaceId& space);
        Result<void> take_feeds(BytesView body);
        Result<void> take_hashes(BytesView body);
        Result<void> take_stamps(BytesView body);
        Result<void> take_records(BytesView body);
        Result<void> take_void_ops(BytesView body);
        Result<std::int64_t> install(const SnapshotRecord& record);  // the row
        Result<void> finish_feed(const Hash256& hash);
        bool covers(const Dot& dot) const;

        StoreImpl& impl_;
        SpaceId id_;
        std::uint8_t last_block_ = 0;
        std::shared_ptr<CoveredSets> sets_;
        struct Open {
            DeviceIndex device{};
            std::uint64_t seq = 0;
            std::uint64_t trust_position = 0;
            std::vector<std::uint64_t> seen;
        };
        std::vector<Open> feeds_;
        std::size_t feed_ = 0;    // whose hashes come
        std::uint64_t next_ = 1;  // the seq of the next one
        SnapshotContents contents_;
        Hlc newest_;
    };
    /// Inside write(). Precondition: nothing is held of the space, nor pending in it.
    Installation install(const SpaceId& space) { return {impl_, space}; }

    // Change sets whose hashes are held and whose octets are not.
    /// How many of the space.
    Result<std::uint64_t> without_octets(const SpaceId& space);
    /// The seq of the feed's first one; 0: there is none.
    Result<std::uint64_t> first_without_octets(const SpaceId& space, DeviceIndex device);
    /// Inside write(): drops the octets of the feed's change sets up to `seq`; how many of them there were.
    Result<std::uint64_t> drop_octets(const SpaceId& space, DeviceIndex device, std::uint64_t seq);
    /// Inside write(): the octets of a change set, which fit its hash; it takes the last position.
    Result<bool> put_octets(const SpaceId& space, DeviceIndex device, std::uint64_t seq, BytesView bytes);

private:
    StoreImpl& impl_;
};

}  // namespace cotmoc::core
