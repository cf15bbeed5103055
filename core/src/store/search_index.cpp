#include "store/search_index.hpp"

namespace cotmoc::core {
namespace {

/// Where indexing stands: rows up to this one were indexed once; changed ones wait in _search_stale.
constexpr const char* read_mark = "SELECT value FROM _setting WHERE name = 'search_indexed_row'";
constexpr const char* write_mark =
    "INSERT OR REPLACE INTO _setting(name, value) VALUES('search_indexed_row', ?)";

}  // namespace

Result<void> SearchIndex::index_row(std::int64_t row) {
    COTMOC_ASSIGN(const LoadedRecord record, records_.get(row));
    COTMOC_ASSIGN(const RecordState state, records_.decode(record));
    std::string text;
    if (const Kind* kind = records_.kind(state.kind)) {
        for (const auto& [name, content] : state.fields) {
            const Field* field = kind->find_key(name);
            if (field != nullptr && field->searchable && !field->retired) {
                text += fold(to_text(records_.shown(*kind, name, content))) + " ";
            }
        }
    }
    COTMOC_ASSIGN(Statement * put,
                  statements_.get("INSERT OR REPLACE INTO _search(rowid, text) VALUES(?, ?)"));
    return put->bind(1, row).bind(2, std::string_view(text)).run();
}

Result<void> SearchIndex::catch_up() {
    COTMOC_ASSIGN(Statement * mark, statements_.get(read_mark));
    COTMOC_ASSIGN(const bool marked, mark->step());
    const std::int64_t done = marked ? mark->integer(0) : 0;
    mark->reset();
    COTMOC_ASSIGN(
        Statement * stale,
        statements_.get(
            "SELECT row FROM _search_stale UNION SELECT row FROM _record WHERE row > ? ORDER BY 1"));
    stale->bind(1, done);
    std::vector<std::int64_t> rows;
    for (;;) {
        COTMOC_ASSIGN(const bool row, stale->step());
        if (!row) {
            break;
        }
        rows.push_back(stale->integer(0));
    }
    if (rows.empty()) {
        return {};
    }
    COTMOC_ASSIGN(Transaction transaction, Transaction::begin(database_));
    for (const std::int64_t row : rows) {
        COTMOC_TRY(index_row(row));
    }
    COTMOC_TRY(database_.execute("DELETE FROM _search_stale"));
    COTMOC_ASSIGN(Statement * put, statements_.get(write_mark));
    COTMOC_TRY(put->bind(1, std::max(done, rows.back())).run());
    return transaction.commit();
}

Result<void> SearchIndex::forget() {
    return database_.execute(
        "INSERT INTO _search(_search) VALUES('delete-all'); DELETE FROM _search_stale; "
        "DELETE FROM _setting WHERE name = 'search_indexed_row'");
}

std::optional<std::string> SearchIndex::expression(std::span<const std::string> words) {
    std::string folded;
    for (const std::string& word : words) {
        folded += fold(word) + " ";
    }
    std::string expression;
    std::size_t start = 0;
    while (start < folded.size()) {
        const std::size_t end = folded.find(' ', start);
        if (end > start) {
            expression += "\"" + folded.substr(start, end - start) + "\" ";
        }
        start = end == std::string::npos ? folded.size() : end + 1;
    }
    return expression.empty() ? std::nullopt : std::optional(expression);
}

}  // namespace cotmoc::core
