#include "store/record_table.hpp"

#include "merge/record_apply.hpp"
#include "store/digest_sum.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/core/attachment.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

std::string body_of(const std::map<std::string_view, Value>& values) {
    std::string body = "{";
    for (const auto& [name, value] : values) {
        append_member(body, name, value);
    }
    return body + "}";
}

struct ShownFields {
    std::map<std::string_view, Value> visible;
    std::map<std::string_view, Value> retired;
};

ShownFields fields_of(const RecordTable& records, const Kind* kind, const RecordState& state) {
    ShownFields fields;
    for (const auto& [key, content] : state.fields) {
        Value value = kind != nullptr ? records.shown(*kind, key, content)
                                      : shown_value(content, {records.devices(), nullptr});
        if (key != join_key && type_of(value) != ValueType::null) {
            const Field* field = kind != nullptr ? kind->find_key(key) : nullptr;
            if (field != nullptr) {
                value = without_keys(*field, std::move(value));
            }
            auto& values = field != nullptr && field->retired ? fields.retired : fields.visible;
            values.emplace(field != nullptr ? field->name : key, std::move(value));
        }
    }
    return fields;
}

}  // namespace

const DeviceId& DeviceIds::id(DeviceIndex index) const {
    static const DeviceId content = [] {
        DeviceId id;
        id.octets.fill(0xff);
        return id;
    }();
    const std::size_t number = to_number(index);
    return number < ids.size() ? ids[number] : content;
}

void content_dots_of(const Hasher& hasher, const Layout& layout, std::span<const Value> values,
                     std::vector<Dot>& dots) {
    dots.assign(values.size(), Dot{});
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto* text = std::get_if<std::string>(&values[i]);
        if (layout.entries[i].shape == Shape::text && text != nullptr) {
            dots[i] = content_dot(hasher, *text);
        }
    }
}

Result<void> RecordTable::load() {
    last_.forget();
    COTMOC_ASSIGN(Statement query, database_.prepare("SELECT coalesce(max(row), 0) FROM _record"));
    COTMOC_ASSIGN(const bool row, query.step());
    last_row_ = row ? query.integer(0) : 0;
    return {};
}

LoadedRecord read_row(const Statement& query) {
    LoadedRecord record;
    record.row = query.integer(0);
    record.id = RecordId::from(query.blob(1)).value_or(RecordId{});
    record.space = query.integer(2);
    record.flags = query.integer(3);
    record.body = query.text(4);
    const BytesView state = query.blob(5);
    record.state.assign(state.begin(), state.end());
    return record;
}

Result<std::optional<LoadedRecord>> RecordTable::find(const RecordId& id) {
    COTMOC_ASSIGN(Statement * query,
                  statements_.get("SELECT row, id, space, flags, body, state FROM _record WHERE id = ?"));
    query->bind_blob(1, id.view());
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return std::nullopt;
    }
    LoadedRecord record = read_row(*query);
    query->reset();
    return record;
}

Result<std::optional<LoadedRecord>> RecordTable::find(const RecordId& id, const SpaceEntry& space,
                                                      std::string_view kind) {
    COTMOC_ASSIGN(const std::uint32_t kind_number, interning_.number(kind));
    COTMOC_ASSIGN(Statement * query, statements_.get("SELECT row, id, space, flags, body, state FROM _record "
                                                     "WHERE id = ? AND space = ? AND kind = ?"));
    query->bind_blob(1, id.view()).bind(2, space.number).bind(3, static_cast<std::int64_t>(kind_number));
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return std::nullopt;
    }
    LoadedRecord record = read_row(*query);
    query->reset();
    return record;
}

Result<std::vector<LoadedRecord>> RecordTable::find_all(const RecordId& id, const SpaceEntry& space) {
    COTMOC_ASSIGN(Statement * query, statements_.get("SELECT row, id, space, flags, body, state FROM _record "
                                                     "WHERE id = ? AND space = ?"));
    query->bind_blob(1, id.view()).bind(2, space.number);
    std::vector<LoadedRecord> records;
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return records;
        }
        records.push_back(read_row(*query));
    }
}

Result<LoadedRecord> RecordTable::get(std::int64_t row_number) {
    COTMOC_ASSIGN(Statement * query,
                  statements_.get("SELECT row, id, space, flags, body, state FROM _record WHERE row = ?"));
    query->bind(1, row_number);
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return fail(ErrorCode::database_damaged, "a record's row is missing");
    }
    LoadedRecord record = read_row(*query);
    query->reset();
    return record;
}

Result<RecordState> RecordTable::decode(const LoadedRecord& record) const {
    return decode_row(record.body, record.state, interning_, hasher_);
}

