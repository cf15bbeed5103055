// The records of one replica in encrypted SQLite: rows for people and SQL, merge state, the journal of what
// was not sealed yet, feeds of envelopes, the trust feed's entries. Knows no keys but the database's, and no
// network. One thread at a time. Everything that changes something stands inside write().
#pragma once

#include <cotmoc/base/hash.hpp>
#include <cotmoc/base/random.hpp>
#include <cotmoc/core/change_set.hpp>
#include <cotmoc/core/feed.hpp>
#include <cotmoc/core/observer.hpp>
#include <cotmoc/core/report.hpp>

#include <functional>
#include <map>
#include <memory>

namespace cotmoc::core {

struct StoreOptions {
    std::string path;  // UTF-8
    BytesView key;     // 32 octets; needed during open() only
    std::string cipher;
    Clock& clock;
    const Hasher& hasher;
};

/// A catalogue with the trust position from which on it is in force. Without one: it was signed, and this
/// program (older than it) or device cannot read it; ops made under it are merged by their shapes, unchecked.
struct CatalogueInForce {
    std::uint64_t position = 0;
    std::optional<Catalogue> catalogue;
};

struct FieldEdit {
    enum class Kind : std::uint8_t { set, add, insert, remove, splice } kind = Kind::set;
    std::string field;
    Value value;  // add: int64; insert, remove: the element as text; splice: the new text, "" for none
    /// From a file that may have been imported before: a counter whose base has this value already stays as
    /// it is.
    bool imported = false;
    /// Of splice, in Unicode code points of the text as the edits before it left it: `value` takes the place
    /// of `delete_count` of them from `position` on. Many splices in one call cost one load and one save of
    /// the record, so an editor hands over what was typed in bundles.
    std::uint64_t position = 0;
    std::uint64_t delete_count = 0;
    /// The version that the app showed (Store::versions): if the field has changed since, the edit is stale.
    std::optional<std::string> shown = std::nullopt;
};

/// What a field's content is now, as a short text without a meaning of its own: equal on all replicas that
/// hold the same history of the field, another one after every change that it would be a pity to overwrite
/// unseen.
struct FieldVersion {
    std::string field;
    std::string version;
};

struct LiveValue {
    Value value;
    Dot dot;
    Hlc at;
    bool shown = false;
    bool resolving = false;  // chosen by somebody who resolved a conflict
};

struct FieldConflict {
    std::string field;  // its current name
    Policy policy{};
    std::vector<LiveValue> values;  // the displayed one first, then the listed ones in dot order
};

/// How far the newest op of a record has come (S21).
enum class Progress : std::uint8_t { local, sealed, hub, province };

/// A record that was joined into another one, and what it says otherwise: an edit that came late, by somebody
/// who did not know of the join, stays in sight.
struct MergedRecord {
    RecordId id;
    std::string fields;  // a JSON object of its values that the other one does not have, by current names
};

/// What a person should look at, though nothing is wrong with the merge.
struct RecordMark {
    enum class Kind : std::uint8_t {
        not_unique,  // a `unique` field has the same value in the records `with`, of this kind and space
        missing_reference  // a reference names the records `with`: unknown here, deleted or of another kind
    };
    std::string field;  // its current name
    Kind kind{};
    std::vector<RecordId> with;
};

struct RecordView {
    RecordId id;
    std::string kind;
    SpaceId space;
    std::string body;     // a JSON object of the visible values, by current names, without retired fields
    std::string retired;  // such an object of the values of retired fields; empty if there are none
    bool deleted = false;
    bool edited_while_deleted = false;
    std::vector<FieldConflict> conflicts;
    Progress progress{};
    std::vector<MergedRecord> merged;  // joined into this one, directly or not, by id
    std::vector<RecordMark> marks;     // by field
};

struct ListQuery {
    std::string kind;  // empty: all
    std::optional<SpaceId> space;
    std::vector<FieldValue> where;  // equal values; needs a kind
    std::optional<std::uint64_t> limit;
    bool deleted = false;            // with the deleted ones too
    bool joined = false;             // with those that were joined into another one too
    bool conflicts_only = false;     // joined ones too: what is disputed may be the join itself
    std::vector<std::string> words;  // search words: all must occur in the searchable fields
};

/// What a join did (Store::join).
struct JoinOutcome {
    RecordId kept;
    RecordId joined;
    std::vector<std::string> filled;  // fields that the kept record took over
    struct Difference {
        std::string field;
        Value kept;
        Value other;
    };
    std::vector<Difference> differs;  // fields in which the kept record goes on to show its own value
    bool changed = false;             // false: they were joined already
};

struct SeparateOutcome {
    RecordId record;
    RecordId from;                        // the record that it was joined into
    std::vector<std::string> taken_back;  // fields that the join had filled there
};

/// Two records that may have been made of one thing.
struct Duplicate {
    enum class Reason : std::uint8_t { same_number, same_date, same_name };
    struct Why {
        std::string field;  // its current name
        Reason reason{};
    };
    RecordId first;  // the smaller id
    RecordId second;
    SpaceId space;
    std::vector<Why> why;
};

struct SpaceStatus {
    std::uint64_t records = 0;  // not deleted, not joined into others
    Hash256 digest;
    std::uint64_t unsent_ops = 0;
    std::uint64_t at_hub = 0;       // own ops that a hub holds
    std::uint64_t at_province = 0;  // own ops that a province device's frontier covers
    std::uint64_t conflicts = 0;    // records with listed losers
    std::uint64_t quarantined = 0;  // envelopes and void ops
};

class StoreImpl;

class Store {
public:
    static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
    ~Store();

