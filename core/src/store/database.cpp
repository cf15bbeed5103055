#include <cotmoc/core/database.hpp>

#include <cotmoc/base/check.hpp>
#include <cotmoc/base/native_path.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/base/wipe.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace cotmoc::core {
namespace {

// Older ones can corrupt a WAL database when a checkpoint races with a commit
// (sqlite.org/wal.html#walresetbug).
constexpr int sqlite_version_floor = 3051003;

/// After a failed fsync nobody knows what the disk holds of what was written before, and the next one may
/// succeed without having written it (Rebello et al., "Can Applications Recover from fsync Failures?", 2020).
/// So this connection is over: whoever opens the file anew sees what is really there.
constexpr const char* fsync_failed = "fsync failed";

bool is_over(sqlite3* database) { return sqlite3_get_clientdata(database, fsync_failed) != nullptr; }

tl::unexpected<Error> connection_over() {
    return fail(ErrorCode::io_error, "the disk did not keep what was written: close and open again");
}

Error to_error(sqlite3* database, int result) {
    if ((result == SQLITE_IOERR_FSYNC || result == SQLITE_IOERR_DIR_FSYNC) && database != nullptr &&
        !switched_off("fsync-failure-ends-connection")) {
        static char marker = 0;
        sqlite3_set_clientdata(database, fsync_failed, &marker, nullptr);
    }
    const std::string detail = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(result);
    switch (result & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorCode::busy, detail};
        case SQLITE_FULL:
            return {ErrorCode::disk_full, detail};
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            return {ErrorCode::database_damaged, detail};
        case SQLITE_NOMEM:
            return {ErrorCode::out_of_memory, detail};
        case SQLITE_TOOBIG:
            return {ErrorCode::limit_exceeded, detail};
        case SQLITE_IOERR:
            // A failed write for want of room may surface as an I/O error when it is the WAL that grows.
            return {(result == SQLITE_IOERR_WRITE || result == SQLITE_IOERR_SHMSIZE) ? ErrorCode::disk_full
                                                                                     : ErrorCode::io_error,
                    detail};
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return {ErrorCode::io_error, detail};
        default:
            return {ErrorCode::internal, "sqlite: " + detail};
    }
}

/// Not by a pragma, whose text would stay in memory that nobody wipes.
Result<void> give_key(sqlite3* database, BytesView key) {
    constexpr std::string_view prefix = "raw:";
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t key_size = 32;
    COTMOC_CHECK(key.size() == key_size);
    std::array<std::uint8_t, prefix.size() + 2 * key_size> text;
    auto place = std::ranges::copy(prefix, text.begin()).out;
    for (const std::uint8_t octet : key) {
        *place++ = static_cast<std::uint8_t>(digits[octet >> 4]);
        *place++ = static_cast<std::uint8_t>(digits[octet & 0xf]);
    }
    const int result = sqlite3_key_v2(database, "main", text.data(), static_cast<int>(text.size()));
    wipe_octets(text);
    return result == SQLITE_OK ? Result<void>{} : tl::unexpected(to_error(database, result));
}

/// Lets rows be read and nothing else: some pragmas act while they are prepared (a new key, for one), and
/// transactions and other files count as reading for SQLite.
int allow_reading(void*, int action, const char*, const char*, const char*, const char*) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_FUNCTION:
        case SQLITE_RECURSIVE:
            return SQLITE_OK;
        default:
            return SQLITE_DENY;
    }
}

}  // namespace

struct Statement::Handle {
    sqlite3_stmt* statement = nullptr;
    ~Handle() { sqlite3_finalize(statement); }
};

struct Database::Handle {
    sqlite3* database = nullptr;
    ~Handle() { sqlite3_close_v2(database); }
};

