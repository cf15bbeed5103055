#include <cotmoc/records/audit_json.hpp>

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/record_json.hpp>

namespace cotmoc::records {
namespace {

std::string at_text(const sync::AuditLine& line) {
    return line.at_ms ? utc_text(static_cast<std::int64_t>(*line.at_ms)) : std::string();
}

}  // namespace

std::string audit_json(const sync::AuditLine& line) {
    JsonObject object;
    object.text("at", at_text(line)).text("who", line.who);
    object.text("device", line.device ? line.device->hex() : std::string()).text("what", line.what);
    if (!line.kind.empty()) {
        object.text("kind", line.kind);
    }
    if (line.id) {
        object.text("id", to_uuid_text(*line.id));
    }
    if (!line.field.empty()) {
        object.text("field", line.field);
    }
    if (!std::holds_alternative<std::monostate>(line.value)) {
        std::string value;
        core::append_json(value, line.value);
        object.raw("value", value);
    }
    if (line.records) {
        object.number("records", *line.records);
    }
    object.text("space", line.space).text("change", line.change).flag("void", line.is_void);
    if (!line.reason.empty()) {
        object.text("reason", line.reason);
    }
    if (line.position) {
        object.number("position", *line.position);
    }
    return object.finish();
}

}  // namespace cotmoc::records
