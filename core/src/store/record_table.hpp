// Rows of records: insert, load, save; keeps the digest sum and the search index's list of stale rows right.
#pragma once

#include "store/change_log.hpp"
#include "store/decoded_record.hpp"
#include "store/space_table.hpp"
#include "store/state_codec.hpp"

namespace cotmoc::core {

namespace record_flag {
inline constexpr std::int64_t deleted = 1;
inline constexpr std::int64_t conflict = 2;
inline constexpr std::int64_t edited_while_deleted = 4;
inline constexpr std::int64_t points = 8;   // merged_into shows a value
inline constexpr std::int64_t joined = 16;  // and so this record is not shown: it means another one
}  // namespace record_flag

struct LoadedRecord {
    std::int64_t row = 0;
    RecordId id;
    std::int64_t space = 0;
    std::int64_t flags = 0;
    std::string body;
    Bytes state;  // not decoded yet
};

/// Columns row, id, space, flags, body, state, in this order.
LoadedRecord read_row(const Statement& query);

/// Device ids by index, as the owner of the store gave them.
class DeviceIds final : public DeviceTable {
public:
    const DeviceId& id(DeviceIndex index) const override;
    std::vector<DeviceId> ids;
    std::optional<DeviceIndex> self;
    std::vector<DeviceIndex> province;
};

class RecordTable {
public:
    RecordTable(Database& database, Statements& statements, Interning& interning, const DeviceIds& devices,
                const Hasher& hasher)
        : database_(database),
          statements_(statements),
          interning_(interning),
          devices_(devices),
          hasher_(hasher) {}

    Result<void> load();
    void set_catalogue(const Catalogue* catalogue) { catalogue_ = catalogue; }

    /// Ids are unique to a space and kind: what one space holds cannot change what another one accepts.
    /// People name records by id alone; the first one here is meant then.
    Result<std::optional<LoadedRecord>> find(const RecordId& id);
    Result<std::optional<LoadedRecord>> find(const RecordId& id, const SpaceEntry& space,
                                             std::string_view kind);
    /// Of every kind.
    Result<std::vector<LoadedRecord>> find_all(const RecordId& id, const SpaceEntry& space);
    Result<LoadedRecord> get(std::int64_t row);
    Result<RecordState> decode(const LoadedRecord& record) const;
    /// The same for a change that save() will end: what was saved last need not be decoded again.
    Result<RecordState> decode_to_change(const LoadedRecord& record);
    /// The state if it is at hand, else null; valid until the next save.
    const RecordState* decoded(const LoadedRecord& record) const {
        return last_.find(record.row, record.body, record.state);
    }

    /// Inserts a record that nobody has here; the row, or nothing if there is one with this id.
    Result<std::optional<std::int64_t>> insert_fresh(SpaceEntry& space, const RecordId& id,
                                                     const StoredLayout& layout, const Dot& dot, Hlc at,
                                                     std::span<const Value> values);
    /// The same for a create some of whose fields are absent. Precondition: no record with this id.
    Result<std::int64_t> insert_state(SpaceEntry& space, const RecordId& id, const Creation& creation,
                                      std::span<const Value> values);
    /// The same for a whole state that a snapshot brings. settle_joins() has to follow when all are there.
    Result<std::optional<std::int64_t>> insert_whole(SpaceEntry& space, const RecordId& id,
                                                     const RecordState& state);
    /// Sets the joined flags of all records of a space.
    Result<void> settle_joins(const SpaceEntry& space);
    /// Writes the new state over the loaded one. The number of fields that are in conflict now.
    struct Saved {
        std::size_t conflicts_before = 0;
        std::size_t conflicts_after = 0;
    };
    Result<Saved> save(SpaceEntry& space, const LoadedRecord& before, const RecordState& old_state,
                       RecordState new_state);
    /// What a join says now: nothing if it was never joined, or separated again.
    std::optional<RecordId> target_of(const RecordState& state) const;
    /// Whether `value` may stand in the join field of record `id`: null, or another record of its space and
    /// kind that is in the op's past. unknown_record otherwise.
    Result<void> check_join(const SpaceEntry& space, const RecordState& state, const RecordId& id,
                            const Value& value, const Past& past);
    /// The record that a joined one means; any other itself.
    Result<LoadedRecord> root(LoadedRecord record);
    /// From this row along the joins: to the record that all on the way mean. Each row once.
    struct Way {
        std::vector<std::pair<std::int64_t, RecordId>> rows;
        std::size_t root = 0;                   // its place in `rows`
        std::optional<std::size_t> ring_begin;  // from there on they were joined into each other at once
    };
    Result<Way> way_from(std::int64_t row);
    /// Rows that were joined into this one, directly or not, by rising id.
    Result<std::vector<std::int64_t>> joined_into(const LoadedRecord& record);
    /// What people are shown of a record's fields, by current names: no retired ones, no nulls.
    std::map<std::string_view, Value> visible_fields(const RecordState& state) const;
    Hash256 digest_term(const RecordId& id, const RecordState& state) const;
    /// By current names, with values in the fields' present types.
    std::vector<FieldConflict> conflicts(const RecordState& state) const;
    /// What people are shown of a field: as it was stored, or in the wider type that the field has now.
    Value shown(const Kind& kind, std::string_view key, const FieldContent& content) const;
    /// Fills in what people are shown of the record's fields: the body by current names, retired ones apart.
    void show_fields(RecordView& view, const LoadedRecord& record, const RecordState& state) const;
    /// Null if the field's kind or field is unknown to the catalogue.
    const Field* field(std::string_view kind, std::string_view key) const;
    const Kind* kind(std::string_view name) const;
    const DeviceTable& devices() const { return devices_; }
    ChangeLog& changes() { return changes_; }

private:
    Result<bool> insert_row(const SpaceEntry& space, const RecordId& id, std::string_view kind);
    Result<std::optional<std::pair<std::int64_t, RecordId>>> next_on_way(std::int64_t row);
    /// Sets the joined flags along the ways that a join changed.
    Result<void> follow_join(std::int64_t row, const std::optional<RecordId>& old_target);
    Result<void> note_joined(const Way& way);
    std::int64_t flags_of(const RecordState& state, std::size_t conflicts) const;
    Database& database_;
    Statements& statements_;
    Interning& interning_;
    const DeviceIds& devices_;
    const Hasher& hasher_;
    const Catalogue* catalogue_ = nullptr;
    std::int64_t last_row_ = 0;
    ChangeLog changes_;
    DecodedRecord last_;
    RecordRow row_;  // reused buffers
    Bytes form_;
    std::vector<Dot> content_dots_;
};

/// FieldVersion::version; null for a field that nothing was ever written to.
std::string field_version(const Hasher& hasher, const FieldContent* content, const DeviceTable& devices);

/// The dots of initial texts, one for each value.
void content_dots_of(const Hasher& hasher, const Layout& layout, std::span<const Value> values,
                     std::vector<Dot>& dots);

}  // namespace cotmoc::core
