// The floor: the same JSON in one table of plain SQLite, with the cipher and the settings of our own store
// (core/src/store/database.cpp) and an index for each indexed field.
#pragma once

#include "workload.hpp"

#include <memory>

struct sqlite3;
struct sqlite3_stmt;

namespace cotmoc::bench {

class RawStore {
public:
    static Result<RawStore> open(const std::string& path, std::span<const std::string> indexed_fields);
    /// In transactions of `size` records.
    Result<void> insert(std::span<const BenchRecord> records, std::size_t size);
    /// Rows of the first `limit` records whose field has this value, read whole.
    Result<std::size_t> query(const std::string& field, const std::string& value, std::size_t limit);

private:
    struct Close {
        void operator()(sqlite3* database) const;
        void operator()(sqlite3_stmt* statement) const;
    };
    RawStore() = default;
    Result<void> execute(const std::string& sql);
    Result<void> prepare_insert();
    Result<void> insert_transaction(std::span<const BenchRecord> records);
    std::unique_ptr<sqlite3, Close> database_;
    std::unique_ptr<sqlite3_stmt, Close> insert_;
};

}  // namespace cotmoc::bench
