// One installed replica: its store, its device's keys and what the trust feed says. The class that apps use.
// One thread at a time. It is a FeedStore, so a Session can synchronise it.
#pragma once

#include <cotmoc/core/history.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/high_water_mark.hpp>
#include <cotmoc/crypto/key_file.hpp>
#include <cotmoc/crypto/key_ring.hpp>
#include <cotmoc/crypto/key_store.hpp>
#include <cotmoc/sync/audit.hpp>
#include <cotmoc/sync/feed_store.hpp>
#include <cotmoc/sync/hub_notice.hpp>
#include <cotmoc/sync/note.hpp>
#include <cotmoc/sync/replica_info.hpp>

#include <set>

namespace cotmoc::sync {

/// What a replica stands on. All of it outlives the replica.
struct ReplicaEnvironment {
    std::string database_path;  // UTF-8
    crypto::KeyStore& key_store;
    Clock& clock;
    Random& random;
    /// How this program reads catalogues; tests put an older program's way here.
    std::function<Result<core::Catalogue>(std::string_view)> read_catalogue = core::Catalogue::parse;
    /// Envelopes of one feed that are kept though they may not be applied; more are refused.
    std::uint64_t quarantine_max = 50'000;
    /// How far the own feeds have gone, kept outside the database. Null: a restored database is noticed at
    /// its first contact only.
    crypto::HighWaterMark* high_water_mark = nullptr;
};

struct PendingNote;

/// Level 3 is within 1 % of level 9 on columns, at a third of the time (docs/performance.md).
inline constexpr int default_compression_level = 3;

struct ForkLimits;
struct SpaceRights;
struct HubSession;

class Replica final : public FeedStore {
public:
    /// Makes keys and an empty encrypted store. already_exists if the key store holds something. `extra`
    /// seeds go into the key file too (an authority's); `fill` may write the first content. The key file is
    /// saved last: before that, nothing counts as made.
    static Result<void> create(const ReplicaEnvironment& environment, std::string_view name,
                               const crypto::Secret& passphrase, crypto::KdfPreset preset,
                               std::vector<crypto::KeyFileContents::Extra> extra = {},
                               const std::function<Result<void>(Replica&)>& fill = nullptr);
    static Result<std::unique_ptr<Replica>> open(const ReplicaEnvironment& environment,
                                                 const crypto::Secret& passphrase);
    /// The same with keys that are unlocked already, by the platform's key store say: no key file is read or
    /// made.
    /// What stands at the database's path is replaced.
    static Result<void> create_unlocked(const ReplicaEnvironment& environment, std::string_view name,
                                        const crypto::KeyFileContents& keys);
    static Result<std::unique_ptr<Replica>> open_unlocked(const ReplicaEnvironment& environment,
                                                          crypto::KeyFileContents keys);
    ~Replica() override;

    // Who this is.
    const std::string& name() const { return name_; }
    DeviceId id() const { return keys_.device.public_keys().id(); }
    const crypto::KeyFileContents& keys() const { return keys_; }
    bool joined() const { return self_ != nullptr; }
    std::string request();
    /// Takes the trust feed of a grant whose root the user confirmed; one that has joined takes what is newer
    /// of the same root (a renewal). wrong_grant, wrong_root; already_joined if nothing is newer.
    Result<void> join(const crypto::Grant& grant, const Hash256& confirmed_root);
    /// The static key of the newest hub in the trust feed.
    std::optional<crypto::AgreementPublicKey> hub_key() const;

    // What it knows.
    const std::vector<SpaceInfo>& spaces() const { return spaces_; }  // readable ones, by name
    Result<SpaceInfo> find_space(std::string_view name) const;        // unknown_space
    /// The one named space it may write; space_needed if there are several, not_allowed if none. The
    /// province-wide space counts only if there is no other.
    Result<SpaceInfo> default_space() const;
    const core::Catalogue* catalogue() const { return store_->catalogue(); }
    std::vector<DeviceInfo> devices() const;
    /// The stamp of the newest change set held from a device, void or not, in milliseconds since 1970 by the
    /// device's clock. Nothing if none is held that can be read here.
    Result<std::optional<std::uint64_t>> last_seen(DeviceIndex device);
    std::string device_name(DeviceIndex index) const;
    const DeviceId& device_id(DeviceIndex index) const;
    const crypto::KeyRing& key_ring() const { return ring_; }
    // Restored and copied replicas (docs/restored-backups.md).
    /// The own feed has gone on elsewhere, or the signing key is lost: read-only until a new identity has
    /// joined and has taken over what was not sent.
    bool restored() const { return restored_; }
    /// A hub has given back all it holds of the former own feed since.
    Result<bool> own_past_is_back();
    /// Makes the keys of a new identity and saves them in the key file, beside those in use, which stay until
    /// the new ones have joined. The request for the authority, for the same keys until then. `name` is that
    /// of the new identity; if empty, the old one with a number. not_restored, wrong_usage.
    Result<std::string> rejoin(const crypto::Secret& passphrase, crypto::KdfPreset preset,
                               std::string_view name = {});
    /// A new identity for a database whose signing key is lost (office recovery): saves a new key file. The
    /// replica is to be opened, its request enrolled and joined; then its unsent work is signed anew.
    static Result<void> begin_new_identity(const ReplicaEnvironment& environment,
                                           const crypto::Secret& database_key, std::string_view cipher,
                                           const crypto::Secret& passphrase, crypto::KdfPreset preset);
    /// For queries, status, settings. Do not write through it.
    core::Store& store() { return *store_; }

