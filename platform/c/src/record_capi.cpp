// record.h
#include "edit_json.hpp"
#include "handles.hpp"

#include <cotmoc/records/join_json.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/lookup.hpp>
#include <cotmoc/records/record_json.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

/// The record as it is now, or nothing if nobody wants it.
Result<std::string> record_now(OpenReplica& open, const RecordId& id, cotmoc_text_fn view) {
    if (view == nullptr) {
        return std::string();
    }
    COTMOC_ASSIGN(const auto record, open.replica().store().find(id));
    return record ? records::record_json(open.replica(), *record) : std::string("null");
}

/// A call that changes the record named by `id` with `change`, and tells what it is then.
template <class Change>
cotmoc_status change_record(cotmoc_replica* replica, const char* id, cotmoc_text_fn view, void* ctx,
                            cotmoc_error* error, Change&& change) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
        COTMOC_ASSIGN(const RecordId record, records::find_record_id(open.replica(), name));
        COTMOC_TRY(change(open.replica(), record));
        return record_now(open, record, view);
    });
}

}  // namespace

cotmoc_status cotmoc_record_add(cotmoc_replica* replica, const char* kind, const char* space, const char* id,
                                const char* fields, cotmoc_text_fn view, void* ctx,
                                cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string kind_name, text_of(kind, "kind"));
        COTMOC_ASSIGN(const std::string json, text_of(fields, "fields"));
        COTMOC_ASSIGN(const std::string space_name, optional_text(space, "space"));
        std::optional<RecordId> wanted;
        if (id != nullptr) {
            wanted = from_uuid_text(id);
            if (!wanted) {
                return fail(ErrorCode::bad_id, id);
            }
        }
        COTMOC_ASSIGN(const core::Kind* found, records::find_kind(open.replica(), kind_name));
        COTMOC_ASSIGN(const auto values, core::parse_json_fields(*found, json));
        COTMOC_TRY(core::check_required(*found, values));
        COTMOC_ASSIGN(const sync::SpaceInfo in, records::space_or_default(open.replica(), space_name));
        COTMOC_ASSIGN(const RecordId added, open.replica().add(in, found->name, values, wanted));
        return to_uuid_text(added);
    });
}

cotmoc_status cotmoc_record_edit(cotmoc_replica* replica, const char* id, const char* edits,
                                 cotmoc_text_fn view, void* ctx, cotmoc_error* error) noexcept {
    return change_record(replica, id, view, ctx, error,
                         [&](sync::Replica& in, const RecordId& record) -> Result<void> {
                             COTMOC_ASSIGN(const std::string json, text_of(edits, "edits"));
                             COTMOC_ASSIGN(const auto view_of, in.store().find(record));
                             if (!view_of) {
                                 return fail(ErrorCode::unknown_record, to_uuid_text(record));
                             }
                             COTMOC_ASSIGN(const core::Kind* kind, records::find_kind(in, view_of->kind));
                             COTMOC_ASSIGN(const auto parsed, parse_edits(*kind, json));
                             return in.edit(view_of->id, parsed);
                         });
}

cotmoc_status cotmoc_record_delete(cotmoc_replica* replica, const char* id, cotmoc_error* error) noexcept {
    return change_record(replica, id, nullptr, nullptr, error,
                         [](sync::Replica& in, const RecordId& record) { return in.remove(record); });
}

cotmoc_status cotmoc_record_restore(cotmoc_replica* replica, const char* id, cotmoc_text_fn view, void* ctx,
                                    cotmoc_error* error) noexcept {
    return change_record(replica, id, view, ctx, error,
                         [](sync::Replica& in, const RecordId& record) { return in.restore(record); });
}

