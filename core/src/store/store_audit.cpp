// What an audit asks of the store: which op is void, and which record an op is about.
#include "store/digest_sum.hpp"
#include "store/journal.hpp"
#include "store/store_impl.hpp"

namespace cotmoc::core {

Result<std::vector<Store::VoidOp>> Store::void_ops(const SpaceId& space, DeviceIndex author,
                                                   std::uint64_t seq) {
    std::vector<VoidOp> found;
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return found;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT position, reason FROM _void_op WHERE space = ? AND device = ? "
                              "AND seq = ? ORDER BY position"));
    query->bind(1, known->number)
        .bind(2, static_cast<std::int64_t>(to_number(author)))
        .bind(3, static_cast<std::int64_t>(seq));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return found;
        }
        const auto index = static_cast<std::uint32_t>(query->integer(0));
        found.push_back({space, {author, seq, index}, std::string(query->text(1))});
    }
}

Result<std::optional<Store::NamedRecord>> Store::find_named(const SpaceId& space, const RecordName& name) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return std::nullopt;
    }
    Statement* query = nullptr;
    if (name.id) {
        COTMOC_ASSIGN(query, impl_->statements.get("SELECT id, kind FROM _record WHERE id = ? AND space = ? "
                                                   "ORDER BY kind LIMIT 1"));
        query->bind_blob(1, name.id->view()).bind(2, known->number);
    } else {
        COTMOC_ASSIGN(const std::optional<std::int64_t> row,
                      CreationRuns::find(impl_->statements, *known, name.created));
        if (!row) {
            return std::nullopt;
        }
        COTMOC_ASSIGN(query, impl_->statements.get("SELECT id, kind FROM _record WHERE row = ?"));
        query->bind(1, *row);
    }
    COTMOC_ASSIGN(const bool there, query->step());
    if (!there) {
        return std::nullopt;
    }
    const auto id = RecordId::from(query->blob(0));
    const auto kind = static_cast<std::uint32_t>(query->integer(1));
    query->reset();
    if (!id) {
        return fail(ErrorCode::database_damaged, "record");
    }
    return NamedRecord{*id, impl_->interning.name(kind)};
}

Result<std::map<RecordId, Hash256>> Store::record_hashes(const SpaceId& space) {
    std::map<RecordId, Hash256> hashes;
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return hashes;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT row, id, space, flags, body, state FROM _record WHERE space = ?"));
    query->bind(1, known->number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return hashes;
        }
        const LoadedRecord record = read_row(*query);
        COTMOC_ASSIGN(const RecordState state, impl_->records.decode(record));
        const Hash256 ops = impl_->records.digest_term(record.id, state);
        const BytesView parts[] = {ops.view(), as_bytes(record.body)};
        digest_add(hashes[record.id], impl_->hasher.hash("record-check", parts));
    }
}

}  // namespace cotmoc::core
