#include <cotmoc/records/record_json.hpp>

#include <cotmoc/records/json_text.hpp>

#include <algorithm>

namespace cotmoc::records {
namespace {

std::string_view policy_name(core::Policy policy) {
    switch (policy) {
        case core::Policy::latest:
            return "latest";
        case core::Policy::review:
            return "review";
        case core::Policy::worst:
            return "worst";
        case core::Policy::workflow:
            return "workflow";
        case core::Policy::counter:
            return "counter";
        case core::Policy::set:
            return "set";
        case core::Policy::text:
            return "text";
    }
    return "";
}

struct Words {
    std::string_view english;
    std::string_view vietnamese;
};

constexpr Words why_latest = {
    "the value with the later clock stamp is shown; look at the others, then resolve or acknowledge",
    "đang hiển thị giá trị có dấu giờ muộn hơn; hãy xem các giá trị khác rồi giải quyết hoặc xác nhận đã "
    "xem"};
constexpr Words why_review = {
    "disputed: written on two devices that did not know of each other; a person must choose",
    "tranh chấp: hai thiết bị ghi mà không biết nhau; cần người chọn"};
constexpr Words why_worst = {
    "the value later in the catalogue's list, the most serious, is shown; look at the others, then resolve "
    "or "
    "acknowledge",
    "đang hiển thị giá trị đứng sau trong danh mục, tức nghiêm trọng nhất; hãy xem các giá trị khác rồi giải "
    "quyết hoặc xác nhận"};
constexpr Words why_workflow = {
    "the furthest state is shown; look at the others, then resolve or acknowledge",
    "đang hiển thị trạng thái xa nhất; hãy xem các giá trị khác rồi giải quyết hoặc xác nhận"};
constexpr Words why_other = {
    "two devices set a new start value that did not know of each other; the one with the later clock stamp "
    "counts",
    "hai thiết bị đặt giá trị ban đầu mới mà không biết nhau; giá trị có dấu giờ muộn hơn được tính"};
constexpr Words why_resolved = {
    "resolved differently on devices that did not know of each other; a person must choose again",
    "các thiết bị đã giải quyết khác nhau mà không biết nhau; cần người chọn lại"};
constexpr Words why_soft = {
    "different fields were edited on devices that did not know of each other, and merged",
    "các trường khác nhau được sửa trên những thiết bị không biết nhau, rồi được gộp lại"};

const Words& words_for(const core::FieldConflict& conflict) {
    if (std::ranges::count(conflict.values, true, &core::LiveValue::resolving) > 1) {
        return why_resolved;
    }
    switch (conflict.policy) {
        case core::Policy::latest:
            return why_latest;
        case core::Policy::review:
            return why_review;
        case core::Policy::worst:
            return why_worst;
        case core::Policy::workflow:
            return why_workflow;
        case core::Policy::counter:
        case core::Policy::set:
        case core::Policy::text:
            break;
    }
    return why_other;
}

std::string_view in(Language language, const Words& words) {
    return language == Language::vietnamese ? words.vietnamese : words.english;
}

std::string_view state_name(core::Progress progress) {
    switch (progress) {
        case core::Progress::local:
            return "local";
        case core::Progress::sealed:
            return "sealed";
        case core::Progress::hub:
            return "hub";
        case core::Progress::province:
            return "province";
    }
    return "";
}

std::string dot_text(const DeviceId& device, const core::Dot& dot) {
    return device.hex() + ":" + std::to_string(dot.seq) + ":" + std::to_string(dot.index);
}

std::string live_value_json(const sync::Replica& replica, const core::LiveValue& live) {
    std::string value;
    core::append_json(value, live.value);
    const DeviceId& device = replica.device_id(live.dot.device);
    return JsonObject()
        .raw("value", value)
        .text("device", device.hex())
        .text("name", replica.device_name(live.dot.device))
        .text("at", utc_text(static_cast<std::int64_t>(live.at.wall_ms)))
        .text("dot", dot_text(device, live.dot))
        .flag("shown", live.shown)
        .finish();
}

std::string values_json(const sync::Replica& replica, const core::FieldConflict& conflict) {
    std::vector<std::string> values;
    for (const core::LiveValue& live : conflict.values) {
        values.push_back(live_value_json(replica, live));
    }
    return json_array(values);
}

std::string merged_json(const core::RecordView& record) {
    std::vector<std::string> merged;
    for (const core::MergedRecord& each : record.merged) {
        merged.push_back(JsonObject().text("id", to_uuid_text(each.id)).raw("fields", each.fields).finish());
    }
    return json_array(merged);
}

std::string marks_json(const core::RecordView& record) {
    std::vector<std::string> marks;
    for (const core::RecordMark& mark : record.marks) {
        std::vector<std::string> with;
        for (const RecordId& id : mark.with) {
            with.push_back("\"" + to_uuid_text(id) + "\"");
        }
        const bool unique = mark.kind == core::RecordMark::Kind::not_unique;
        marks.push_back(JsonObject()
                            .text("field", mark.field)
                            .text("mark", unique ? "not_unique" : "missing_reference")
                            .raw("with", json_array(with))
                            .finish());
    }
    return json_array(marks);
}

JsonObject record_object(const sync::Replica& replica, const core::RecordView& record) {
    std::vector<std::string> conflicts;
    for (const core::FieldConflict& conflict : record.conflicts) {
        conflicts.push_back(JsonObject()
                                .text("field", conflict.field)
                                .text("policy", policy_name(conflict.policy))
                                .raw("values", values_json(replica, conflict))
                                .finish());
    }
    JsonObject object;
    object.text("id", to_uuid_text(record.id))
        .text("kind", record.kind)
        .text("space", space_name(replica, record.space))
        .raw("fields", record.body);
    if (!record.retired.empty()) {
        object.raw("retired", record.retired);
    }
    object.flag("deleted", record.deleted)
        .raw("conflicts", json_array(conflicts))
        .text("state", state_name(record.progress));
    if (!record.merged.empty()) {
        object.raw("merged", merged_json(record));
    }
    if (!record.marks.empty()) {
        object.raw("marks", marks_json(record));
    }
    return object;
}

}  // namespace

std::string_view op_name(core::OpKind op) {
    switch (op) {
        case core::OpKind::create:
            return "create";
        case core::OpKind::set:
            return "set";
        case core::OpKind::add:
            return "add";
        case core::OpKind::insert:
            return "insert";
        case core::OpKind::remove:
            return "remove";
        case core::OpKind::edit_text:
            return "edit_text";
        case core::OpKind::resolve:
            return "resolve";
        case core::OpKind::acknowledge:
            return "acknowledge";
        case core::OpKind::delete_record:
            return "delete";
        case core::OpKind::restore_record:
            return "restore";
    }
    return "";
}

std::string json_or_null(const core::Value& value) {
    std::string text;
    core::append_json(text, core::type_of(value) == core::ValueType::absent ? core::Value{} : value);
    return text;
}

std::string_view conflict_reason(Language language, const core::FieldConflict& conflict) {
    return in(language, words_for(conflict));
}

std::string_view soft_conflict_reason(Language language) { return in(language, why_soft); }

std::string space_name(const sync::Replica& replica, const SpaceId& id) {
    for (const sync::SpaceInfo& space : replica.spaces()) {
        if (space.id == id) {
            return space.name;
        }
    }
    return id.hex();
}

std::string utc_text(std::int64_t ms) {
    constexpr std::int64_t day = 86'400'000;
    const std::int64_t days = ms >= 0 ? ms / day : -((-ms + day - 1) / day);
    const auto rest = static_cast<int>(ms - days * day);
    std::array<char, 32> time;
    std::snprintf(time.data(), time.size(), "T%02d:%02d:%02d.%03dZ", rest / 3'600'000, rest / 60'000 % 60,
                  rest / 1000 % 60, rest % 1000);
    return core::to_text(core::Date{static_cast<std::int32_t>(days)}) + time.data();
}

std::string record_json(const sync::Replica& replica, const core::RecordView& record) {
    return record_object(replica, record).finish();
}

std::string versions_json(const sync::Replica& replica, const core::RecordView& record,
                          const std::vector<core::FieldVersion>& versions) {
    JsonObject members;
    for (const core::FieldVersion& version : versions) {
        members.text(version.field, version.version);
    }
    return record_object(replica, record).raw("versions", members.finish()).finish();
}

std::string conflict_json(Language language, const sync::Replica& replica, const core::RecordView& record,
                          const core::FieldConflict& conflict) {
    return JsonObject()
        .text("id", to_uuid_text(record.id))
        .text("kind", record.kind)
        .text("field", conflict.field)
        .text("policy", policy_name(conflict.policy))
        .text("why", conflict_reason(language, conflict))
        .raw("values", values_json(replica, conflict))
        .text("label", "hard")
        .finish();
}

std::string soft_conflict_json(Language language, const core::RecordView& record,
                               const std::vector<sync::HistoryEntry>& edits) {
    std::vector<std::string> values;
    for (const sync::HistoryEntry& edit : edits) {
        values.push_back(JsonObject()
                             .text("field", edit.field)
                             .raw("value", json_or_null(edit.after))
                             .text("device", edit.device.hex())
                             .text("name", edit.device_name)
                             .text("at", utc_text(static_cast<std::int64_t>(edit.at_ms)))
                             .text("dot", dot_text(edit.device, edit.dot))
                             .text("change", edit.change)
                             .finish());
    }
    return JsonObject()
        .text("id", to_uuid_text(record.id))
        .text("kind", record.kind)
        .text("why", soft_conflict_reason(language))
        .raw("values", json_array(values))
        .text("label", "soft")
        .finish();
}

std::string history_json(const sync::HistoryEntry& entry) {
    JsonObject object;
    object.text("change", entry.change)
        .text("dot", dot_text(entry.device, entry.dot))
        .text("at", utc_text(static_cast<std::int64_t>(entry.at_ms)))
        .text("device", entry.device.hex())
        .text("name", entry.device_name)
        .text("field", entry.field)
        .text("op", op_name(entry.op))
        .raw("before", json_or_null(entry.before))
        .raw("after", json_or_null(entry.after))
        .flag("void", entry.is_void);
    if (!entry.reason.empty()) {
        object.text("reason", entry.reason);
    }
    return object.finish();
}

}  // namespace cotmoc::records