cotmoc_status cotmoc_record_import(cotmoc_replica* replica, const char* line, cotmoc_text_fn view, void* ctx,
                                   cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string text, text_of(line, "line"));
        COTMOC_ASSIGN(const core::ImportLine parsed, records::read_import_line(open.replica(), text));
        COTMOC_ASSIGN(const sync::Replica::Imported imported, open.replica().import(parsed));
        switch (imported) {
            case sync::Replica::Imported::added:
                return std::string("added");
            case sync::Replica::Imported::changed:
                return std::string("changed");
            case sync::Replica::Imported::unchanged:
                break;
        }
        return std::string("unchanged");
    });
}

cotmoc_status cotmoc_record_get(cotmoc_replica* replica, const char* id, cotmoc_text_fn view, void* ctx,
                                cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
        COTMOC_ASSIGN(const core::RecordView record, records::find_record(open.replica(), name));
        return records::record_json(open.replica(), record);
    });
}

cotmoc_status cotmoc_record_versions(cotmoc_replica* replica, const char* id, cotmoc_text_fn view, void* ctx,
                                     cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
        COTMOC_ASSIGN(const core::RecordView record, records::find_record(open.replica(), name));
        COTMOC_ASSIGN(const auto versions, open.replica().store().versions(record.id));
        return records::versions_json(open.replica(), record, versions);
    });
}

cotmoc_status cotmoc_record_history(cotmoc_replica* replica, const char* id, cotmoc_text_fn view, void* ctx,
                                    cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
        COTMOC_ASSIGN(const RecordId record, records::find_record_id(open.replica(), name));
        COTMOC_ASSIGN(const auto entries, open.replica().history(record));
        std::vector<std::string> lines;
        for (const sync::HistoryEntry& entry : entries) {
            lines.push_back(records::history_json(entry));
        }
        return records::json_array(lines);
    });
}

cotmoc_status cotmoc_record_revert(cotmoc_replica* replica, const char* id, const char* change,
                                   cotmoc_text_fn view, void* ctx, cotmoc_error* error) noexcept {
    return change_record(replica, id, view, ctx, error,
                         [&](sync::Replica& in, const RecordId& record) -> Result<void> {
                             COTMOC_ASSIGN(const std::string to, text_of(change, "change"));
                             COTMOC_TRY(in.revert(record, to));
                             return {};
                         });
}

cotmoc_status cotmoc_record_merge(cotmoc_replica* replica, const char* id, const char* other,
                                  cotmoc_text_fn view, void* ctx, cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string first, text_of(id, "id"));
        COTMOC_ASSIGN(const std::string second, text_of(other, "other"));
        COTMOC_ASSIGN(const RecordId keep, records::find_record_id(open.replica(), first));
        COTMOC_ASSIGN(const RecordId gone, records::find_record_id(open.replica(), second));
        COTMOC_ASSIGN(const core::JoinOutcome outcome, open.replica().merge(keep, gone));
        return records::join_json(outcome);
    });
}

cotmoc_status cotmoc_record_separate(cotmoc_replica* replica, const char* id, cotmoc_text_fn view, void* ctx,
                                     cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
        COTMOC_ASSIGN(const RecordId record, records::find_record_id(open.replica(), name));
        COTMOC_ASSIGN(const core::SeparateOutcome outcome, open.replica().separate(record));
        return records::separate_json(outcome);
    });
}

cotmoc_status cotmoc_record_duplicates(cotmoc_replica* replica, const char* kind, const char* space,
                                       cotmoc_text_fn view, void* ctx, cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string kind_name, text_of(kind, "kind"));
        COTMOC_ASSIGN(const std::string space_name, optional_text(space, "space"));
        COTMOC_ASSIGN(const core::Kind* found, records::find_kind(open.replica(), kind_name));
        std::optional<SpaceId> in;
        if (!space_name.empty()) {
            COTMOC_ASSIGN(const sync::SpaceInfo info, open.replica().find_space(space_name));
            in = info.id;
        }
        COTMOC_ASSIGN(const auto pairs, open.replica().store().duplicates(*found, in));
        std::vector<std::string> objects;
        for (const core::Duplicate& pair : pairs) {
            objects.push_back(records::duplicate_json(open.replica(), *found, pair));
        }
        return records::json_array(objects);
    });
}