    // Records. Each call is one durable transaction; batch() makes many calls one.
    Result<void> batch(const std::function<Result<void>()>& work);
    Result<RecordId> add(const SpaceInfo& space, std::string_view kind,
                         std::span<const core::FieldValue> fields,
                         const std::optional<RecordId>& id = std::nullopt);
    Result<void> edit(const RecordId& id, std::span<const core::FieldEdit> edits);
    Result<void> remove(const RecordId& id);
    Result<void> restore(const RecordId& id);
    Result<void> resolve(const RecordId& id, std::string_view field,
                         const core::Store::Resolution& resolution);
    /// Joins `other` into `keep` for everybody, and undoes such a join (Store::join, Store::separate).
    Result<core::JoinOutcome> merge(const RecordId& keep, const RecordId& other);
    Result<core::SeparateOutcome> separate(const RecordId& id);
    enum class Imported : std::uint8_t { added, changed, unchanged };
    /// An unknown id adds a record; a known one with other content becomes edits of the fields given.
    Result<Imported> import(const core::ImportLine& line);
    /// Every change of a record in causal order, told alike on every replica (core/history.hpp).
    Result<std::vector<HistoryEntry>> history(const RecordId& id);
    /// Makes a record look as it did to the author of a change right after it, by an ordinary edit of what
    /// differs. `change` is HistoryEntry::change or its first digits, six or more (the change set's last op
    /// on the record counts then), or a dot as DEVICE:SEQ:INDEX. False if the record looks so already.
    /// unknown_change, ambiguous_change, void_change.
    Result<bool> revert(const RecordId& id, std::string_view change);
    /// Edits of different fields of the record that were made without knowing of each other and merged, while
    /// nobody has changed the record since with all of them in sight. Empty if there are none.
    Result<std::vector<HistoryEntry>> soft_conflicts(const RecordId& id);

    /// Calls `callback` after each commit that changed the result of the query, once a commit: local edits,
    /// batches, and what a session received alike. Never inside a transaction, so it may use this replica in
    /// any way, subscriptions too; what it commits itself is told after it has returned. The errors of
    /// Store::list. docs/live-queries.md.
    Result<core::Subscription> observe(const core::ListQuery& query, core::QueryCallback callback);
    /// The same for one record, which need not exist yet.
    Result<core::Subscription> observe(const RecordId& id, core::RecordCallback callback);

    /// Seals all pending change sets (S3). `compression_level` as in crypto::SealOptions.
    Result<void> seal(int compression_level = default_compression_level);
    const SessionNotes& notes() const { return notes_; }

    // Notes (note.hpp): journalled at once, in the open transaction if there is one, and signed with the next
    // change set of a space that this device may write; the one named if it may. A device that may write
    // nowhere keeps them to itself.
    Result<void> note_exported(std::span<const ExportedNote> notes);
    Result<void> note_purged(const SpaceInfo& in, const SpaceId& purged, std::uint64_t trust_position);
    /// Those that no change set has signed yet.
    Result<std::vector<Note>> unsigned_notes();
    /// Tells who did what and when, from all signed history that can be read here: trust entries by position
    /// and change sets by (stamp, device, seq), merged by time; notes that are not signed yet last.
    Result<void> audit(const AuditCallback& each);

