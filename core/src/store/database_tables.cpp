#include <cotmoc/core/database_tables.hpp>

#include <cotmoc/base/native_path.hpp>

#include <sqlite3.h>

#include <memory>

namespace cotmoc::core {

Result<std::set<std::string, std::less<>>> tables_of(const std::string& path) {
    sqlite3* opened = nullptr;
    int result = sqlite3_open_v2(native_path(path).c_str(), &opened,
                                 SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, &sqlite3_close);
    sqlite3_stmt* prepared = nullptr;
    if (result == SQLITE_OK) {
        sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        result = sqlite3_prepare_v2(opened, "SELECT name FROM sqlite_schema WHERE type = 'table'", -1,
                                    &prepared, nullptr);
    }
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, &sqlite3_finalize);
    std::set<std::string, std::less<>> names;
    while (result == SQLITE_OK || result == SQLITE_ROW) {
        result = sqlite3_step(prepared);
        if (result == SQLITE_ROW) {
            names.emplace(reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0)));
        }
    }
    if (result != SQLITE_DONE) {
        return fail((result & 0xff) == SQLITE_BUSY ? ErrorCode::busy : ErrorCode::cannot_read_file, path);
    }
    return names;
}

}  // namespace cotmoc::core
