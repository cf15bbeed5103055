// The sealed chunks of attachments that a device or a hub holds, in a database of their own: a chunk is
// durable before it is marked as held, and what has come of the next one survives a stop of the process.
// Nothing here can open a chunk; what is put in was checked by the caller. One thread at a time.
#pragma once

#include <cotmoc/core/attachment.hpp>
#include <cotmoc/core/database.hpp>
#include <cotmoc/crypto/attachment.hpp>

#include <functional>

namespace cotmoc::sync {

/// Which chunks are held. On the wire and on disk: bit n % 8 of octet n / 8, unused bits zero.
class ChunkSet {
public:
    ChunkSet() = default;
    explicit ChunkSet(std::size_t size) : size_(size), bits_((size + 7) / 8) {}
    /// Nothing if the length does not fit or an unused bit is set.
    static std::optional<ChunkSet> from(BytesView bits, std::size_t size);
    static ChunkSet all_of(std::size_t size);

    std::size_t size() const { return size_; }
    /// False beyond the last.
    bool has(std::size_t chunk) const { return chunk < size_ && (bits_[chunk / 8] >> (chunk % 8) & 1) != 0; }
    /// Precondition: chunk < size().
    void add(std::size_t chunk);
    /// Precondition: chunk < size().
    void remove(std::size_t chunk);
    std::size_t count() const;
    bool whole() const { return count() == size_; }
    const Bytes& bits() const { return bits_; }
    friend bool operator==(const ChunkSet&, const ChunkSet&) = default;

private:
    std::size_t size_ = 0;
    Bytes bits_;
};

/// How much of the disk each device, and all together, may have. A device's share is counted by what its
/// manifests announce, before anything is kept; that of all by what is held, so that nobody can take room
/// from others by announcing. A file counts as 4 KiB at least, and its manifest with it.
struct AttachmentLimits {
    static constexpr std::uint64_t no_total = 1ULL << 62;
    std::uint64_t bytes = 16ULL << 30;  // of each device's files, octets
    std::uint64_t count = 100'000;      // of each device
    std::uint64_t total_bytes = no_total;
    std::uint64_t free_bytes = 0;  // octets of the disk that stay free
    /// Octets that are free on the disk, if that is known; null: not asked.
    std::function<std::optional<std::uint64_t>()> disk_free = nullptr;
};

struct HeldAttachment {
    SpaceId space;
    DeviceId author;
    std::uint64_t size = 0;  // of the file, in octets
    ChunkSet chunks;
    std::size_t part_chunk = 0;   // of which a beginning is held
    std::size_t part_octets = 0;  // so many; 0: of none
};

class AttachmentStore {
public:
    /// Made if it is not there. Files whose sealing was interrupted are forgotten. newer_database, and the
    /// errors of core::Database::open.
    static Result<std::unique_ptr<AttachmentStore>> open(const core::Database::Options& options,
                                                         const AttachmentLimits& limits = {});

    // Held attachments.
    Result<std::optional<HeldAttachment>> find(const Hash256& id);
    /// unknown_attachment; also for one that the disk has changed, which is forgotten with its chunks.
    Result<crypto::AttachmentManifest> manifest(const Hash256& id);
    /// The sealed octets; attachment_not_here if that chunk is not held.
    Result<Bytes> chunk(const Hash256& id, std::size_t number);
    /// What is held of a chunk that is not whole yet.
    Result<Bytes> part(const Hash256& id, std::size_t number);
    Result<void> forget(const Hash256& id);
    /// All of the space but what `author` made and none of the keepers is known to hold.
    Result<void> forget_space(const SpaceId& space, const DeviceId& author,
                              const std::vector<DeviceId>& keepers);
    Result<std::vector<SpaceId>> spaces();

    // Receiving. Precondition: the manifest's signature and the author's right were checked.
    /// Does nothing if it is known and there is room for what is lacking. quota_exceeded before anything is
    /// kept. The share that it counts in is that of `payer`: who brought it.
    Result<void> add(const crypto::AttachmentManifest& manifest, const DeviceId& payer);
    /// Whether what is lacking of it would fit now: quota_exceeded.
    Result<void> check_rest(const Hash256& id);
    /// `octets` are the chunk from its beginning, of which the first `kept` were given before. Survives a
    /// stop of the process, but perhaps not a power cut. disk_full where the limits of all are reached.
    Result<void> keep_part(const Hash256& id, std::size_t number, BytesView octets, std::size_t kept);
    /// A whole chunk that fits its hash, in the place of whatever stood there: durable and marked when it
    /// returns. disk_full likewise.
    Result<void> keep_chunk(const Hash256& id, std::size_t number, BytesView octets);
    /// The beginning of a chunk turned out to be wrong.
    Result<void> drop_part(const Hash256& id, std::size_t number);
    /// A held chunk turned out to be damaged: it is fetched again.
    Result<void> drop_chunk(const Hash256& id, std::size_t number);

