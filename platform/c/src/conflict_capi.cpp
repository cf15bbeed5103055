// conflict.h
#include "handles.hpp"

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/lookup.hpp>
#include <cotmoc/records/record_json.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

/// Settles a field's conflict. `choose` fills the resolution by the field.
cotmoc_status resolve(
    cotmoc_replica* replica, const char* id, const char* field, const char* shown, cotmoc_error* error,
    const std::function<Result<void>(const core::Field&, core::Store::Resolution&)>& choose) noexcept {
    return guard(error, [&]() -> Result<void> {
        return with(replica, Access::records, [&](OpenReplica& open) -> Result<void> {
            COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
            COTMOC_ASSIGN(const std::string field_name, text_of(field, "field"));
            COTMOC_ASSIGN(const std::string version, optional_text(shown, "shown"));
            sync::Replica& in = open.replica();
            COTMOC_ASSIGN(const RecordId record, records::find_record_id(in, name));
            COTMOC_ASSIGN(const core::RecordView view, records::find_record(in, name));
            COTMOC_ASSIGN(const core::Kind* kind, records::find_kind(in, view.kind));
            const core::Field* found = kind->find_disputed(field_name);
            if (found == nullptr) {
                return fail(ErrorCode::unknown_field, kind->name + "." + field_name);
            }
            core::Store::Resolution chosen;
            if (shown != nullptr) {
                chosen.shown = version;
            }
            COTMOC_TRY(choose(*found, chosen));
            return in.resolve(record, found->name, chosen);
        });
    });
}

}  // namespace

cotmoc_status cotmoc_conflict_list(cotmoc_replica* replica, const char* id, cotmoc_text_fn view, void* ctx,
                                   cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        sync::Replica& in = open.replica();
        COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
        COTMOC_ASSIGN(const RecordId asked, records::find_record_id(in, name));
        COTMOC_ASSIGN(const core::RecordView record, records::find_record(in, name));
        std::vector<std::string> objects;
        const auto add = [&](const core::RecordView& of) {
            for (const core::FieldConflict& conflict : of.conflicts) {
                objects.push_back(records::conflict_json(open.settings().language, in, of, conflict));
            }
        };
        add(record);
        if (asked != record.id) {
            // It was joined into another one: the join itself may be disputed.
            COTMOC_ASSIGN(const auto itself, in.store().find_itself(asked));
            if (itself) {
                add(*itself);
            }
        }
        return records::json_array(objects);
    });
}

cotmoc_status cotmoc_conflict_soft(cotmoc_replica* replica, const char* id, cotmoc_text_fn view, void* ctx,
                                   cotmoc_error* error) noexcept {
    return tell(replica, Access::records, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        sync::Replica& in = open.replica();
        COTMOC_ASSIGN(const std::string name, optional_text(id, "id"));
        std::vector<std::string> objects;
        const auto add = [&](const core::RecordView& of) -> Result<void> {
            COTMOC_ASSIGN(const auto edits, in.soft_conflicts(of.id));
            if (!edits.empty()) {
                objects.push_back(records::soft_conflict_json(open.settings().language, of, edits));
            }
            return {};
        };
        if (id != nullptr) {
            COTMOC_ASSIGN(const core::RecordView record, records::find_record(in, name));
            COTMOC_TRY(add(record));
            return records::json_array(objects);
        }
        Result<void> added;
        COTMOC_TRY(in.store().list({}, [&](const core::RecordView& record) {
            added = add(record);
            return added.has_value();
        }));
        COTMOC_TRY(added);
        return records::json_array(objects);
    });
}

cotmoc_status cotmoc_conflict_take(cotmoc_replica* replica, const char* id, const char* field,
                                   uint32_t number, const char* shown, cotmoc_error* error) noexcept {
    return resolve(replica, id, field, shown, error,
                   [&](const core::Field&, core::Store::Resolution& chosen) -> Result<void> {
                       if (number == 0) {
                           return fail(ErrorCode::no_conflict, "values are numbered from 1");
                       }
                       chosen.take = number - 1;
                       return {};
                   });
}

cotmoc_status cotmoc_conflict_set(cotmoc_replica* replica, const char* id, const char* field,
                                  const char* value, const char* shown, cotmoc_error* error) noexcept {
    return resolve(replica, id, field, shown, error,
                   [&](const core::Field& of, core::Store::Resolution& chosen) -> Result<void> {
                       COTMOC_ASSIGN(const std::string json, text_of(value, "value"));
                       COTMOC_ASSIGN(chosen.value, core::parse_json_value(of, json));
                       return {};
                   });
}

cotmoc_status cotmoc_conflict_acknowledge(cotmoc_replica* replica, const char* id, const char* field,
                                          const char* shown, cotmoc_error* error) noexcept {
    return resolve(replica, id, field, shown, error,
                   [](const core::Field&, core::Store::Resolution&) -> Result<void> { return {}; });
}
