// The SQL of a list query.
#pragma once

#include <cotmoc/core/database.hpp>
#include <cotmoc/core/store.hpp>

namespace cotmoc::core {

class StoreImpl;

/// Yields the columns of read_row() by rising row, parameters bound; they live in `parameters`.
struct ListStatement {
    std::vector<std::variant<std::int64_t, std::string>> parameters;
    std::optional<Statement> statement;  // nothing: no record can match
};

/// `rows`: a JSON array of the only rows that count; empty for all. unknown_kind, unknown_field.
Result<std::unique_ptr<ListStatement>> prepare_list(StoreImpl& impl, const ListQuery& query,
                                                    const std::string& rows = {});

}  // namespace cotmoc::core