Statement::Statement(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Statement::Statement(Statement&& other) noexcept = default;
Statement& Statement::operator=(Statement&& other) noexcept = default;
Statement::~Statement() = default;

Statement& Statement::bind(int parameter, std::int64_t value) {
    COTMOC_CHECK(sqlite3_bind_int64(handle_->statement, parameter, value) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
    const char* data = text.data() != nullptr ? text.data() : "";
    COTMOC_CHECK(sqlite3_bind_text64(handle_->statement, parameter, data, text.size(), SQLITE_STATIC,
                                     SQLITE_UTF8) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind_blob(int parameter, BytesView bytes) {
    const void* data = bytes.data() != nullptr ? static_cast<const void*>(bytes.data()) : "";
    COTMOC_CHECK(sqlite3_bind_blob64(handle_->statement, parameter, data, bytes.size(), SQLITE_STATIC) ==
                 SQLITE_OK);
    return *this;
}

Statement& Statement::bind_null(int parameter) {
    COTMOC_CHECK(sqlite3_bind_null(handle_->statement, parameter) == SQLITE_OK);
    return *this;
}

Result<bool> Statement::step() {
    if (is_over(sqlite3_db_handle(handle_->statement))) {
        return connection_over();
    }
    const int result = sqlite3_step(handle_->statement);
    if (result == SQLITE_ROW) {
        return true;
    }
    if (result == SQLITE_DONE) {
        sqlite3_reset(handle_->statement);
        return false;
    }
    Error error = to_error(sqlite3_db_handle(handle_->statement), result);
    sqlite3_reset(handle_->statement);
    return tl::unexpected(std::move(error));
}

Result<void> Statement::run() {
    for (;;) {
        COTMOC_ASSIGN(const bool row, step());
        if (!row) {
            return {};
        }
    }
}

void Statement::reset() { sqlite3_reset(handle_->statement); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_->statement, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_->statement, column); }

std::string_view Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_->statement, column));
    return {data != nullptr ? data : "",
            static_cast<std::size_t>(sqlite3_column_bytes(handle_->statement, column))};
}

BytesView Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_->statement, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_->statement, column))};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_->statement, column) == SQLITE_NULL;
}

Statement::ColumnType Statement::column_type(int column) const {
    switch (sqlite3_column_type(handle_->statement, column)) {
        case SQLITE_INTEGER:
            return ColumnType::integer;
        case SQLITE_FLOAT:
            return ColumnType::real;
        case SQLITE_TEXT:
            return ColumnType::text;
        case SQLITE_BLOB:
            return ColumnType::blob;
        default:
            return ColumnType::null;
    }
}

int Statement::column_count() const { return sqlite3_column_count(handle_->statement); }
std::string Statement::column_name(int column) const {
    return sqlite3_column_name(handle_->statement, column);
}

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<void> check_sqlite_version(int version) {
    if (version < sqlite_version_floor && !switched_off("sqlite-floor")) {
        return fail(ErrorCode::old_sqlite, std::to_string(version));
    }
    return {};
}

Result<Database> Database::open(const Options& options) {
    COTMOC_TRY(check_sqlite_version(sqlite3_libversion_number()));
    auto handle = std::make_unique<Handle>();
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (options.create ? SQLITE_OPEN_CREATE : 0);
    const int opened = sqlite3_open_v2(native_path(options.path).c_str(), &handle->database, flags, nullptr);
    if (opened != SQLITE_OK) {
        return tl::unexpected(to_error(handle->database, opened));
    }
    Database database(std::move(handle));
    sqlite3* raw = database.handle_->database;
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    if (!options.key.empty() && !switched_off("page-encryption")) {
        COTMOC_TRY(database.execute("PRAGMA cipher='" + options.cipher + "'"));
        COTMOC_TRY(give_key(raw, options.key));
    }
    if (options.exclusive) {
        COTMOC_TRY(database.execute("PRAGMA locking_mode=EXCLUSIVE"));
    }
    COTMOC_TRY(
        database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                         "PRAGMA secure_delete=ON; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;"
                         "PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; PRAGMA fullfsync=ON;"
                         "PRAGMA checkpoint_fullfsync=ON; PRAGMA journal_size_limit=4194304"));
    if (switched_off("flush-at-commit")) {
        COTMOC_TRY(database.execute("PRAGMA synchronous=OFF"));
    }
    COTMOC_TRY(database.execute("SELECT count(*) FROM sqlite_schema"));
    return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
    auto handle = std::make_unique<Statement::Handle>();
    const int result = sqlite3_prepare_v3(handle_->database, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &handle->statement, nullptr);
    if (result != SQLITE_OK) {
        return tl::unexpected(to_error(handle_->database, result));
    }
    return Statement(std::move(handle));
}