    /// Runs `work` in one transaction; commits durably if it succeeds, else nothing is changed. Not nested.
    Result<void> write(const std::function<Result<void>()>& work);
    /// The same in steps, for what is received bit by bit. An error inside needs rollback().
    Result<void> begin();
    Result<void> commit();
    void rollback();
    bool writing() const;
    /// Inside write(): the stamp of what is made in this transaction.
    Result<Hlc> stamp();

    // What the owner knows from the trust feed; call after open and whenever it changes (outside write()).
    void set_devices(std::vector<DeviceId> ids, std::optional<DeviceIndex> self,
                     std::vector<DeviceIndex> province_devices);
    /// The own role, as catalogues name it.
    void set_role(std::string_view role);
    /// By rising position. Views, indexes and search follow the newest one that can be read.
    Result<void> set_catalogues(std::vector<CatalogueInForce> catalogues);
    const Catalogue* catalogue() const;  // the newest that can be read; null before the first
    /// What was in force at a trust position; null before the first.
    const CatalogueInForce* catalogue_at(std::uint64_t trust_position) const;
    Result<void> set_space_name(const SpaceId& space, std::string_view name);

    // Records (inside write()). An id of a record that was joined into another one means the other one.
    Result<RecordId> add(const SpaceId& space, const Kind& kind, std::span<const FieldValue> fields,
                         const RecordId& id);
    /// False if everything was like that already. wrong_shape, wrong_type and the like if an edit does not
    /// fit its field; of splice also beyond_text, invalid_utf8, and value_too_long for the text as a whole.
    /// stale: `shown` of an edit is not the field's version now; the detail names the field and its value.
    Result<bool> edit(const RecordId& id, std::span<const FieldEdit> edits);
    Result<void> remove(const RecordId& id);
    Result<void> restore(const RecordId& id);
    /// `take` counts from 0 in FieldConflict::values.
    struct Resolution {
        std::optional<std::size_t> take;
        std::optional<Value> value;                       // neither: acknowledge
        std::optional<std::string> shown = std::nullopt;  // as in FieldEdit
    };
    /// Of a joined record its own conflict, if it has one on the field: the join itself may be disputed.
    Result<void> resolve(const RecordId& id, std::string_view field, const Resolution& resolution);
    /// What a record showed once.
    struct Appearance {
        std::vector<FieldValue> fields;  // by name; what is absent had no value
        bool deleted = false;
        /// Fields that had a value which no history keeps: their author set them again before sealing.
        std::vector<std::string> forgotten = {};
    };
    /// Makes the record look like that again by ordinary edits of what differs. Left as they are: forgotten
    /// fields, those that the catalogue does not know, and required ones that had no value then. False if it
    /// looks so already.
    Result<bool> revert(const RecordId& id, const Appearance& then);
    /// Joins `other` into `keep`: both ids mean `keep` then, which takes over the values that it lacks. Where
    /// both have one, that of `keep` stays. Left as they are: retired fields, and states of workflows that
    /// this device's role may not set. same_record, cannot_join (another kind or space), record_deleted.
    Result<JoinOutcome> join(const RecordId& keep, const RecordId& other);
    /// Undoes the join of this very record; what it had filled is taken back where nobody has changed it
    /// since. Of records that were joined into each other at once, all are separated. not_merged.
    Result<SeparateOutcome> separate(const RecordId& id);

