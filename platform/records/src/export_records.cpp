#include <cotmoc/records/export_json.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/lookup.hpp>
#include <cotmoc/records/record_json.hpp>
#include <cotmoc/sync/archive.hpp>
#include <cotmoc/system/file.hpp>

#include <map>

namespace cotmoc::records {
namespace {

/// RFC 4180.
std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        return std::string(text);
    }
    std::string cell = "\"";
    for (const char letter : text) {
        cell += letter;
        if (letter == '"') {
            cell += '"';
        }
    }
    return cell + "\"";
}

std::string csv_header(const core::Kind& kind) {
    std::string header = "id,space";
    for (const core::Field& field : kind.fields) {
        header += field.retired ? std::string() : "," + field.name;
    }
    return header;
}

std::string csv_row(const sync::Replica& replica, const core::Kind& kind, const core::RecordView& record) {
    std::map<std::string, std::string_view, std::less<>> values;
    for (const JsonMember& member : split_object(record.body)) {
        values.emplace(member.key, member.value);
    }
    std::string row = to_uuid_text(record.id) + "," + csv_cell(space_name(replica, record.space));
    for (const core::Field& field : kind.fields) {
        if (field.retired) {
            continue;
        }
        const auto value = values.find(field.name);
        row += "," + (value == values.end() ? std::string() : csv_cell(plain_text(value->second)));
    }
    return row;
}

Result<std::uint64_t> write_signed(sync::Replica& replica, const std::string& file) {
    COTMOC_ASSIGN(const std::unique_ptr<sync::HubStore> archive, sync::open_sqlite_hub_store(file));
    return sync::write_archive(replica, *archive);
}

}  // namespace

Result<void> export_records(sync::Replica& replica, const ExportOrder& order,
                            const std::function<bool(const std::string&)>& line) {
    const bool csv = order.format == ExportFormat::csv;
    if (csv && order.kind.empty()) {
        return fail(ErrorCode::wrong_usage, "csv needs a kind");
    }
    core::ListQuery query;
    const core::Kind* kind = nullptr;
    if (!order.kind.empty()) {
        COTMOC_ASSIGN(kind, find_kind(replica, order.kind));
        query.kind = kind->name;
    }
    if (!order.space.empty()) {
        COTMOC_ASSIGN(const sync::SpaceInfo space, replica.find_space(order.space));
        query.space = space.id;
    }
    COTMOC_TRY(note_export(replica, query, csv ? "csv" : "jsonl"));
    if (csv && !line(csv_header(*kind))) {
        return {};
    }
    return replica.store().list(query, [&](const core::RecordView& record) {
        return line(csv ? csv_row(replica, *kind, record) : export_json(replica, record));
    });
}

Result<std::uint64_t> export_signed(sync::Replica& replica, const std::string& file) {
    if (system::file_exists(file)) {
        return fail(ErrorCode::already_exists, file);
    }
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_TRY(replica.begin_session());  // what waits here is sealed first
    const auto remove_made = [&file] {
        for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
            (void)system::remove_file(file + ending);  // the first error is the one to tell
        }
    };
    try {
        Result<std::uint64_t> change_sets = write_signed(replica, file);
        if (!change_sets) {
            remove_made();
        }
        return change_sets;
    } catch (...) {  // for want of memory
        remove_made();
        throw;
    }
}

std::string signed_json(const std::string& file, std::uint64_t change_sets) {
    return JsonObject().text("file", file).number("change_sets", change_sets).finish();
}

}  // namespace cotmoc::records
