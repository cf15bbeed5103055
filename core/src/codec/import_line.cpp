#include "codec/field_json.hpp"
#include "codec/json_strict.hpp"
#include "model/brief.hpp"

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

}  // namespace

Result<ImportLine> parse_import_line(const Catalogue& catalogue, std::string_view text) {
    if (text.size() > line_bytes_max) {
        return fail(ErrorCode::line_too_long, std::to_string(text.size()) + " octets");
    }
    COTMOC_ASSIGN(const json line, parse_strict_json(text, Fractions::as_text));
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
        COTMOC_ASSIGN(read.fields, fields_from_json(*kind, *fields));
    }
    COTMOC_TRY(add_common(read.fields, *kind, line));
    return read;
}

}  // namespace cotmoc::core