    /// How far this device's clock is from what others can vouch for: the hub at the last session, the
    /// authority by the date of its newest entry. A local note (S19); nothing is decided by it.
    Result<ClockCheck> check_clock();
    /// Re-checks everything from the first octet: the database's pages, the trust feed from position 1, each
    /// envelope, and by making the records anew from them (in a transaction that is rolled back) every
    /// verdict, record and digest. docs/audit.md.
    Result<Verification> check_everything();
    /// Whether the hub went back, keeps back what signed frontiers name, or has long brought nothing new.
    Result<HubNotice> hub_notice();
    /// How many change sets are known by hash only, after a snapshot or pruned (docs/snapshots.md).
    Result<std::uint64_t> without_octets(const SpaceId& space);
    /// Has sessions bring their octets back; when none is missing, all is applied again from the beginning.
    Result<void> want_history(const SpaceId& space);
    Result<bool> history_wanted(const SpaceId& space);
    /// Applies all change sets of a space again: what is in quarantine may be good by now.
    Result<void> judge_again(const SpaceId& space);
    /// How much may stand beside a forked feed; tests lower it.
    void set_fork_limits(const ForkLimits& limits);
    /// Only what is wrong of check_everything().
    Result<std::vector<Error>> verify();
    /// The authority's: signs nothing itself, takes an entry that was just signed.
    Result<void> take_trust(std::span<const Bytes> entries);
    /// Drops what this device has signed into the trust feed after a position and nobody has taken: another
    /// issuer came first. Precondition: nothing was sealed since.
    Result<void> take_back_trust(std::uint64_t position);
    void add_epoch_key(crypto::EpochKey key) { ring_.add(std::move(key)); }

    // FeedStore.
    const crypto::TrustState& trust() const override { return trust_; }
    Result<Bytes> trust_entry(std::uint64_t position) override;
    Result<void> add_trust_entry(BytesView entry) override;
    Frontier frontier(const SpaceId& space) override;
    Result<std::optional<StoredEnvelope>> next_envelope(const SpaceId& space, std::int64_t position) override;
    Result<std::optional<Hash256>> hash_at(const SpaceId& space, DeviceIndex device,
                                           std::uint64_t seq) override;
    Result<std::vector<ForkBranch>> branches(const SpaceId& space) override;
    /// Up to where a feed counts as forks were judged; the highest number if nothing is void. Nobody commits
    /// to what lies beyond.
    std::uint64_t counts_through(const SpaceId& space, DeviceIndex device);
    Result<std::optional<StoredEnvelope>> branch_envelope(const SpaceId& space,
                                                          const FeedPosition& place) override;
    Result<std::int64_t> position_before(const SpaceId& space, DeviceIndex author,
                                         std::uint64_t seq) override {
        return store_->position_before(space, author, seq);
    }
    Result<AcceptResult> accept(BytesView envelope) override;
    Result<void> commit() override;
    Result<void> begin_session() override;
    Result<void> received_all() override;
    Result<std::vector<HandOver>> hand_over(const crypto::TrustState::Device& peer) override;
    Result<void> peer_clock(const crypto::TrustState::Device& peer, std::int64_t wall_ms) override;
    Result<void> peer_trust(const crypto::TrustState::Device& peer, std::uint64_t position,
                            const Hash256* head) override;
    Result<void> peer_lists(const crypto::TrustState::Device& peer, const SpaceId& space,
                            const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) override;
    Result<void> peer_holds(const crypto::TrustState::Device& peer, const SpaceId& space,
                            const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) override;

private:
    struct Arriving;
    class Auditor;
    Replica(const ReplicaEnvironment& environment, crypto::KeyFileContents keys,
            std::unique_ptr<core::Store> store);

    static Result<std::unique_ptr<core::Store>> open_store(const ReplicaEnvironment& environment,
                                                           const crypto::KeyFileContents& keys);
    Result<void> load_trust();
    Result<void> store_trust(std::span<const Bytes> entries);
    Result<void> apply_trust(BytesView entry);
    Result<void> follow_trust();
    Result<void> follow_catalogues();
    Result<void> follow_spaces();
    /// Keeps the office's way to the data key as the newest root wants it (crypto/recovery.hpp).
    Result<void> follow_recovery();
    Result<void> replay_if_more_is_readable();
    /// Applies all change sets of a space again, under the rules and catalogues that can be read now.
    /// Precondition: nothing waits to be sealed.
    /// `first` is done before, in the same transaction.
    Result<void> replay(const SpaceId& space, const std::function<Result<void>()>& first = nullptr);
    /// Deletes what is held of withdrawn spaces once a hub holds all that was made here in them (S14).
    Result<void> purge_withdrawn();
    /// A space that was given back: the own feed has to come back before it goes on, or it would fork.
    Result<void> check_not_purged(const SpaceId& space);
    /// How far the own feed had come when its space was deleted here; 0: it never was.
    Result<std::uint64_t> purged_through(const SpaceId& space) const;
    /// Replays the spaces in which the trust feed's last word changes what some change set counts for.
    Result<void> follow_rights();
    Result<bool> judges_otherwise(const SpaceId& space, const SpaceRights& before, const SpaceRights& now);
    ErrorCode why_no_right(const crypto::TrustState::Device& author, const SpaceId& space) const;
    Result<void> replay_held(const SpaceId& space);  // in an open transaction
    Result<void> finish_history();
    Result<void> check_history(const SpaceId& space);
    Result<bool> replay_round(const SpaceId& space, std::set<std::int64_t>& left, bool give_up);

