#include "record_output.hpp"

#include "json_text.hpp"

namespace cotmoc::cli {
namespace {

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

}  // namespace

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

std::string conflict_text(const Common& common, const sync::Replica& replica, const core::RecordView& record,
                          const core::FieldConflict& conflict) {
    const std::string name = field_label(common, kind_of(replica, record), conflict.field);
    std::string text = to_uuid_text(record.id) + "  " + record.kind + "  " + conflict.field;
    text += (name == conflict.field ? "" : " (" + name + ")") + ": " +
            std::string(records::conflict_reason(common.language, conflict));
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

std::string soft_conflict_text(const Common& common, const sync::Replica& replica,
                               const core::RecordView& record, const std::vector<sync::HistoryEntry>& edits) {
    std::string text = to_uuid_text(record.id) + "  " + record.kind + ": " +
                       std::string(records::soft_conflict_reason(common.language)) + "\n";
    for (const sync::HistoryEntry& edit : edits) {
        text += "  " + field_label(common, kind_of(replica, record), edit.field) + ": " +
                brief(plain_text(records::json_or_null(edit.after)), 200) + "  -- " +
                device_label(replica, edit.dot.device) + ", " +
                utc_text(static_cast<std::int64_t>(edit.at_ms)) + "\n";
    }
    return text;
}

std::string history_line(const Common& common, const sync::HistoryEntry& entry) {
    std::string line = utc_text(static_cast<std::int64_t>(entry.at_ms)) + "  ";
    line += (entry.device_name.empty() ? entry.device.hex().substr(0, 16) : entry.device_name) + "  ";
    line += records::op_name(entry.op);
    if (!entry.field.empty()) {
        line += " " + entry.field + ": " + brief(plain_text(records::json_or_null(entry.before)), 60) +
                " -> " + brief(plain_text(records::json_or_null(entry.after)), 60);
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
