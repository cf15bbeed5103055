#include "raw_store.hpp"

#include <cotmoc/core/database.hpp>

#include <algorithm>

#include <sqlite3.h>

namespace cotmoc::bench {

void RawStore::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void RawStore::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<void> RawStore::execute(const std::string& sql) {
    if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return fail(ErrorCode::internal, sqlite3_errmsg(database_.get()));
    }
    return {};
}

Result<RawStore> RawStore::open(const std::string& path, std::span<const std::string> indexed_fields) {
    RawStore store;
    sqlite3* opened = nullptr;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int result = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    store.database_.reset(opened);
    if (result != SQLITE_OK) {
        return fail(ErrorCode::io_error, path);
    }
    COTMOC_TRY(store.execute("PRAGMA cipher='" + core::preferred_cipher() + "'"));
    COTMOC_TRY(store.execute("PRAGMA key='raw:" + std::string(64, '7') + "'"));
    COTMOC_TRY(store.execute("PRAGMA locking_mode=EXCLUSIVE"));
    COTMOC_TRY(
        store.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                      "PRAGMA secure_delete=ON; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;"
                      "PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; PRAGMA fullfsync=ON;"
                      "PRAGMA checkpoint_fullfsync=ON; PRAGMA journal_size_limit=4194304"));
    COTMOC_TRY(store.execute("CREATE TABLE IF NOT EXISTS record(id BLOB PRIMARY KEY, body TEXT)"));
    for (const std::string& field : indexed_fields) {
        COTMOC_TRY(store.execute("CREATE INDEX IF NOT EXISTS record_" + field +
                                 " ON record(json_extract(body, '$." + field + "'))"));
    }
    return store;
}

Result<void> RawStore::prepare_insert() {
    if (insert_ != nullptr) {
        return {};
    }
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(database_.get(), "INSERT INTO record(id, body) VALUES(?, ?)", -1,
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    insert_.reset(statement);
    return result == SQLITE_OK ? Result<void>() : fail(ErrorCode::internal, sqlite3_errmsg(database_.get()));
}

Result<void> RawStore::insert(std::span<const BenchRecord> records, std::size_t size) {
    COTMOC_TRY(prepare_insert());
    for (std::size_t first = 0; first < records.size(); first += size) {
        COTMOC_TRY(insert_transaction(records.subspan(first, std::min(size, records.size() - first))));
    }
    return {};
}

Result<void> RawStore::insert_transaction(std::span<const BenchRecord> records) {
    COTMOC_TRY(execute("BEGIN IMMEDIATE"));
    for (const BenchRecord& record : records) {
        sqlite3_bind_blob(insert_.get(), 1, record.id.octets.data(), RecordId::size, SQLITE_STATIC);
        sqlite3_bind_text64(insert_.get(), 2, record.body.data(), record.body.size(), SQLITE_STATIC,
                            SQLITE_UTF8);
        if (sqlite3_step(insert_.get()) != SQLITE_DONE) {
            return fail(ErrorCode::internal, sqlite3_errmsg(database_.get()));
        }
        sqlite3_reset(insert_.get());
    }
    return execute("COMMIT");
}

Result<std::size_t> RawStore::query(const std::string& field, const std::string& value, std::size_t limit) {
    const std::string sql =
        "SELECT id, body FROM record WHERE json_extract(body, '$." + field + "') = ? LIMIT ?";
    sqlite3_stmt* prepared = nullptr;
    const int result = sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &prepared, nullptr);
    const std::unique_ptr<sqlite3_stmt, Close> statement(prepared);
    if (result != SQLITE_OK) {
        return fail(ErrorCode::internal, sqlite3_errmsg(database_.get()));
    }
    sqlite3_bind_text64(prepared, 1, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(prepared, 2, static_cast<sqlite3_int64>(limit));
    std::size_t rows = 0;
    std::string body;
    while (sqlite3_step(prepared) == SQLITE_ROW) {
        body = reinterpret_cast<const char*>(sqlite3_column_text(prepared, 1));
        ++rows;
    }
    return rows;
}

}  // namespace cotmoc::bench
