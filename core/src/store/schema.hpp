// The tables of a replica, and the views and indexes that follow a catalogue. docs/spec/store.md describes
// them.
#pragma once

#include "store/interning.hpp"

namespace cotmoc::core {

inline constexpr std::int64_t schema_version = 5;

/// Makes the tables in a new database and brings those of an older version up to date; newer_database if the
/// file is of a later version.
Result<void> prepare_schema(Database& database);
/// The SQL of a field's value as people see it, from `body`. The same words in views, indexes and conditions,
/// so that SQLite finds the index.
std::string shown_column(const Field& field);
/// Views, expression indexes for the catalogue; those of a former one are dropped.
Result<void> follow_catalogue(Database& database, const Catalogue& catalogue, Interning& interning);

}  // namespace cotmoc::core