    // Sealing a file of this device. The id is known at the end only.
    Result<std::int64_t> begin_sealing(const SpaceId& space, const DeviceId& author, std::uint64_t size);
    Result<void> add_sealed(std::int64_t draft, std::size_t number, BytesView sealed);
    /// Durable when it returns.
    Result<void> finish_sealing(std::int64_t draft, const crypto::AttachmentManifest& manifest);
    Result<void> drop_sealing(std::int64_t draft);

    // Who holds what whole, as far as it told (attachment_delivery.cpp).
    Result<void> note_delivered(const Hash256& id, const DeviceId& peer);
    Result<bool> delivered(const Hash256& id, const DeviceId& peer);
    /// The peer said that it does not hold it.
    Result<void> note_lost(const Hash256& id, const DeviceId& peer);
    /// The peer went back, as of this time of its notice: whatever was said to be there is asked for again.
    /// Does nothing for a time that it was told last.
    Result<void> note_went_back(std::int64_t at_ms);
    /// What records name, is held whole, and the peer has not confirmed: thumbnails first, then in the order
    /// of making.
    Result<std::vector<Hash256>> undelivered(const DeviceId& peer);
    /// So many of those that it confirmed the longest ago: it may have lost them since.
    Result<std::vector<Hash256>> longest_delivered(const DeviceId& peer, std::size_t count);
    /// How many files this author made that none of these devices is known to hold: those of
    /// keepers_of().
    Result<std::uint64_t> unsent(const DeviceId& author, const std::vector<DeviceId>& keepers);

    // What records name (attachment_references.cpp).
    struct Reference {
        core::AttachedFile file;
        bool thumbnail = false;
        std::string text;  // core::attachment_text()
        Hash256 content;   // of a whole file
    };
    /// What the records of a space name now takes the place of what they named. `digest` is the space's.
    Result<void> set_references(const SpaceId& space, const Hash256& digest,
                                const std::vector<Reference>& references);
    /// Of which set_references() was told last; nothing if never.
    Result<std::optional<Hash256>> followed(const SpaceId& space);
    /// References of the space that claim to be this file, and are held whole; a few at most. Whoever wrote
    /// them may have been wrong.
    Result<std::vector<core::Attachment>> same_file(const SpaceId& space, const Hash256& content,
                                                    std::uint64_t size);
    /// The name under which a record names the file; empty if none does.
    Result<std::string> name_of(const Hash256& id);
    struct Missing {
        Hash256 id;
        SpaceId space;
        std::uint64_t size = 0;
        bool thumbnail = false;
    };
    /// What records name and is not held whole: thumbnails first, then the smallest, then by id. Once for
    /// each space and size that records claim of an id; those that its manifest contradicts are left out.
    Result<std::vector<Missing>> missing();

private:
    struct Row {
        std::int64_t number = 0;
        HeldAttachment held;
    };
    AttachmentStore(core::Database database, const AttachmentLimits& limits)
        : database_(std::move(database)), limits_(limits) {}
    Result<void> prepare();
    /// Of a file that is not there yet, or no more: no id that a hash could be.
    static Hash256 draft_name(std::int64_t number);
    /// Runs `work` in a transaction; durable against a power cut only if asked for.
    Result<void> write(bool durable, const std::function<Result<void>()>& work);
    Result<std::optional<Row>> row(const Hash256& id);
    Result<Row> known_row(const Hash256& id);
    Result<void> insert(const Hash256& id, const crypto::AttachmentManifest& manifest, const DeviceId& payer,
                        bool draft);
    Result<void> check_quota(const crypto::AttachmentManifest& manifest, const DeviceId& payer);
    /// Whether so many octets more fit into the limits of all; quota_exceeded.
    Result<void> check_room(std::uint64_t octets);
    /// For octets that come now: takes their room.
    Result<void> take_room(std::uint64_t octets);
    Result<std::uint64_t> held_octets();
    Result<Bytes> pieces(std::int64_t attachment, std::size_t number);
    Result<void> add_piece(std::int64_t attachment, std::size_t number, std::size_t start, BytesView octets);
    Result<void> set_chunks(std::int64_t attachment, const ChunkSet& chunks);
    Result<void> set_part(std::int64_t attachment, std::size_t number, std::size_t octets);
    Result<void> drop_pieces(std::int64_t attachment, std::size_t number);
    Result<void> run(std::string_view sql, std::int64_t first);
    /// First it is held no more, then its octets go, some at a time.
    Result<void> remove(std::int64_t attachment);
    Result<std::vector<std::int64_t>> numbers(core::Statement& read);
    Result<std::vector<Hash256>> ids(core::Statement& read);

    core::Database database_;
    AttachmentLimits limits_;
    bool durable_ = true;  // as the database is set
    /// At least so much may still be held of all; counted anew when it is used up and something was dropped.
    std::uint64_t room_left_ = 0;
    bool room_is_counted_ = false;
};

}  // namespace cotmoc::sync
