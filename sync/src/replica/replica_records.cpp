// Records through a replica: rights first, then the store.
#include "snapshot/snapshot_settings.hpp"

#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {

Result<void> Replica::write(const std::function<Result<void>()>& work) {
    if (batching_) {
        auto done = work();
        if (!done && !batch_error_) {
            batch_error_ = done.error();
        }
        return done;
    }
    COTMOC_TRY(prepare());
    COTMOC_TRY(check_not_restored());
    COTMOC_TRY(store_->write(work));
    // The write is durable; what fails to be sealed now is sealed when the next session begins.
    (void)seal_closed();
    store_->notify();
    return {};
}

Result<void> Replica::prepare() {
    if (batching_) {
        return {};
    }
    COTMOC_TRY(end_receiving());
    COTMOC_TRY(follow_trust());
    store_->notify();
    return {};
}

Result<void> Replica::batch(const std::function<Result<void>()>& work) {
    if (batching_) {
        return work();
    }
    COTMOC_TRY(prepare());
    COTMOC_TRY(check_not_restored());
    batching_ = true;
    batch_error_.reset();
    // A call that failed may have noted the first of its ops: the batch fails with it even if the app goes
    // on.
    const auto done = store_->write([&]() -> Result<void> {
        COTMOC_TRY(work());
        return batch_error_ ? tl::unexpected(*batch_error_) : Result<void>();
    });
    batching_ = false;
    COTMOC_TRY(done);
    (void)seal_closed();
    store_->notify();
    return {};
}

Result<void> Replica::check_writable(const RecordId& id) {
    COTMOC_TRY(prepare());
    COTMOC_TRY(check_not_restored());
    if (!joined()) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_ASSIGN(const std::optional<SpaceId> space, store_->space_of(id));
    if (!space) {
        return fail(ErrorCode::unknown_record, to_uuid_text(id));
    }
    if (!trust_.may_write(*self_, *space)) {
        if (self_->revoked || std::ranges::count(trust_.withdrawn(*self_), *space) != 0) {
            return fail(ErrorCode::revoked, name_);
        }
        return fail(ErrorCode::not_allowed, std::string(crypto::role_name(self_->role)));
    }
    return check_not_purged(*space);
}

Result<RecordId> Replica::add(const SpaceInfo& in, std::string_view kind_name,
                              std::span<const core::FieldValue> fields, const std::optional<RecordId>& id) {
    const SpaceInfo space = in;  // it may refer into spaces(), which prepare() makes anew
    COTMOC_TRY(prepare());
    if (!joined() || catalogue() == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    const core::Kind* kind = catalogue()->find(kind_name);
    if (kind == nullptr) {
        return fail(ErrorCode::unknown_kind, std::string(kind_name));
    }
    if (!space.writable) {
        const bool only_the_key = trust_.may_write(*self_, space.id);
        return fail(self_->revoked ? ErrorCode::revoked
                    : only_the_key ? ErrorCode::no_epoch_key
                                   : ErrorCode::not_allowed,
                    space.name);
    }
    COTMOC_TRY(check_not_purged(space.id));
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space.id));
    if (held.empty()) {
        COTMOC_ASSIGN(const std::optional<Bytes> beginning, store_->setting(beginning_setting(space.id)));
        if (beginning && !beginning->empty()) {
            return fail(ErrorCode::space_incomplete, space.name);
        }
    }
    RecordId record;
    if (id) {
        COTMOC_ASSIGN(const std::optional<SpaceId> known, store_->space_of(*id));
        if (known) {
            return fail(ErrorCode::record_exists, to_uuid_text(*id));
        }
        record = *id;
    } else {
        environment_.random.fill(record.octets);
        // RFC 9562, version 4.
        record.octets[6] = static_cast<std::uint8_t>((record.octets[6] & 0x0f) | 0x40);
        record.octets[8] = static_cast<std::uint8_t>((record.octets[8] & 0x3f) | 0x80);
    }
    const auto added = write([&]() -> Result<void> {
        COTMOC_TRY(store_->add(space.id, *kind, fields, record));
        return {};
    });
    COTMOC_TRY(added);
    return record;
}

Result<void> Replica::edit(const RecordId& id, std::span<const core::FieldEdit> edits) {
    COTMOC_TRY(check_writable(id));
    return write([&]() -> Result<void> {
        COTMOC_TRY(store_->edit(id, edits));
        return {};
    });
}

Result<void> Replica::remove(const RecordId& id) {
    COTMOC_TRY(check_writable(id));
    return write([&] { return store_->remove(id); });
}

Result<void> Replica::restore(const RecordId& id) {
    COTMOC_TRY(check_writable(id));
    return write([&] { return store_->restore(id); });
}

Result<void> Replica::resolve(const RecordId& id, std::string_view field,
                              const core::Store::Resolution& resolution) {
    COTMOC_TRY(check_writable(id));
    return write([&] { return store_->resolve(id, field, resolution); });
}

Result<core::JoinOutcome> Replica::merge(const RecordId& keep, const RecordId& other) {
    COTMOC_TRY(check_writable(keep));
    COTMOC_TRY(check_writable(other));
    core::JoinOutcome outcome;
    const auto merged = write([&]() -> Result<void> {
        COTMOC_ASSIGN(outcome, store_->join(keep, other));
        return {};
    });
    COTMOC_TRY(merged);
    return outcome;
}

Result<core::SeparateOutcome> Replica::separate(const RecordId& id) {
    COTMOC_TRY(check_writable(id));
    core::SeparateOutcome outcome;
    const auto separated = write([&]() -> Result<void> {
        COTMOC_ASSIGN(outcome, store_->separate(id));
        return {};
    });
    COTMOC_TRY(separated);
    return outcome;
}

Result<Replica::Imported> Replica::import(const core::ImportLine& line) {
    COTMOC_ASSIGN(const SpaceInfo space, line.space.empty() ? default_space() : find_space(line.space));
    std::optional<core::RecordView> known;
    if (line.id) {
        COTMOC_ASSIGN(known, store_->find(*line.id));
    }
    if (!known) {
        COTMOC_TRY(add(space, line.kind, line.fields, line.id));
        return Imported::added;
    }
    if (known->kind != line.kind || known->space != space.id) {
        return fail(ErrorCode::record_exists, to_uuid_text(*line.id));
    }
    COTMOC_TRY(check_writable(*line.id));
    std::vector<core::FieldEdit> edits;
    for (const core::FieldValue& field : line.fields) {
        edits.push_back({core::FieldEdit::Kind::set, field.field, field.value, true});
    }
    bool changed = false;
    const auto edited = write([&]() -> Result<void> {
        COTMOC_ASSIGN(changed, store_->edit(*line.id, edits));
        return {};
    });
    COTMOC_TRY(edited);
    return changed ? Imported::changed : Imported::unchanged;
}

}  // namespace cotmoc::sync
