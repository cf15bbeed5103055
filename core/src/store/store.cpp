#include <cotmoc/core/store.hpp>

#include "store/digest_sum.hpp"
#include "store/schema.hpp"
#include "store/store_impl.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

constexpr std::string_view last_stamp = "last_stamp";
constexpr std::string_view file_head = "file_head";

/// What the cipher does not authenticate is compared with a copy that it does.
Result<void> check_file_head(Store& store, Database& database) {
    COTMOC_ASSIGN(const std::optional<Bytes> head, database.clear_head());
    COTMOC_ASSIGN(const std::optional<Bytes> known, store.setting(file_head));
    if (!head || known == head) {
        return {};
    }
    if (!known) {
        return store.write([&] { return store.set_setting(file_head, *head); });
    }
    return switched_off("file-head") ? Result<void>{}
                                     : fail(ErrorCode::database_damaged, "the first octets of the file");
}

}  // namespace

Result<void> StoreImpl::load() {
    COTMOC_TRY(records.load());  // first: what it keeps decoded points into the interning
    COTMOC_TRY(interning.load());
    COTMOC_TRY(spaces.load(devices.self));
    return {};
}

Result<Hlc> StoreImpl::stamp() {
    if (!stamp_of_transaction) {
        stamp_of_transaction = clock->now();
    }
    return *stamp_of_transaction;
}

Result<LoadedRecord> StoreImpl::get_itself(const RecordId& id) {
    COTMOC_ASSIGN(std::optional<LoadedRecord> record, records.find(id));
    if (!record) {
        return fail(ErrorCode::unknown_record, to_uuid_text(id));
    }
    return std::move(*record);
}

Result<LoadedRecord> StoreImpl::get(const RecordId& id) {
    COTMOC_ASSIGN(LoadedRecord record, get_itself(id));
    return records.root(std::move(record));
}

Store::Store(std::unique_ptr<StoreImpl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
    COTMOC_ASSIGN(Database database, Database::open({options.path, options.key, options.cipher, true, true}));
    COTMOC_TRY(prepare_schema(database));
    auto impl = std::make_unique<StoreImpl>(std::move(database), options);
    COTMOC_TRY(impl->load());
    std::unique_ptr<Store> store(new Store(std::move(impl)));
    COTMOC_ASSIGN(const std::optional<Bytes> stamp, store->setting(last_stamp));
    Hlc last;
    if (stamp) {
        BinaryReader reader(*stamp);
        last.wall_ms = reader.u48();
        last.counter = reader.u16();
    }
    store->impl_->clock.emplace(options.clock, std::max(last, store->impl_->spaces.newest_stamp()));
    COTMOC_TRY(check_file_head(*store, store->impl_->database));
    return store;
}

Result<void> Store::begin() {
    COTMOC_CHECK(!impl_->writing);
    impl_->stamp_of_transaction.reset();
    impl_->stamp_before = impl_->clock->last();
    COTMOC_ASSIGN(Statement * begin_statement, impl_->statements.get("BEGIN IMMEDIATE"));
    COTMOC_TRY(begin_statement->run());
    impl_->writing = true;
    impl_->records.changes().set_recording(impl_->observers.wanted());
    return {};
}

Result<void> Store::commit() {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(const bool clock_written, impl_->spaces.flush(impl_->clock->last()));
    if (!clock_written && impl_->clock->last() != impl_->stamp_before) {
        BinaryWriter writer;
        writer.u48(impl_->clock->last().wall_ms);
        writer.u16(impl_->clock->last().counter);
        COTMOC_TRY(set_setting(last_stamp, writer.bytes()));
    }
    COTMOC_ASSIGN(Statement * commit_statement, impl_->statements.get("COMMIT"));
    COTMOC_TRY(commit_statement->run());
    impl_->writing = false;
    impl_->observers.follow(*impl_, impl_->records.changes());
    impl_->records.changes().clear();
    return {};
}

void Store::rollback() {
    if (impl_->database.in_transaction()) {
        (void)impl_->database.execute("ROLLBACK");
    }
    impl_->writing = false;
    // Memory must say what the database says; if even that fails, the first error is still the one to report.
    (void)impl_->load();
    impl_->records.changes().clear();
    impl_->observers.follow(*impl_, impl_->records.changes());
}

bool Store::writing() const { return impl_->writing; }

Result<Hlc> Store::stamp() {
    COTMOC_CHECK(impl_->writing);
    return impl_->stamp();
}

Result<void> Store::write(const std::function<Result<void>()>& work) {
    COTMOC_TRY(begin());
    Result<void> result = work();
    if (result) {
        result = commit();
    }
    if (!result) {
        rollback();
    }
    return result;
}

void Store::set_devices(std::vector<DeviceId> ids, std::optional<DeviceIndex> self,
                        std::vector<DeviceIndex> province_devices) {
    const bool self_changed = impl_->devices.self != self;
    impl_->devices.ids = std::move(ids);
    impl_->devices.self = self;
    impl_->devices.province = std::move(province_devices);
    if (self_changed) {
        (void)impl_->spaces.load(self);
    }
}

