// audit: who did what and when, from signed history alone.
#include "json_text.hpp"
#include "messages.hpp"
#include "program.hpp"

#include <cotmoc/records/audit_json.hpp>

#include <algorithm>

namespace cotmoc::cli {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct AuditOptions {
    std::string from;
    std::string to;
    std::string device;
};

struct Filter {
    std::optional<std::int64_t> from_ms;
    std::optional<std::int64_t> before_ms;
    std::optional<DeviceId> device;

    bool takes(const sync::AuditLine& line) const {
        const bool about = !device || line.device == device;
        if (!line.at_ms) {
            return about && !from_ms && !before_ms;
        }
        const auto at = static_cast<std::int64_t>(*line.at_ms);
        return about && (!from_ms || at >= *from_ms) && (!before_ms || at < *before_ms);
    }
};

Result<core::Date> day(const char* option, const std::string& text) {
    const auto date = core::parse_date(text);
    if (!date) {
        return fail(ErrorCode::bad_date, std::string(option) + " " + text);
    }
    return *date;
}

Result<void> take_days(const AuditOptions& options, Filter& filter) {
    if (!options.from.empty()) {
        COTMOC_ASSIGN(const core::Date from, day("--from", options.from));
        filter.from_ms = from.days * day_ms;
    }
    if (!options.to.empty()) {
        COTMOC_ASSIGN(const core::Date to, day("--to", options.to));
        filter.before_ms = (std::int64_t{to.days} + 1) * day_ms;
    }
    if (filter.from_ms && filter.before_ms && *filter.from_ms >= *filter.before_ms) {
        return fail(ErrorCode::wrong_usage, "--from is after --to");
    }
    return {};
}

/// By name, or by the whole id.
Result<DeviceId> find_device(const sync::Replica& replica, const std::string& text) {
    for (const sync::DeviceInfo& device : replica.devices()) {
        if (device.name == text || device.id.hex() == text) {
            return device.id;
        }
    }
    return fail(ErrorCode::unknown_device, text);
}

std::string audit_text(const Common& common, const sync::AuditLine& line) {
    std::string text = line.at_ms ? utc_text(static_cast<std::int64_t>(*line.at_ms)) : "-";
    text += "  " + (line.who.empty() && line.device ? line.device->hex().substr(0, 16) : line.who);
    text += "  " + line.what;
    text += line.records ? " " + std::to_string(*line.records) : "";
    text += line.kind.empty() ? "" : " " + line.kind;
    text += line.id ? " " + to_uuid_text(*line.id) : "";
    text += line.field.empty() ? "" : " " + line.field;
    const std::string value = core::to_text(line.value);
    text += value.empty() ? "" : " = " + one_line(value);
    text += line.space.empty() ? "" : "  (" + line.space + ")";
    if (line.is_void) {
        text += "  [" + std::string(common.text(Label::void_op));
        text += (line.reason.empty() ? "" : ": " + line.reason) + "]";
    }
    return text;
}

Outcome audit(const Common& common, const AuditOptions& options) {
    Filter filter;
    COTMOC_TRY(take_days(options, filter));
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "audit"));
    sync::Replica& replica = *opened->replica;
    if (!options.device.empty()) {
        COTMOC_ASSIGN(filter.device, find_device(replica, options.device));
    }
    COTMOC_TRY(replica.audit([&](const sync::AuditLine& line) {
        if (filter.takes(line)) {
            put_line(common.json ? records::audit_json(line) : audit_text(common, line));
        }
        return true;
    }));
    return done;
}

}  // namespace

void add_audit_command(Program& program) {
    auto options = std::make_shared<AuditOptions>();
    CLI::App* command =
        program.app.add_subcommand("audit", "Who did what and when, from signed history alone");
    command->add_option("--from", options->from, "The first day, such as 2024-01-01 (UTC)");
    command->add_option("--to", options->to, "The last day (UTC)");
    command->add_option("--device", options->device, "Only what this device did, or was done about it");
    program.on(command, options, audit);
}

}  // namespace cotmoc::cli