    // Queries.
    /// Of a joined record: the one that it was joined into in the end.
    Result<std::optional<RecordView>> find(const RecordId& id);
    /// The record of this very id, though it may be joined into another one.
    Result<std::optional<RecordView>> find_itself(const RecordId& id);
    /// The record that this id means, the id itself if it was never joined. unknown_record.
    Result<RecordId> root_of(const RecordId& id);
    Result<std::optional<SpaceId>> space_of(const RecordId& id);
    /// Of every field of the record's kind, by name. unknown_record.
    Result<std::vector<FieldVersion>> versions(const RecordId& id);
    /// Calls `each` for every match in a fixed order until it returns false.
    Result<void> list(const ListQuery& query, const std::function<bool(const RecordView&)>& each);
    /// Rows of a read-only statement: column names first, then each row's values as JSON texts.
    Result<void> sql(std::string_view statement,
                     const std::function<bool(std::span<const std::string> names,
                                              std::span<const std::string> json)>& each);
    /// Pairs that may have been made of one thing at two places: the same number in a `unique` field, or the
    /// same date and alike names (docs/cli.md). The most reasons first, then by ids.
    Result<std::vector<Duplicate>> duplicates(const Kind& kind, const std::optional<SpaceId>& space);
    /// Adds the records of the spaces to a report; deleted and joined ones are left out.
    Result<void> report(std::span<const SpaceId> spaces, ReportBuilder& report);
    Result<std::vector<SpaceId>> spaces_with_records();

    // Live queries (docs/live-queries.md).
    /// From now on notify() tells `callback` of each commit that changed the result of the query; inside
    /// write(): from the end of that transaction on. The errors of list().
    Result<Subscription> observe(const ListQuery& query, QueryCallback callback);
    /// The same for one record, which need not exist yet.
    Result<Subscription> observe(const RecordId& id, RecordCallback callback);
    /// Calls the callbacks for what was committed since, commit after commit, until nothing is left. A
    /// callback may use the store in any way; what it commits is told by the same run. Inside a transaction
    /// or a callback it does nothing: what there is to tell waits.
    void notify();

    // Sealing (S3): ops that were made and not sealed yet.
    Result<bool> has_pending(const SpaceId& space);
    Result<std::vector<SpaceId>> spaces_with_pending();
    /// The oldest change set of the space; nothing if none is pending.
    Result<std::optional<PendingChangeSet>> next_pending(const SpaceId& space);
    /// The change set `seq` of the own feed while it is pending.
    Result<std::optional<PendingChangeSet>> pending(const SpaceId& space, std::uint64_t seq);
    /// A change set is closed and waits only for its seal (more was written since than fits one).
    bool has_closed(const SpaceId& space) const;
    /// Inside write(): the pending change set `seq` was sealed as this envelope.
    Result<void> store_sealed(const PendingChangeSet& pending, const EnvelopeRow& envelope,
                              std::vector<std::uint64_t> seen, std::uint64_t trust_position);

