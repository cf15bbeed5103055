#include "codec/field_json.hpp"
#include "codec/json_strict.hpp"
#include "model/brief.hpp"

#include <cotmoc/core/import_files.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

using nlohmann::json;

constexpr std::size_t line_bytes_max = 1024 * 1024;

Result<std::string> read_string(const json& line, const char* key) {
    const auto found = line.find(key);
    if (found == line.end()) {
        return std::string();
    }
    if (!found->is_string()) {
        return fail(ErrorCode::wrong_type, at_field(key, "not a text"));
    }
    return found->get<std::string>();
}

Result<std::optional<RecordId>> read_id(const json& line) {
    if (!line.contains("id")) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(const std::string text, read_string(line, "id"));
    const auto id = from_uuid_text(text);
    if (!id) {
        return fail(ErrorCode::bad_id, "id");
    }
    return id;
}

bool is_common_key(std::string_view key) { return key == "unit" || key == "recorded_at" || key == "note"; }

Result<void> check_keys(const json& line) {
    for (const auto& item : line.items()) {
        const std::string_view key = item.key();
        if (!is_common_key(key) && key != "id" && key != "kind" && key != "space" && key != "fields") {
            return fail(ErrorCode::unknown_field, brief(key));
        }
    }
    return {};
}

/// Puts the common fields that stand beside "fields" among them. A field may stand in both places, but only
/// with one value.
Result<void> add_common(std::vector<FieldValue>& fields, const Kind& kind, const json& line) {
    for (const auto& item : line.items()) {
        if (!is_common_key(item.key())) {
            continue;
        }
        const Field* field = kind.find(item.key());
        if (field == nullptr) {
            return fail(ErrorCode::unknown_field, item.key());
        }
        COTMOC_ASSIGN(Value value, value_from_json(*field, item.value()));
        const auto at = std::ranges::lower_bound(fields, field->name, {}, &FieldValue::field);
        if (at == fields.end() || at->field != field->name) {
            fields.insert(at, {field->name, std::move(value)});
        } else if (at->value != value) {
            return fail(ErrorCode::duplicate_key, at_field(field->name, "also among the fields"));
        }
    }
    return {};
}

bool is_without_key(const json& item) {
    return item.is_string() && item.get_ref<const std::string&>().starts_with("a1 * ");
}

/// The key of an exported item, if the record still names that file.
Result<void> give_key(json& item, const Field& field, const std::optional<RecordId>& id,
                      const FilesOfRecord& files) {
    if (!is_without_key(item)) {
        return {};
    }
    const std::string& shown = item.get_ref<const std::string&>();
    const auto has_no_key = [&] {
        return fail(
            ErrorCode::unknown_attachment,
            at_field(field.name, brief(shown) + ": an exported line holds no key of its file, and the "
                                                "record names no such file here: attach the file"));
    };
    if (!id) {
        return has_no_key();
    }
    COTMOC_ASSIGN(const std::vector<Attachment> known, files(*id, field.name));
    for (const Attachment& each : known) {
        std::string text = attachment_text(each);
        if (without_key(text) == shown) {
            item = std::move(text);
            return {};
        }
    }
    return has_no_key();
}

Result<void> give_keys(json& fields, const Kind& kind, const std::optional<RecordId>& id,
                       const FilesOfRecord& files) {
    if (!fields.is_object()) {
        return {};
    }
    for (auto& member : fields.items()) {
        const Field* field = kind.find(member.key());
        if (field == nullptr || field->type != FieldType::attachments || !member.value().is_array()) {
            continue;
        }
        for (json& item : member.value()) {
            COTMOC_TRY(give_key(item, *field, id, files));
        }
    }
    return {};
}

}  // namespace

Result<ImportLine> parse_import_line(const Catalogue& catalogue, std::string_view text) {
    const auto none = [](const RecordId&, const std::string&) { return std::vector<Attachment>(); };
    return parse_import_line(catalogue, text, none);
}

Result<ImportLine> parse_import_line(const Catalogue& catalogue, std::string_view text,
                                     const FilesOfRecord& files) {
    if (text.size() > line_bytes_max) {
        return fail(ErrorCode::line_too_long, std::to_string(text.size()) + " octets");
    }
    COTMOC_ASSIGN(json line, parse_strict_json(text, Fractions::as_text));
    if (!line.is_object()) {
        return fail(ErrorCode::wrong_type, "the line is not an object");
    }
    COTMOC_TRY(check_keys(line));
    ImportLine read;
    COTMOC_ASSIGN(read.id, read_id(line));
    COTMOC_ASSIGN(read.kind, read_string(line, "kind"));
    COTMOC_ASSIGN(read.space, read_string(line, "space"));
    if (read.kind.empty()) {
        return fail(ErrorCode::missing_field, "kind");
    }
    const Kind* kind = catalogue.find(read.kind);
    if (kind == nullptr) {
        return fail(ErrorCode::unknown_kind, brief(read.kind));
    }
    if (const auto fields = line.find("fields"); fields != line.end()) {
        COTMOC_TRY(give_keys(*fields, *kind, read.id, files));
        COTMOC_ASSIGN(read.fields, fields_from_json(*kind, *fields));
    }
    COTMOC_TRY(add_common(read.fields, *kind, line));
    return read;
}

}  // namespace cotmoc::core