Result<RecordState> RecordTable::decode_to_change(const LoadedRecord& record) {
    std::optional<RecordState> known = last_.take(record.row, record.body, record.state);
    return known ? Result<RecordState>(std::move(*known)) : decode(record);
}

Result<bool> RecordTable::insert_row(const SpaceEntry& space, const RecordId& id, std::string_view kind) {
    COTMOC_ASSIGN(const std::uint32_t kind_number, interning_.number(kind));
    COTMOC_ASSIGN(
        Statement * insert,
        statements_.get(
            "INSERT INTO _record(row, id, kind, space, flags, body, state) VALUES(?, ?, ?, ?, 0, ?, ?) "
            "ON CONFLICT(id, space, kind) DO NOTHING"));
    COTMOC_TRY(insert->bind(1, last_row_ + 1)
                   .bind_blob(2, id.view())
                   .bind(3, static_cast<std::int64_t>(kind_number))
                   .bind(4, space.number)
                   .bind(5, std::string_view(row_.body))
                   .bind_blob(6, row_.state)
                   .run());
    const bool inserted = database_.changed_rows() != 0;
    last_row_ += inserted ? 1 : 0;
    if (inserted && changes_.recording()) {
        changes_.inserted(last_row_, id);
    }
    return inserted;
}

Result<std::optional<std::int64_t>> RecordTable::insert_fresh(SpaceEntry& space, const RecordId& id,
                                                              const StoredLayout& layout, const Dot& dot,
                                                              Hlc at, std::span<const Value> values) {
    encode_fresh(row_, layout, dot, at, values);
    COTMOC_ASSIGN(const bool inserted, insert_row(space, id, layout.layout.kind));
    if (!inserted) {
        return std::nullopt;
    }
    content_dots_of(hasher_, layout.layout, values, content_dots_);
    form_.clear();
    append_fresh_digest_form(form_, id, layout, dot, at, values, content_dots_, devices_);
    const BytesView part = form_;
    digest_add(space.digest, hasher_.hash("record", std::span(&part, 1)));
    space.digest_changed = true;
    return last_row_;
}

Result<std::int64_t> RecordTable::insert_state(SpaceEntry& space, const RecordId& id,
                                               const Creation& creation, std::span<const Value> values) {
    RecordState state;
    state.kind = creation.layout->layout.kind;
    content_dots_of(hasher_, creation.layout->layout, values, content_dots_);
    apply_create(state, creation, values, content_dots_, Past({}, creation.dot), devices_, kind(state.kind));
    COTMOC_TRY(encode_row(row_, state, kind(state.kind), devices_, interning_, hasher_));
    COTMOC_ASSIGN(const bool inserted, insert_row(space, id, state.kind));
    COTMOC_CHECK(inserted);
    digest_add(space.digest, digest_term(id, state));
    space.digest_changed = true;
    return last_row_;
}

Result<std::optional<std::int64_t>> RecordTable::insert_whole(SpaceEntry& space, const RecordId& id,
                                                              const RecordState& state) {
    COTMOC_TRY(encode_row(row_, state, kind(state.kind), devices_, interning_, hasher_));
    COTMOC_ASSIGN(const bool inserted, insert_row(space, id, state.kind));
    if (!inserted) {
        return std::nullopt;
    }
    const std::int64_t flags = flags_of(state, conflicts(state).size());
    if (flags != 0) {
        COTMOC_ASSIGN(Statement * update, statements_.get("UPDATE _record SET flags = ? WHERE row = ?"));
        COTMOC_TRY(update->bind(1, flags).bind(2, last_row_).run());
    }
    digest_add(space.digest, digest_term(id, state));
    space.digest_changed = true;
    return last_row_;
}

Hash256 RecordTable::digest_term(const RecordId& id, const RecordState& state) const {
    Bytes form;
    append_digest_form(form, id, state, devices_);
    const BytesView part = form;
    return hasher_.hash("record", std::span(&part, 1));
}

const Kind* RecordTable::kind(std::string_view name) const {
    return catalogue_ != nullptr ? catalogue_->find(name) : nullptr;
}

const Field* RecordTable::field(std::string_view kind_name, std::string_view name) const {
    if (name == join_key) {
        return &join_field();
    }
    const Kind* known = kind(kind_name);
    return known != nullptr ? known->find_key(name) : nullptr;
}

Value RecordTable::shown(const Kind& kind, std::string_view key, const FieldContent& content) const {
    const Field* field = kind.find_key(key);
    Value value = shown_value(content, {devices_, field});
    return field != nullptr ? widened(*field, std::move(value)) : value;
}

