// A thin RAII layer over SQLite3 Multiple Ciphers, so that no other code includes sqlite3.h.
// One thread at a time; statements must not outlive their database.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

#include <memory>
#include <optional>

namespace cotmoc::core {

class Statement {
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    /// Parameters count from 1. Text and blobs are not copied: they must live until the next reset or step's
    /// end.
    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, std::string_view text);
    Statement& bind_blob(int parameter, BytesView bytes);
    Statement& bind_null(int parameter);

    /// True: a row is there. False: the end was reached, and the statement is ready to be bound again.
    Result<bool> step();
    /// Runs to the end, ignoring rows, and resets.
    Result<void> run();
    void reset();

    /// Columns count from 0; views live until the next step or reset.
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view text(int column) const;
    BytesView blob(int column) const;
    bool is_null(int column) const;
    enum class ColumnType : std::uint8_t { null, integer, real, text, blob };
    ColumnType column_type(int column) const;
    int column_count() const;
    std::string column_name(int column) const;

private:
    friend class Database;
    struct Handle;
    explicit Statement(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

class Database {
public:
    struct Options {
        std::string path;    // UTF-8; ":memory:" for a private one
        BytesView key;       // 32 octets, not kept; empty: not encrypted
        std::string cipher;  // "aegis" or "chacha20"; with a key only
        bool create = true;
        bool exclusive = true;  // hold the file for this process; another one gets `busy`
    };
    /// Opens in WAL mode, synchronous=FULL, with the hardening of docs/spec/store.md. old_sqlite, busy,
    /// database_damaged (also with a wrong key), disk_full, io_error.
    static Result<Database> open(const Options& options);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    Result<Statement> prepare(std::string_view sql);
    /// One or several statements without parameters.
    Result<void> execute(std::string_view sql);
    /// Prepares a statement that may only read; bad_query with SQLite's message otherwise.
    Result<Statement> prepare_read_only(std::string_view sql);

    std::int64_t last_row() const;
    std::int64_t changed_rows() const;
    bool in_transaction() const;
    /// The first octets of the file, which the cipher leaves in clear and does not authenticate: a salt that
    /// a raw key does not use, page size and format numbers. Nothing while there is no first page in the
    /// file.
    Result<std::optional<Bytes>> clear_head();
    /// Pages in the main file, free ones too, are read and authenticated, and the B-trees are checked.
    Result<void> check_integrity();

private:
    struct Handle;
    explicit Database(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

/// Begins at once; rolls back unless committed. Not nested.
class Transaction {
public:
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    /// Durable when it returns without error.
    Result<void> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

/// Removes the file and what SQLite keeps beside it; nothing happens if there is none.
void remove_database(const std::string& path);
/// "x86-64 with AES instructions: aegis, else chacha20".
std::string preferred_cipher();
std::string sqlite_version();

}  // namespace cotmoc::core
