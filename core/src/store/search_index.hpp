// Full-text search over the searchable fields, folded. It may lag behind writes; a search catches up first.
#pragma once

#include "store/record_table.hpp"

namespace cotmoc::core {

class SearchIndex {
public:
    SearchIndex(Database& database, Statements& statements, RecordTable& records)
        : database_(database), statements_(statements), records_(records) {}

    /// Indexes what was written since the last time. Starts its own transaction.
    Result<void> catch_up();
    /// Everything is indexed anew at the next catch_up (another catalogue). Inside a transaction.
    Result<void> forget();
    /// An FTS5 expression that all words must match; nothing if there is no letter or digit in them.
    static std::optional<std::string> expression(std::span<const std::string> words);

private:
    Result<void> index_row(std::int64_t row);
    Database& database_;
    Statements& statements_;
    RecordTable& records_;
};

}  // namespace cotmoc::core
