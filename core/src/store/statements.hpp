// Prepared statements, kept by the address of their literal text.
#pragma once

#include <cotmoc/core/database.hpp>

#include <unordered_map>

namespace cotmoc::core {

class Statements {
public:
    explicit Statements(Database& database) : database_(database) {}
    /// `sql` must be a string literal. The statement is reset and ready to be bound; it stays owned here.
    Result<Statement*> get(const char* sql) {
        if (const auto found = all_.find(sql); found != all_.end()) {
            found->second.reset();
            return &found->second;
        }
        COTMOC_ASSIGN(Statement statement, database_.prepare(sql));
        return &all_.emplace(sql, std::move(statement)).first->second;
    }
    void clear() { all_.clear(); }

private:
    Database& database_;
    std::unordered_map<const char*, Statement> all_;
};

}  // namespace cotmoc::core