    Result<void> write(const std::function<Result<void>()>& work);
    /// Ends what is being received and follows the trust feed, so that what is looked up next stays valid.
    Result<void> prepare();
    Result<void> check_writable(const RecordId& id);
    Result<void> seal_one(const SpaceId& space, const core::PendingChangeSet& pending, int compression_level);
    Result<void> seal_closed();
    /// The key that a change set made now is sealed under; nothing if this device lacks it.
    const crypto::EpochKey* sealing_key(const SpaceId& space) const;
    /// A change set without ops at the end of the own feed.
    Result<core::PendingChangeSet> empty_change_set(const SpaceId& space);

    Result<void> note(const SpaceId& in, NoteType type, Bytes body);
    Result<std::vector<PendingNote>> load_pending_notes();
    Result<void> store_pending_notes(const std::vector<PendingNote>& notes);
    const SpaceInfo* space_for_note(const SpaceId& wanted) const;
    /// The notes that the next change set of the space takes along; `left` becomes the others.
    Result<std::vector<Note>> take_notes(const SpaceId& space, bool beside_ops,
                                         std::vector<PendingNote>& left);
    Result<void> seal_notes(int compression_level);

    // What is received stands in one open transaction until commit().
    Result<void> begin_receiving();
    Result<void> end_receiving();
    Result<AcceptResult> accept_now(BytesView envelope);
    /// Opens, checks and merges, or keeps in quarantine with the reason. The envelope's place is right.
    Result<AcceptResult> take_in(Arriving& arriving);
    Result<std::optional<AcceptResult>> check_place(Arriving& arriving);
    Result<void> open_content(Arriving& arriving);
    Result<void> check_epoch(const Arriving& arriving) const;
    Result<void> check_frontier(Arriving& arriving);
    Result<void> decode_ops(Arriving& arriving);
    Result<AcceptResult> keep_in_quarantine(const Arriving& arriving, const Error& reason);
    Result<bool> quarantine_is_full(const Arriving& arriving);

    // The hub's word against what it said before and what signed frontiers name (replica_hub.cpp).
    void note_named(const Arriving& arriving, DeviceIndex device, std::uint64_t seq);
    void note_named_trust(std::uint64_t position);
    void note_outcome(const Arriving& arriving, const AcceptResult& result);
    Result<void> end_hub_session();
    Result<void> store_hub_memory();
    Result<std::uint64_t> newest_stamp_of_grown();

    // A restored replica (replica_restored.cpp) and its new identity (replica_identity.cpp).
    Result<void> check_not_restored() const;
    Result<void> load_restored();
    Result<void> check_high_water();
    Result<void> raise_high_water();
    Result<void> mark_restored();
    Result<void> set_own_work_aside();
    Result<void> check_own_arrival(const Arriving& arriving);
    Result<void> set_own_aside(const SpaceId& space, DeviceIndex own);
    Result<void> replay_if_due();
    Result<void> note_own_lists(const crypto::TrustState::Device& peer, const SpaceId& space,
                                const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds);
    Result<void> note_own_past(const SpaceId& space, DeviceIndex device, std::uint64_t seq);
    Result<void> follow_own_past();
    std::optional<DeviceIndex> former_index() const;
    struct Carrying;
    Result<void> carry_over();
    Result<void> carry(Carrying& carrying, const core::Store::Unsent& unsent);
    Result<void> seal_carried(Carrying& carrying, const core::Store::Unsent& unsent, core::Hlc newest,
                              core::ChangeSet ops);
    std::optional<crypto::DeviceKeys> next_keys() const;
    Result<void> settle_identity();
    Result<std::string> next_name();
    Result<std::string> request_of_next(const crypto::DeviceKeys& next, std::string_view name);
    Result<void> switch_identity(const DeviceId& former, const DeviceId& next);
    Result<void> join_anew(const crypto::Grant& grant, crypto::DeviceKeys next);