Result<Statement> Database::prepare_read_only(std::string_view sql) {
    auto handle = std::make_unique<Statement::Handle>();
    const char* tail = nullptr;
    sqlite3_set_authorizer(handle_->database, allow_reading, nullptr);
    const int result = sqlite3_prepare_v3(handle_->database, sql.data(), static_cast<int>(sql.size()), 0,
                                          &handle->statement, &tail);
    sqlite3_set_authorizer(handle_->database, nullptr, nullptr);
    const bool refused = result == SQLITE_AUTH;
    if (result != SQLITE_OK && !refused) {
        return fail(ErrorCode::bad_query, sqlite3_errmsg(handle_->database));
    }
    if (refused || handle->statement == nullptr || sqlite3_stmt_readonly(handle->statement) == 0) {
        return fail(ErrorCode::bad_query, "only statements that read are allowed");
    }
    const std::string_view rest(tail, static_cast<std::size_t>(sql.data() + sql.size() - tail));
    if (rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
        return fail(ErrorCode::bad_query, "one statement at a time");
    }
    return Statement(std::move(handle));
}

Result<void> Database::execute(std::string_view sql) {
    if (is_over(handle_->database)) {
        return connection_over();
    }
    const std::string text(sql);
    const int result = sqlite3_exec(handle_->database, text.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
        return tl::unexpected(to_error(handle_->database, result));
    }
    return {};
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_->database); }
std::int64_t Database::changed_rows() const { return sqlite3_changes64(handle_->database); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_->database) == 0; }

Result<std::optional<Bytes>> Database::clear_head() {
    // Through the handle that is open: closing another one would drop its locks. The cipher's layer gives the
    // salt as it stands in the file only to a read of that very size.
    constexpr int salt_size = 16;
    constexpr int numbers_size = 8;
    sqlite3_file* file = nullptr;
    int result = sqlite3_file_control(handle_->database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    Bytes head(salt_size + numbers_size);
    if (result == SQLITE_OK) {
        result = file->pMethods->xRead(file, head.data(), salt_size, 0);
    }
    if (result == SQLITE_OK) {
        result = file->pMethods->xRead(file, head.data() + salt_size, numbers_size, salt_size);
    }
    if (result == SQLITE_IOERR_SHORT_READ) {
        return std::nullopt;
    }
    if (result != SQLITE_OK) {
        return tl::unexpected(to_error(nullptr, result));
    }
    return head;
}

Result<void> Database::check_integrity() {
    if (!in_transaction()) {
        // Else newer pages in the WAL would stand for those of the main file.
        COTMOC_TRY(execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    // A cached page was authenticated when it was read, which may be long ago.
    sqlite3_db_release_memory(handle_->database);
    COTMOC_ASSIGN(Statement check, prepare("PRAGMA integrity_check(1)"));
    COTMOC_ASSIGN(const bool row, check.step());
    if (!row || check.text(0) != "ok") {
        return fail(ErrorCode::database_damaged, row ? std::string(check.text(0)) : "");
    }
    check.reset();
    // integrity_check follows the B-trees and so skips free pages; reading a page is what authenticates it.
    COTMOC_ASSIGN(Statement pages, prepare("SELECT count(*), sum(length(data)) FROM sqlite_dbpage"));
    return pages.run();
}

Result<Transaction> Transaction::begin(Database& database) {
    COTMOC_TRY(database.execute("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::~Transaction() {
    if (database_ != nullptr && database_->in_transaction()) {
        (void)database_->execute("ROLLBACK");
    }
}

Result<void> Transaction::commit() {
    COTMOC_TRY(database_->execute("COMMIT"));
    database_ = nullptr;
    return {};
}

std::string preferred_cipher() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("aes") ? "aegis" : "chacha20";
#else
    return "chacha20";
#endif
}

void remove_database(const std::string& path) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        std::error_code ignored;
        std::filesystem::remove(native_file(path + suffix), ignored);
    }
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace cotmoc::core