    // Feeds (changes inside write()).
    Result<std::vector<FeedState>> frontier(const SpaceId& space);
    struct AuthorView {
        std::vector<std::uint64_t> seen;  // by device index: what the author's last change set had seen
        std::uint64_t trust_position = 0;
    };
    Result<AuthorView> author_view(const SpaceId& space, DeviceIndex author);
    Result<std::optional<Hash256>> envelope_hash(const SpaceId& space, DeviceIndex author, std::uint64_t seq);
    Result<std::optional<EnvelopeRow>> next_envelope(const SpaceId& space, std::int64_t after);
    Result<std::optional<EnvelopeRow>> envelope(const SpaceId& space, DeviceIndex author, std::uint64_t seq);
    /// The position just before the first envelope of the feed from `seq` on; 0 if none is held.
    Result<std::int64_t> position_before(const SpaceId& space, DeviceIndex author, std::uint64_t seq);
    /// Applies a received change set and keeps its envelope, which is held already if it has a position.
    /// Precondition: it continues its feed, its past is held, and nothing is pending in the space.
    Result<ApplyOutcome> apply(const IncomingChangeSet& incoming, const EnvelopeRow& envelope);
    /// Keeps an envelope that may not be applied; it counts as held. Precondition as above.
    Result<void> quarantine(const EnvelopeRow& envelope, std::vector<std::uint64_t> seen,
                            std::uint64_t trust_position);
    /// Forgets what the change sets of a space made, but not their envelopes: the caller applies all of them
    /// again, by rising position. Precondition: nothing is pending in the space.
    Result<void> forget_records(const SpaceId& space);
    /// Whether records or envelopes of the space are here.
    Result<bool> holds_anything_of(const SpaceId& space);
    /// Inside write(): deletes all that is held of a space, its envelopes too. Precondition: nothing is
    /// pending in it. The database overwrites what is deleted (secure_delete).
    Result<void> purge(const SpaceId& space);
    /// What hubs durably hold of a feed; 0: nothing is known.
    Result<std::uint64_t> hub_holds(const SpaceId& space, DeviceIndex device);
    Result<void> note_hub_holds(const SpaceId& space, DeviceIndex device, std::uint64_t seq);
    /// What the hub durably holds as far as is known here, by device.
    using HubFeeds = std::vector<std::pair<DeviceIndex, std::uint64_t>>;
    Result<HubFeeds> hub_holds(const SpaceId& space);
    /// Forgets what was noted of the space and notes this instead: a hub that lost something holds it no
    /// more.
    Result<void> set_hub_holds(const SpaceId& space, const HubFeeds& feeds);

    // Forks (S17): branches of a feed that stand beside it. Changes inside write().
    Result<std::vector<SideEnvelope>> sides(const SpaceId& space);
    /// All change sets at places of which there are several.
    Result<std::vector<ForkPlace>> fork_places(const SpaceId& space);
    Result<std::optional<Bytes>> side_bytes(const SpaceId& space, DeviceIndex author, const Hash256& hash);
    Result<void> keep_side(const SpaceId& space, const SideEnvelope& side, BytesView bytes);
    /// Octets of all side branches of a feed.
    Result<std::uint64_t> side_size(const SpaceId& space, DeviceIndex author);
    /// The hashes of a feed from `seq` on.
    Result<std::vector<Hash256>> feed_hashes(const SpaceId& space, DeviceIndex author, std::uint64_t seq);
    /// Makes these the feed from `seq` on, from its side branches; what stood there goes to the side. The
    /// caller forgets the space's records before and applies its change sets again.
    Result<void> take_branch(const SpaceId& space, DeviceIndex author, std::uint64_t seq,
                             std::span<const Hash256> hashes);
    Result<std::vector<ForkJudgement>> fork_judgements(const SpaceId& space);
    Result<void> set_fork_judgements(const SpaceId& space, std::span<const ForkJudgement> judgements);