void RecordTable::show_fields(RecordView& view, const LoadedRecord& record, const RecordState& state) const {
    const Kind* known = kind(state.kind);
    const bool points = (record.flags & record_flag::points) != 0;
    if (!points && (known == nullptr || known->shown_as_stored)) {
        view.body = record.body;
        return;
    }
    const ShownFields fields = fields_of(*this, known, state);
    view.body = body_of(fields.visible);
    view.retired = fields.retired.empty() ? std::string() : body_of(fields.retired);
}

std::map<std::string_view, Value> RecordTable::visible_fields(const RecordState& state) const {
    return fields_of(*this, kind(state.kind), state).visible;
}

std::vector<FieldConflict> RecordTable::conflicts(const RecordState& state) const {
    std::vector<FieldConflict> all;
    for (const auto& [name, content] : state.fields) {
        const Register* reg = std::get_if<Register>(&content);
        if (const auto* counter = std::get_if<Counter>(&content)) {
            reg = &counter->bases();
        }
        if (reg == nullptr) {
            continue;
        }
        const RegisterView view{devices_, field(state.kind, name)};
        const auto listed = reg->listed(view);
        if (listed.empty()) {
            continue;
        }
        const RegisterOp* shown = reg->displayed(view);
        FieldConflict conflict{name, Policy::latest, {}};
        if (view.field != nullptr) {
            conflict.field = view.field->name;
            conflict.policy = view.field->policy;
        }
        const auto add = [&](const RegisterOp& op, bool is_shown) {
            Value value = view.field != nullptr ? widened(*view.field, op.value) : op.value;
            conflict.values.push_back({std::move(value), op.dot, op.at, is_shown, op.resolving});
        };
        add(*shown, true);
        for (const RegisterOp* op : listed) {
            add(*op, false);
        }
        all.push_back(std::move(conflict));
    }
    return all;
}

std::string field_version(const Hasher& hasher, const FieldContent* content, const DeviceTable& devices) {
    constexpr std::size_t octets = 8;  // one of 2^64 changes goes unnoticed
    Bytes form;
    if (content != nullptr) {
        append_field_form(form, *content, devices);
    }
    const BytesView part = form;
    return to_hex(hasher.hash("field-version", std::span(&part, 1)).view().first(octets));
}

std::int64_t RecordTable::flags_of(const RecordState& state, std::size_t conflicts) const {
    return (state.deleted() ? record_flag::deleted : 0) | (conflicts > 0 ? record_flag::conflict : 0) |
           (state.edited_while_deleted() ? record_flag::edited_while_deleted : 0) |
           (target_of(state) ? record_flag::points : 0);
}

Result<RecordTable::Saved> RecordTable::save(SpaceEntry& space, const LoadedRecord& before,
                                             const RecordState& old_state, RecordState new_state) {
    COTMOC_TRY(encode_row(row_, new_state, kind(new_state.kind), devices_, interning_, hasher_));
    const auto old_conflicts = conflicts(old_state);
    const auto new_conflicts = conflicts(new_state);
    const Saved saved{old_conflicts.size(), new_conflicts.size()};
    const std::int64_t flags = flags_of(new_state, saved.conflicts_after);
    const std::optional<RecordId> old_target = target_of(old_state);
    const bool rejoined = old_target != target_of(new_state);
    COTMOC_ASSIGN(
        Statement * update,
        statements_.get("UPDATE _record SET flags = ? | (flags & 16), body = ?, state = ? WHERE row = ?"));
    COTMOC_TRY(update->bind(1, flags)
                   .bind(2, std::string_view(row_.body))
                   .bind_blob(3, row_.state)
                   .bind(4, before.row)
                   .run());
    if (changes_.recording()) {
        changes_.saved(
            before.row, before.id, shown_hash(hasher_, before.body, before.flags, old_conflicts),
            shown_hash(hasher_, row_.body, flags | (before.flags & record_flag::joined), new_conflicts));
    }
    if (rejoined) {
        COTMOC_TRY(follow_join(before.row, old_target));
    }
    if (row_.body != before.body) {
        COTMOC_ASSIGN(Statement * stale,
                      statements_.get("INSERT OR IGNORE INTO _search_stale(row) VALUES(?)"));
        COTMOC_TRY(stale->bind(1, before.row).run());
    }
    const std::optional<Hash256> known_term = last_.digest_term(before.row, before.body, before.state);
    const Hash256 new_term = digest_term(before.id, new_state);
    digest_subtract(space.digest, known_term ? *known_term : digest_term(before.id, old_state));
    digest_add(space.digest, new_term);
    space.digest_changed = true;
    if (row_.state.size() >= DecodedRecord::state_octets_min) {
        last_.keep(before.row, row_.body, row_.state, std::move(new_state), new_term);
    }
    return saved;
}

}  // namespace cotmoc::core
