// What stands behind Store: the tables and the state that a transaction may change and a rollback reloads.
#pragma once

#include "merge/record_apply.hpp"
#include "store/journal.hpp"
#include "store/observers.hpp"
#include "store/search_index.hpp"

namespace cotmoc::core {

class StoreImpl {
public:
    StoreImpl(Database opened, const StoreOptions& options)
        : database(std::move(opened)),
          statements(database),
          hasher(options.hasher),
          interning(database),
          spaces(database, statements),
          records(database, statements, interning, devices, hasher),
          journal(statements, interning, records),
          search(database, statements, records) {}

    /// Reads everything that is kept in memory from the database.
    Result<void> load();
    Result<Hlc> stamp();
    /// Finds a record for a change, of a joined one what it was joined into; unknown_record if it is not
    /// here.
    Result<LoadedRecord> get(const RecordId& id);
    /// The record of this very id.
    Result<LoadedRecord> get_itself(const RecordId& id);
    /// Where the next local op of the space stands.
    Dot next_dot(const SpaceEntry& space) const { return {*devices.self, space.open_seq, space.next_index}; }

    Database database;
    Statements statements;
    const Hasher& hasher;
    std::optional<HybridClock> clock;  // set when the store is open
    Interning interning;
    DeviceIds devices;
    SpaceTable spaces;
    RecordTable records;
    Journal journal;
    SearchIndex search;
    Observers observers;
    std::map<std::string, Statement> unique_queries;  // by kind and key of the field; see marks.cpp
    std::vector<CatalogueInForce> catalogues;
    std::string role;                         // of this device
    std::optional<Hlc> stamp_of_transaction;  // all ops of one transaction share a stamp
    Hlc stamp_before;                         // of the transaction
    bool writing = false;
};

/// The digest's term for an op without effect (S18), and the sum of all of a space.
Hash256 void_op_digest(const Hasher& hasher, const Dot& dot);
Result<Hash256> void_ops_digest(StoreImpl& impl, const SpaceEntry& space);

/// Inside a transaction: writes the rows anew whose displayed values another policy chooses now. `followed`
/// is the hash of the catalogue that they were written under.
Result<void> show_again(StoreImpl& impl, BytesView followed);

/// The records that were joined into this one, with what they say otherwise.
Result<std::vector<MergedRecord>> merged_records(StoreImpl& impl, const LoadedRecord& record,
                                                 const RecordState& state);

/// What a person should look at of a record, by the fields' names.
Result<std::vector<RecordMark>> marks_of(StoreImpl& impl, const LoadedRecord& record,
                                         const RecordState& state);

/// Builds what people are shown of a record.
Result<RecordView> make_view(StoreImpl& impl, const LoadedRecord& record);

}  // namespace cotmoc::core