    /// A feed of a device outside the province holds something that no province device's frontier covers
    /// (S21). What has no effect since its feed is forked waits for a verdict and not for a confirmation.
    Result<bool> has_unconfirmed(const SpaceId& space);

    // Unsent work of an own feed that has gone on elsewhere. Changes inside write().
    struct Unsent {
        std::int64_t number = 0;  // given by set_aside(), rising
        SpaceId space;
        DeviceIndex device{};  // whose feed it stood in
        std::uint64_t seq = 0;
        bool sealed = false;              // then `bytes` is an envelope, else what one would hold
        std::vector<std::uint64_t> seen;  // as IncomingChangeSet::seen
        Bytes bytes;
    };
    Result<void> set_aside(const Unsent& unsent);
    Result<std::vector<Unsent>> unsent();
    Result<void> forget_unsent(std::int64_t number);
    /// Forgets the space's journal and the feed's envelopes after `seq`. The records still show what they
    /// made: the caller applies the space again (forget_records).
    Result<void> forget_own_after(const SpaceId& space, DeviceIndex device, std::uint64_t seq);
    /// The highest change set of the feed that another author's had seen.
    Result<std::uint64_t> seen_by_others(const SpaceId& space, DeviceIndex device);

    // History: where it stands.
    struct Trail {
        struct Touch {
            DeviceIndex device{};
            std::uint64_t seq = 0;
        };
        SpaceId space;
        std::vector<Touch> applied;    // change sets that touched the record, as they were applied here
        std::vector<Touch> void_only;  // those that tried to and have no effect on it
        std::vector<Dot> created;      // its creating dots
        std::vector<Dot> void_ops;     // of these change sets, sorted
    };
    Result<Trail> trail(const RecordId& id);
    /// What the author of a change set had seen, own feed included at seq - 1. A pending one has seen all
    /// that is held. Nothing for an envelope that an older version stored without it.
    Result<std::optional<std::vector<std::uint64_t>>> seen_by(const SpaceId& space, DeviceIndex author,
                                                              std::uint64_t seq);
    /// Resolves a record named by a creating dot.
    Result<std::optional<RecordId>> record_created_by(const SpaceId& space, const Dot& dot);
    struct VoidOp {
        SpaceId space;
        Dot dot;
        std::string reason;
    };
    Result<std::vector<VoidOp>> void_ops();
    /// Of one change set, by index.
    Result<std::vector<VoidOp>> void_ops(const SpaceId& space, DeviceIndex author, std::uint64_t seq);
    /// The record that an op names, as far as it is here.
    struct NamedRecord {
        RecordId id;
        std::string kind;
    };
    Result<std::optional<NamedRecord>> find_named(const SpaceId& space, const RecordName& name);
    Result<std::vector<EnvelopeRow>> quarantined();  // without bytes

    // Trust feed and settings, opaque here.
    Result<std::vector<Bytes>> trust_entries();
    /// Forgets the entries after a position.
    Result<void> truncate_trust(std::uint64_t position);
    Result<Bytes> trust_entry(std::uint64_t position);
    Result<void> append_trust(std::uint64_t position, BytesView entry);
    Result<std::optional<Bytes>> setting(std::string_view name);
    Result<void> set_setting(std::string_view name, BytesView value);

    Result<SpaceStatus> status(const SpaceId& space);
    Result<Hash256> digest(const SpaceId& space);
    /// Recomputes digests from the rows; diverged if one differs from the running sum.
    Result<void> check_digests();
    /// For each record of the space a hash over its ops and over what it shows; of ids that stand in several
    /// kinds the sum.
    Result<std::map<RecordId, Hash256>> record_hashes(const SpaceId& space);
    Result<void> check_integrity();

private:
    friend class StoreSnapshots;
    explicit Store(std::unique_ptr<StoreImpl> impl);
    std::unique_ptr<StoreImpl> impl_;
};

}  // namespace cotmoc::core
