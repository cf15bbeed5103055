#include "record_output.hpp"

#include "json_text.hpp"

namespace cotmoc::cli {
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

Label why(const core::FieldConflict& conflict) {
    if (std::ranges::count(conflict.values, true, &core::LiveValue::resolving) > 1) {
        return Label::why_resolved;
    }
    switch (conflict.policy) {
        case core::Policy::latest:
            return Label::why_latest;
        case core::Policy::review:
            return Label::why_review;
        case core::Policy::worst:
            return Label::why_worst;
        case core::Policy::workflow:
            return Label::why_workflow;
        case core::Policy::counter:
        case core::Policy::set:
        case core::Policy::text:
            break;
    }
    return Label::why_other;
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

Label state_label(core::Progress progress) {
    switch (progress) {
        case core::Progress::local:
            return Label::state_local;
        case core::Progress::sealed:
            return Label::state_sealed;
        case core::Progress::hub:
            return Label::state_hub;
        case core::Progress::province:
            break;
    }
    return Label::state_province;
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

/// Cut after `length` code points; one line.
std::string brief(std::string_view text, std::size_t length) {
    std::string out;
    std::size_t count = 0;
    for (const char letter : text) {
        const auto octet = static_cast<unsigned char>(letter);
        const bool begins_code_point = (octet & 0xc0) != 0x80;
        if (begins_code_point && ++count > length) {
            return out + "…";
        }
        out += octet < 0x20 || octet == 0x7f ? ' ' : letter;
    }
    return out;
}

const core::Kind* kind_of(const sync::Replica& replica, const core::RecordView& record) {
    return replica.catalogue() != nullptr ? replica.catalogue()->find(record.kind) : nullptr;
}

/// The name of a field for people.
std::string field_label(const Common& common, const core::Kind* kind, const std::string& name) {
    const core::Field* field = kind != nullptr ? kind->find(name) : nullptr;
    const bool translated =
        common.language == Language::vietnamese && field != nullptr && !field->label.empty();
    return translated ? field->label : name;
}

/// A line for each record that was joined into this one, with what it says otherwise.
std::string merged_text(const Common& common, const core::Kind* kind, const core::RecordView& record) {
    std::string text;
    for (const core::MergedRecord& each : record.merged) {
        std::string fields;
        for (const JsonMember& member : split_object(each.fields)) {
            fields +=
                "  " + field_label(common, kind, member.key) + ": " + brief(plain_text(member.value), 60);
        }
        text += "[" + std::string(common.text(Label::merged)) + "] " + to_uuid_text(each.id) + fields + "\n";
    }
    return text;
}

std::string marks_text(const Common& common, const core::Kind* kind, const core::RecordView& record) {
    std::string text;
    for (const core::RecordMark& mark : record.marks) {
        const bool unique = mark.kind == core::RecordMark::Kind::not_unique;
        text += "[" + field_label(common, kind, mark.field) + "] " +
                std::string(common.text(unique ? Label::not_unique : Label::missing_reference)) + ":";
        for (const RecordId& id : mark.with) {
            text += " " + to_uuid_text(id);
        }
        text += "\n";
    }
    return text;
}

std::string device_label(const sync::Replica& replica, DeviceIndex device) {
    const std::string name = replica.device_name(device);
    return name.empty() ? replica.device_id(device).hex().substr(0, 16) : name;
}

/// Which fields say most about a record of the kind: its date, what is required, what people search for.
int weight(const core::Kind* kind, const std::string& name) {
    const core::Field* field = kind != nullptr ? kind->find(name) : nullptr;
    if (field == nullptr || name == "unit" || name == "recorded_at" || name == "note") {
        return 0;
    }
    const int date = kind->dated_by == name ? 4 : 0;
    return date + (field->required ? 2 : 0) + (field->searchable ? 1 : 0);
}

std::string marks(const Common& common, const core::RecordView& record) {
    std::string text;
    const auto mark = [&](bool there, Label name) {
        if (there) {
            text += "  [" + std::string(common.text(name)) + "]";
        }
    };
    mark(record.deleted, Label::deleted);
    mark(record.edited_while_deleted, Label::edited_while_deleted);
    mark(!record.conflicts.empty(), Label::conflict);
    return text;
}

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

/// A value that an op may lack reads as null.
std::string json_or_null(const core::Value& value) {
    std::string text;
    core::append_json(text, core::type_of(value) == core::ValueType::absent ? core::Value{} : value);
    return text;
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

std::string versions_text(const std::vector<core::FieldVersion>& versions) {
    std::string text;
    for (const core::FieldVersion& version : versions) {
        text += "  " + version.version + "  " + version.field + "\n";
    }
    return text;
}

std::string record_line(const Common& common, const sync::Replica& replica, const core::RecordView& record) {
    constexpr std::size_t fields_shown = 4;
    const core::Kind* kind = kind_of(replica, record);
    std::vector<JsonMember> members = split_object(record.body);
    std::erase_if(members, [&](const JsonMember& member) { return member.value == "null"; });
    std::ranges::stable_sort(members, std::ranges::greater{},
                             [&](const JsonMember& member) { return weight(kind, member.key); });
    std::string line = to_uuid_text(record.id) + "  " + record.kind;
    for (std::size_t i = 0; i < std::min(fields_shown, members.size()); ++i) {
        line += "  " + brief(plain_text(members[i].value), 40);
    }
    return line + marks(common, record);
}

std::string record_text(const Common& common, const sync::Replica& replica, const core::RecordView& record) {
    const core::Kind* kind = kind_of(replica, record);
    const bool translated =
        common.language == Language::vietnamese && kind != nullptr && !kind->label.empty();
    std::string text = "id: " + to_uuid_text(record.id) + "\n";
    const auto line = [&](Label name, std::string_view value) {
        text += std::string(common.text(name)) + ": " + std::string(value) + "\n";
    };
    line(Label::kind, translated ? kind->label + " (" + record.kind + ")" : record.kind);
    line(Label::space, space_name(replica, record.space));
    line(Label::state, std::string(common.text(state_label(record.progress))) + marks(common, record));
    for (const JsonMember& member : split_object(record.body)) {
        if (member.value != "null") {
            text += field_label(common, kind, member.key) + ": " + plain_text(member.value) + "\n";
        }
    }
    for (const JsonMember& member : split_object(record.retired)) {
        text += field_label(common, kind, member.key) + " [" + std::string(common.text(Label::retired)) +
                "]: " + plain_text(member.value) + "\n";
    }
    for (const core::FieldConflict& conflict : record.conflicts) {
        text += conflict_text(common, replica, record, conflict);
    }
    return text + merged_text(common, kind, record) + marks_text(common, kind, record);
}

std::string conflict_json(const Common& common, const sync::Replica& replica, const core::RecordView& record,
                          const core::FieldConflict& conflict) {
    return JsonObject()
        .text("id", to_uuid_text(record.id))
        .text("kind", record.kind)
        .text("field", conflict.field)
        .text("policy", policy_name(conflict.policy))
        .text("why", common.text(why(conflict)))
        .raw("values", values_json(replica, conflict))
        .text("label", "hard")
        .finish();
}

std::string conflict_text(const Common& common, const sync::Replica& replica, const core::RecordView& record,
                          const core::FieldConflict& conflict) {
    const std::string name = field_label(common, kind_of(replica, record), conflict.field);
    std::string text = to_uuid_text(record.id) + "  " + record.kind + "  " + conflict.field;
    text +=
        (name == conflict.field ? "" : " (" + name + ")") + ": " + std::string(common.text(why(conflict)));
    text += "\n";
    std::size_t number = 0;
    for (const core::LiveValue& live : conflict.values) {
        text += "  " + std::to_string(++number) + ": " + brief(core::to_text(live.value), 200) + "  -- " +
                device_label(replica, live.dot.device) + ", " +
                utc_text(static_cast<std::int64_t>(live.at.wall_ms));
        text += live.shown ? " (" + std::string(common.text(Label::shown)) + ")\n" : "\n";
    }
    return text;
}

std::string soft_conflict_json(const Common& common, const core::RecordView& record,
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
        .text("why", common.text(Label::why_soft))
        .raw("values", json_array(values))
        .text("label", "soft")
        .finish();
}

std::string soft_conflict_text(const Common& common, const sync::Replica& replica,
                               const core::RecordView& record, const std::vector<sync::HistoryEntry>& edits) {
    std::string text = to_uuid_text(record.id) + "  " + record.kind + ": " +
                       std::string(common.text(Label::why_soft)) + "\n";
    for (const sync::HistoryEntry& edit : edits) {
        text += "  " + field_label(common, kind_of(replica, record), edit.field) + ": " +
                brief(plain_text(json_or_null(edit.after)), 200) + "  -- " +
                device_label(replica, edit.dot.device) + ", " +
                utc_text(static_cast<std::int64_t>(edit.at_ms)) + "\n";
    }
    return text;
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

std::string history_line(const Common& common, const sync::HistoryEntry& entry) {
    std::string line = utc_text(static_cast<std::int64_t>(entry.at_ms)) + "  ";
    line += (entry.device_name.empty() ? entry.device.hex().substr(0, 16) : entry.device_name) + "  ";
    line += op_name(entry.op);
    if (!entry.field.empty()) {
        line += " " + entry.field + ": " + brief(plain_text(json_or_null(entry.before)), 60) + " -> " +
                brief(plain_text(json_or_null(entry.after)), 60);
    }
    if (entry.is_void) {
        line += "  [" + std::string(common.text(Label::void_op));
        line += (entry.reason.empty() ? "" : ": " + entry.reason) + "]";
    }
    return line;
}

Outcome put_changed(const Common& common, sync::Replica& replica, const RecordId& id) {
    if (common.json) {
        COTMOC_ASSIGN(const auto record, replica.store().find(id));
        if (record) {
            put_line(record_json(replica, *record));
        }
    }
    return done;
}

}  // namespace cotmoc::cli
