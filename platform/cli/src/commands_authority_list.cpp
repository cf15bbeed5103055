// authority list: who belongs to the province, and what needs looking after.
#include "authority_command.hpp"
#include "json_text.hpp"

namespace cotmoc::cli {
namespace {

constexpr std::uint64_t day_ms = 24ull * 60 * 60 * 1000;
constexpr std::uint64_t certificate_notice_ms = 30 * day_ms;
constexpr std::uint64_t root_notice_ms = 180 * day_ms;

struct NoOptions {};

struct Listed {
    sync::DeviceInfo info;
    const crypto::TrustState::Device* device = nullptr;
    std::optional<std::uint64_t> last_seen_ms;
    std::string_view state;  // as in JSON
    Label label{};
    bool ends_soon = false;
};

void judge(Listed& listed, std::uint64_t now_ms) {
    const std::uint64_t end_ms = listed.device->not_after_ms;
    listed.ends_soon = !listed.device->revoked && end_ms < now_ms + certificate_notice_ms;
    if (listed.device->revoked) {
        listed.state = "revoked";
        listed.label = Label::revoked;
    } else if (now_ms <= end_ms) {
        listed.state = "active";
        listed.label = Label::active;
    } else if (now_ms <= end_ms + sync::certificate_grace_ms) {
        listed.state = "grace";
        listed.label = Label::grace;
    } else {
        listed.state = "expired";
        listed.label = Label::expired;
    }
}

std::string time_text(std::uint64_t ms) { return utc_text(static_cast<std::int64_t>(ms)); }

std::string device_json(const Listed& listed) {
    std::vector<std::string> spaces;
    for (const std::string& name : listed.info.spaces) {
        std::string literal;
        core::append_json_string(literal, name);
        spaces.push_back(literal);
    }
    JsonObject object;
    object.text("device", listed.info.id.hex())
        .text("name", listed.info.name)
        .text("role", crypto::role_name(listed.info.role))
        .raw("spaces", listed.info.all_spaces ? "[\"*\"]" : json_array(spaces))
        .text("state", listed.state);
    if (listed.device->revoked) {
        object.text("reason", crypto::reason_name(listed.device->reason));
    }
    object.text("not_after", time_text(listed.device->not_after_ms));
    if (listed.last_seen_ms) {
        object.text("last_seen", time_text(*listed.last_seen_ms));
    } else {
        object.raw("last_seen", "null");
    }
    return object.finish();
}

std::string device_line(const Common& common, const Listed& listed) {
    std::string spaces = listed.info.all_spaces ? "*" : "";
    for (const std::string& name : listed.info.spaces) {
        spaces += (spaces.empty() ? "" : ",") + name;
    }
    std::string state(common.text(listed.label));
    if (listed.device->revoked) {
        state += " (" + std::string(crypto::reason_name(listed.device->reason)) + ")";
    }
    return listed.info.id.hex().substr(0, 16) + "  " + (listed.info.name.empty() ? "-" : listed.info.name) +
           "  " + std::string(crypto::role_name(listed.info.role)) + "  " + (spaces.empty() ? "-" : spaces) +
           "  " + state + "  " + (listed.last_seen_ms ? time_text(*listed.last_seen_ms) : "-");
}

void put_text(const Common& common, const std::vector<Listed>& devices, std::uint64_t root_end_ms,
              std::uint64_t now_ms) {
    for (const Listed& listed : devices) {
        put_line(device_line(common, listed));
    }
    for (const Listed& listed : devices) {
        if (listed.ends_soon) {
            put_line("! " + listed.info.name + ": " + std::string(common.text(Label::certificate_ends)) +
                     ": " + time_text(listed.device->not_after_ms));
        }
    }
    if (root_end_ms < now_ms + root_notice_ms) {
        put_line("! " + std::string(common.text(Label::root_ends)) + ": " + time_text(root_end_ms));
    }
}

Outcome list(const Common& common, const NoOptions&) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority list"));
    sync::Replica& replica = *opened->replica;
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    const auto now_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(opened->place.clock.wall_ms(), 0));
    std::vector<Listed> devices;
    for (sync::DeviceInfo& info : replica.devices()) {
        Listed listed{std::move(info), nullptr, {}, {}, {}, false};
        listed.device = replica.trust().find(listed.info.id);
        COTMOC_ASSIGN(listed.last_seen_ms, replica.last_seen(listed.info.index));
        judge(listed, now_ms);
        devices.push_back(std::move(listed));
    }
    if (!common.json) {
        put_text(common, devices, replica.trust().root().expires_ms, now_ms);
        return done;
    }
    std::vector<std::string> lines;
    for (const Listed& listed : devices) {
        lines.push_back(device_json(listed));
    }
    put_line(json_array(lines));
    return done;
}

}  // namespace

void add_authority_list_command(CLI::App& group, Program& program) {
    program.on(group.add_subcommand("list", "The devices, their roles, spaces and state"),
               std::make_shared<NoOptions>(), list);
}

}  // namespace cotmoc::cli
