// The floors of tests/size/memory.py: a process that does nothing, and one that keeps the same records in
// SQLite alone, encrypted, with the settings that the library uses.
//   cotmoc-memory-floor empty
//   cotmoc-memory-floor sqlite FILE RECORDS
#include "memory.hpp"

#include <sqlite3.h>

#include <cstdlib>

using namespace cotmoc;

namespace {

constexpr int transaction_size = 100;

void run(sqlite3* database, const std::string& statement) {
    char* text = nullptr;
    if (sqlite3_exec(database, statement.c_str(), nullptr, nullptr, &text) != SQLITE_OK) {
        std::cerr << statement << ": " << (text != nullptr ? text : "") << '\n';
        std::exit(1);
    }
}

std::string body(int number) {
    return R"({"head":"Nguyễn Văn )" + std::to_string(number) +
           R"(","direction":"incoming","people":7,"start_date":"2024-05-01"})";
}

void keep_in_sqlite(const char* file, int records) {
    sqlite3* database = nullptr;
    if (sqlite3_open(file, &database) != SQLITE_OK) {
        std::exit(1);
    }
    run(database,
        "PRAGMA cipher='chacha20'; PRAGMA key='x'; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000");
    run(database,
        "CREATE TABLE record (id INTEGER PRIMARY KEY, body TEXT NOT NULL);"
        "CREATE VIRTUAL TABLE words USING fts5(body)");
    memory::end_stage("open");
    for (int number = 0; number < records; ++number) {
        if (number % transaction_size == 0) {
            run(database, "BEGIN");
        }
        const std::string values = " VALUES (" + std::to_string(number + 1) + ", '" + body(number) + "')";
        run(database, "INSERT INTO record (id, body)" + values);
        run(database, "INSERT INTO words (rowid, body)" + values);
        if (number % transaction_size == transaction_size - 1 || number == records - 1) {
            run(database, "COMMIT");
        }
        if (number + 1 == records / 10) {
            memory::end_stage("a tenth");
        }
    }
    memory::end_stage("all");
    run(database, "SELECT * FROM record");
    memory::end_stage("list");
    sqlite3_close(database);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "";
    memory::begin_stage();
    if (mode == "empty" && argc == 2) {
        memory::end_stage("start");
    } else if (mode == "sqlite" && argc == 4) {
        memory::end_stage("start");
        keep_in_sqlite(argv[2], std::atoi(argv[3]));
    } else {
        std::cerr << "usage: cotmoc-memory-floor empty | sqlite FILE RECORDS\n";
        return 2;
    }
    return 0;
}
