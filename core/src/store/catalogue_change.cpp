// What a newer catalogue asks of the rows that are here already.
#include "store/store_impl.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

bool ranks(const Field& field) { return field.policy == Policy::worst || field.policy == Policy::workflow; }

/// Whether a row's body, written under `before`, may show another one of its live values than `now` does. The
/// order of values that both know is the same; so only a policy that ranks them, or no longer does, matters.
bool may_show_others(const Kind* before, const Kind& now) {
    return std::ranges::any_of(now.fields, [&](const Field& field) {
        const Field* earlier = before != nullptr ? before->find_key(field.key) : nullptr;
        if (before != nullptr && earlier == nullptr) {
            return false;  // a new field: nobody has a value of it yet
        }
        return ranks(field) != (earlier != nullptr && ranks(*earlier));
    });
}

Result<std::vector<std::int64_t>> rows_of(StoreImpl& impl, std::string_view kind) {
    std::vector<std::int64_t> rows;
    const auto number = impl.interning.find(kind);
    if (!number) {
        return rows;
    }
    COTMOC_ASSIGN(Statement * query, impl.statements.get("SELECT row FROM _record WHERE kind = ?"));
    query->bind(1, static_cast<std::int64_t>(*number));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return rows;
        }
        rows.push_back(query->integer(0));
    }
}

}  // namespace

Result<void> show_again(StoreImpl& impl, BytesView followed) {
    const Catalogue* before = nullptr;
    const Catalogue* now = nullptr;
    for (const CatalogueInForce& entry : impl.catalogues) {
        if (entry.catalogue) {
            now = &*entry.catalogue;
            const BytesView source = as_bytes(now->source());
            const Hash256 hash = impl.hasher.hash("catalogue", std::span(&source, 1));
            before = std::ranges::equal(hash.view(), followed) ? now : before;
        }
    }
    for (const Kind& kind : now->kinds()) {
        if (!may_show_others(before != nullptr ? before->find(kind.name) : nullptr, kind)) {
            continue;
        }
        COTMOC_ASSIGN(const std::vector<std::int64_t> rows, rows_of(impl, kind.name));
        for (const std::int64_t row : rows) {
            COTMOC_ASSIGN(const LoadedRecord record, impl.records.get(row));
            COTMOC_ASSIGN(const RecordState state, impl.records.decode(record));
            COTMOC_TRY(impl.records.save(*impl.spaces.find(record.space), record, state, state));
        }
    }
    return {};
}

}  // namespace cotmoc::core