void Store::set_role(std::string_view role) { impl_->role = role; }

Result<void> Store::set_catalogues(std::vector<CatalogueInForce> catalogues) {
    impl_->catalogues = std::move(catalogues);
    Catalogue* newest = nullptr;
    for (CatalogueInForce& entry : impl_->catalogues) {
        newest = entry.catalogue ? &*entry.catalogue : newest;
    }
    for (const CatalogueInForce& entry : impl_->catalogues) {
        if (entry.catalogue && &*entry.catalogue != newest) {
            newest->note_earlier(*entry.catalogue);
        }
    }
    impl_->records.set_catalogue(newest);
    impl_->unique_queries.clear();
    if (newest == nullptr) {
        return {};
    }
    const BytesView source = as_bytes(newest->source());
    const Hash256 hash = impl_->hasher.hash("catalogue", std::span(&source, 1));
    COTMOC_ASSIGN(const std::optional<Bytes> followed, setting("catalogue_followed"));
    if (followed && Hash256::from(*followed) == hash) {
        return {};
    }
    impl_->statements.clear();
    return write([&]() -> Result<void> {
        COTMOC_TRY(follow_catalogue(impl_->database, *newest, impl_->interning));
        if (followed) {
            COTMOC_TRY(show_again(*impl_, *followed));
        }
        COTMOC_TRY(impl_->search.forget());
        impl_->records.changes().note_everything();
        return set_setting("catalogue_followed", hash.view());
    });
}

const Catalogue* Store::catalogue() const {
    const Catalogue* newest = nullptr;
    for (const CatalogueInForce& entry : impl_->catalogues) {
        newest = entry.catalogue ? &*entry.catalogue : newest;
    }
    return newest;
}

const CatalogueInForce* Store::catalogue_at(std::uint64_t trust_position) const {
    const CatalogueInForce* found = nullptr;
    for (const CatalogueInForce& entry : impl_->catalogues) {
        if (entry.position <= trust_position) {
            found = &entry;
        }
    }
    return found;
}

Result<void> Store::set_space_name(const SpaceId& space, std::string_view name) {
    SpaceEntry* known = impl_->spaces.find(space);
    if (known != nullptr && known->name == name) {
        return {};
    }
    return write([&] { return impl_->spaces.rename(space, name); });
}

Result<std::vector<Bytes>> Store::trust_entries() {
    std::vector<Bytes> entries;
    COTMOC_ASSIGN(Statement * query, impl_->statements.get("SELECT entry FROM _trust ORDER BY position"));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return entries;
        }
        const BytesView entry = query->blob(0);
        entries.emplace_back(entry.begin(), entry.end());
    }
}

Result<Bytes> Store::trust_entry(std::uint64_t position) {
    COTMOC_ASSIGN(Statement * query, impl_->statements.get("SELECT entry FROM _trust WHERE position = ?"));
    query->bind(1, static_cast<std::int64_t>(position));
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return fail(ErrorCode::internal, "trust position " + std::to_string(position));
    }
    const BytesView entry = query->blob(0);
    Bytes copy(entry.begin(), entry.end());
    query->reset();
    return copy;
}

Result<void> Store::truncate_trust(std::uint64_t position) {
    return write([&]() -> Result<void> {
        COTMOC_ASSIGN(Statement * remove, impl_->statements.get("DELETE FROM _trust WHERE position > ?"));
        remove->bind(1, static_cast<std::int64_t>(position));
        return remove->run();
    });
}

Result<void> Store::append_trust(std::uint64_t position, BytesView entry) {
    COTMOC_ASSIGN(Statement * insert,
                  impl_->statements.get("INSERT INTO _trust(position, entry) VALUES(?, ?)"));
    return insert->bind(1, static_cast<std::int64_t>(position)).bind_blob(2, entry).run();
}

Result<std::optional<Bytes>> Store::setting(std::string_view name) {
    COTMOC_ASSIGN(Statement * query, impl_->statements.get("SELECT value FROM _setting WHERE name = ?"));
    query->bind(1, name);
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return std::nullopt;
    }
    const BytesView value = query->blob(0);
    Bytes copy(value.begin(), value.end());
    query->reset();
    return copy;
}

Result<void> Store::set_setting(std::string_view name, BytesView value) {
    COTMOC_ASSIGN(Statement * put,
                  impl_->statements.get("INSERT OR REPLACE INTO _setting(name, value) VALUES(?, ?)"));
    return put->bind(1, name).bind_blob(2, value).run();
}

Result<Hash256> Store::digest(const SpaceId& space) {
    const SpaceEntry* known = impl_->spaces.find(space);
    return known != nullptr ? known->digest : Hash256{};
}

Result<void> Store::check_integrity() { return impl_->database.check_integrity(); }

}  // namespace cotmoc::core