    // Forks (S17).
    struct SpaceForks;
    struct Forks;
    struct Judged;
    SpaceForks& forks_of(const SpaceId& space);
    Result<void> verify_sides(const SpaceInfo& in, std::vector<Error>& wrong);
    Result<void> load_forks();
    Result<void> load_forks(const SpaceId& space);
    Result<AcceptResult> accept_beside(const Arriving& arriving);
    void note_side(const crypto::EnvelopeHeader& header, const Hash256& hash);
    Result<void> note_grown(const SpaceId& space);
    Result<void> forget_grown(const SpaceId& space);
    bool is_forked(const SpaceId& space, DeviceIndex device);
    bool has_branches(const SpaceId& space, DeviceIndex device);
    /// The highest seq of a feed that is held, on whichever branch.
    std::uint64_t held_through(const SpaceId& space, DeviceIndex device);
    bool is_void_by_fork(const Arriving& arriving);
    Result<std::vector<Hash256>> hashes_at(const SpaceId& space, DeviceIndex device, std::uint64_t seq);
    Result<void> check_past_is_applied(const Arriving& arriving);
    Result<Frontier> match_frontier(const crypto::EnvelopeHeader& header, DeviceIndex author,
                                    std::span<const std::uint64_t> claimed, std::uint64_t trust_position);
    Result<std::vector<std::uint64_t>> past_in_feeds(const SpaceId& space, DeviceIndex author,
                                                     const Frontier& frontier,
                                                     std::vector<std::uint64_t> claimed);
    Result<Frontier> sealing_frontier(const SpaceId& space);
    Result<std::optional<Bytes>> bytes_of(const SpaceId& space, DeviceIndex device, std::uint64_t seq,
                                          const Hash256& hash);
    Result<void> add_confirmed(const SpaceId& space, const crypto::TrustState::Device& officer,
                               std::map<DeviceIndex, std::set<Hash256>>& confirmed);
    Result<std::vector<Judged>> judge_forks(const SpaceId& space);
    Result<bool> stands_otherwise(const SpaceId& space, std::span<const Judged> all);
    Result<void> take_branches(const SpaceId& space, std::span<const Judged> all);
    Result<void> settle_forks(const SpaceId& space);
    Result<void> settle_forks();  // where something about them has changed; outside a transaction

    struct LoadedHistory;
    struct LoadedChange;
    Result<core::Store::Trail> trail(const RecordId& id);
    Result<LoadedHistory> load_history(const RecordId& id);
    Result<LoadedChange> load_change(const RecordId& id, const core::Store::Trail& trail,
                                     const core::Store::Trail::Touch& touch);
    HistoryEntry tell(const LoadedHistory& history, core::HistoryOp op) const;
    Result<std::vector<std::uint64_t>> seen_by(const SpaceId& space, DeviceIndex device, std::uint64_t seq);
    class Verifier;

    ReplicaEnvironment environment_;
    crypto::KeyFileContents keys_;
    std::string name_;
    std::unique_ptr<core::Store> store_;
    crypto::TrustState trust_;
    std::vector<Hash256> trust_hashes_;  // of each position
    std::vector<std::uint64_t> catalogue_positions_;
    std::vector<std::uint64_t> unreadable_catalogues_;  // their positions
    bool trust_followed_ = false;
    crypto::KeyRing ring_;
    const crypto::TrustState::Device* self_ = nullptr;  // into trust_; follow_trust() sets it
    std::vector<SpaceInfo> spaces_;
    SessionNotes notes_;
    std::unique_ptr<Forks> forks_;
    bool batching_ = false;
    std::optional<Error> batch_error_;  // the first of a call in the batch
    bool receiving_ = false;
    std::map<std::pair<SpaceId, DeviceIndex>, std::uint64_t> quarantine_counts_;  // of this session
    std::unique_ptr<HubSession> hub_session_;  // while one goes on, and until the next begins
    bool restored_ = false;
    bool key_lost_ = false;  // of the device that the database names
    DeviceId former_;  // whose feed the unsent work stood in, while a new identity takes over; else zero
    std::map<SpaceId, std::uint64_t> marked_;  // as the high-water mark says
    bool hub_lists_ = false;                   // in this session
    std::map<std::pair<SpaceId, DeviceIndex>, std::uint64_t> own_listed_;
};

}  // namespace cotmoc::sync
