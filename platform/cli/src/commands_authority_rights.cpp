// The authority's commands about rights and epoch keys.
#include "authority_command.hpp"
#include "hub_link.hpp"
#include "json_text.hpp"

#include <charconv>

namespace cotmoc::cli {
namespace {

using crypto::RightsReason;

constexpr unsigned certificate_days = 180;
constexpr unsigned certificate_days_max = 3650;

struct LinkOptions {
    std::string hub;
    bool cut_at_held = false;
};

struct RightsOptions {
    LinkOptions link;
    std::string device;
    std::string reason;
    std::vector<std::string> cuts;
    std::vector<std::string> changes;
    std::string role;
    std::vector<std::string> spaces;
    unsigned days = certificate_days;
};

struct SpaceOptions {
    LinkOptions link;
    std::string space;
    std::vector<std::string> roles;
};

/// SPACE=SEQ.
Result<sync::Cuts> parse_cuts(const std::vector<std::string>& texts) {
    sync::Cuts cuts;
    for (const std::string& text : texts) {
        const std::size_t equals = text.rfind('=');
        std::uint64_t seq = 0;
        const char* begin = text.data() + (equals == std::string::npos ? text.size() : equals + 1);
        const char* end = text.data() + text.size();
        const auto [stop, problem] = std::from_chars(begin, end, seq);
        if (problem != std::errc() || stop != end) {
            return fail(ErrorCode::wrong_usage, "--cut is SPACE=SEQ, not " + text);
        }
        cuts[text.substr(0, equals)] = seq;
    }
    return cuts;
}

Result<void> sync_whole(const Common& common, Opened& opened, const HubAddress& hub) {
    sync::SessionReport last;
    COTMOC_ASSIGN(const sync::SessionReport report, sync_with_hub(common, opened, hub, {}, last));
    return report.complete ? Result<void>() : fail(ErrorCode::connection_lost);
}

/// S14: a right ends at what the hub holds, so the hub is asked first; what was signed is brought to it
/// after.
class Link {
public:
    /// cut_needs_sync if it does not work. `required`: also if no hub is known at all.
    static Result<Link> ask(const Common& common, Opened& opened, const LinkOptions& options, bool required) {
        Link link(common, opened);
        if (options.cut_at_held) {
            return link;
        }
        auto hub = hub_address(*opened.replica, options.hub);
        if (!hub && hub.error().code == ErrorCode::no_hub && !required) {
            return link;
        }
        if (!hub) {
            return hub.error().code == ErrorCode::no_hub ? fail(ErrorCode::cut_needs_sync)
                                                         : tl::unexpected(hub.error());
        }
        if (const auto asked = sync_whole(common, opened, *hub); !asked) {
            return fail(ErrorCode::cut_needs_sync,
                        hub->text + ": " + std::string(error_name(asked.error().code)));
        }
        link.hub_ = std::move(*hub);
        return link;
    }

    bool publish() { return hub_ && sync_whole(common_, opened_, *hub_).has_value(); }
    bool known() const { return hub_.has_value(); }

private:
    Link(const Common& common, Opened& opened) : common_(common), opened_(opened) {}
    const Common& common_;
    Opened& opened_;
    std::optional<HubAddress> hub_;
};

/// What was signed stands; if the hub could be asked but not told, a person must sync again.
ExitStatus outcome(const Link& link, bool published) {
    return link.known() && !published ? needs_person : done;
}

void put_published(const Common& common, bool published) {
    put_line(common.text(published ? Label::published : Label::not_published));
}

std::string cut_json(const sync::RightsChange::Space& cut) {
    return JsonObject()
        .text("space", cut.space)
        .number("seq", cut.cut_seq)
        .text("hash", cut.cut_hash.hex())
        .number("void_change_sets", cut.void_change_sets)
        .number("void_ops", cut.void_ops)
        .finish();
}

void put_change(const Common& common, const sync::RightsChange& change, std::string_view state, Label what,
                bool published) {
    if (common.json) {
        std::vector<std::string> cuts;
        for (const sync::RightsChange::Space& cut : change.cuts) {
            cuts.push_back(cut_json(cut));
        }
        put_line(JsonObject()
                     .text("device", change.device.hex())
                     .text("name", change.name)
                     .text("state", state)
                     .raw("cuts", json_array(cuts))
                     .raw("rotated", json_texts(change.rotated))
                     .flag("published", published)
                     .finish());
        return;
    }
    put_line(std::string(common.text(what)) + ": " + change.name + "  " + change.device.hex().substr(0, 16));
    for (const sync::RightsChange::Space& cut : change.cuts) {
        put_line(cut.space + ": " + std::string(common.text(Label::cut_at)) + ": " +
                 std::to_string(cut.cut_seq) + "; " + std::string(common.text(Label::void_now)) + ": " +
                 std::to_string(cut.void_change_sets) + " " + std::string(common.text(Label::change_sets)) +
                 ", " + std::to_string(cut.void_ops) + " " + std::string(common.text(Label::changes)));
    }
    if (!change.rotated.empty()) {
        put_line(std::string(common.text(Label::new_keys)) + ": " + comma_list(change.rotated));
    }
    put_published(common, published);
}

std::string_view state_of(const Opened& opened, const DeviceId& id) {
    return opened.replica->trust().find(id)->revoked ? "revoked" : "active";
}

Outcome revoke(const Common& common, const RightsOptions& options) {
    const auto reason = crypto::parse_reason(options.reason);
    if (reason != RightsReason::lost && reason != RightsReason::stolen && reason != RightsReason::left &&
        reason != RightsReason::compromised && reason != RightsReason::replaced) {
        return fail(ErrorCode::wrong_usage, "--reason is lost, stolen, left, compromised or replaced");
    }
    COTMOC_ASSIGN(const sync::Cuts cuts, parse_cuts(options.cuts));
    return with_authority(common, "revoke", [&](Opened& opened, sync::Authority& authority) -> Outcome {
        COTMOC_ASSIGN(const crypto::TrustState::Device* device, authority.find_device(options.device));
        const bool writes = device->role != crypto::Role::hub;
        COTMOC_ASSIGN(Link link, Link::ask(common, opened, options.link, writes));
        COTMOC_ASSIGN(const sync::RightsChange change, authority.revoke(options.device, *reason, cuts));
        const bool published = link.publish();
        put_change(common, change, "revoked", Label::revoked, published);
        return outcome(link, published);
    });
}

Outcome readmit(const Common& common, const RightsOptions& options) {
    COTMOC_ASSIGN(sync::Cuts cuts, parse_cuts(options.cuts));
    return with_authority(common, "readmit", [&](Opened& opened, sync::Authority& authority) -> Outcome {
        COTMOC_ASSIGN(const sync::RightsChange change,
                      authority.readmit(options.device, {options.changes, std::move(cuts)}));
        put_change(common, change, state_of(opened, change.device), Label::readmitted, false);
        return done;
    });
}

Outcome change_rights(const Common& common, const RightsOptions& options) {
    std::optional<crypto::Role> role;
    if (!options.role.empty()) {
        role = crypto::parse_role(options.role);
        if (!role) {
            return fail(ErrorCode::unknown_role, options.role);
        }
    }
    std::optional<std::vector<std::string>> spaces;
    if (!options.spaces.empty()) {
        spaces = options.spaces;
    }
    if (!role && !spaces) {
        return fail(ErrorCode::wrong_usage, "--role or --space is needed");
    }
    return with_authority(common, "change", [&](Opened& opened, sync::Authority& authority) -> Outcome {
        COTMOC_TRY(authority.find_device(options.device));
        COTMOC_ASSIGN(Link link, Link::ask(common, opened, options.link, false));
        COTMOC_ASSIGN(const sync::RightsChange change, authority.change(options.device, role, spaces));
        const bool published = link.publish();
        put_change(common, change, state_of(opened, change.device), Label::rights_changed, published);
        return outcome(link, published);
    });
}

Outcome renew(const Common& common, const RightsOptions& options) {
    if (options.days == 0 || options.days > certificate_days_max) {
        return fail(ErrorCode::wrong_usage, "--days is 1 to " + std::to_string(certificate_days_max));
    }
    return with_authority(common, "renew", [&](Opened&, sync::Authority& authority) -> Outcome {
        COTMOC_ASSIGN(const std::string grant, authority.renew(options.device, options.days));
        if (common.json) {
            put_line(JsonObject().text("grant", grant).finish());
        } else {
            put(grant);
        }
        return done;
    });
}

Outcome set_writers(const Common& common, const SpaceOptions& options) {
    std::vector<crypto::Role> roles;
    for (const std::string& name : options.roles) {
        const auto role = crypto::parse_role(name);
        if (!role || !crypto::is_data_role(*role)) {
            return fail(ErrorCode::unknown_role, name);
        }
        roles.push_back(*role);
    }
    return with_authority(common, "writers", [&](Opened& opened, sync::Authority& authority) -> Outcome {
        COTMOC_TRY(opened.replica->find_space(options.space));
        COTMOC_ASSIGN(Link link, Link::ask(common, opened, options.link, false));
        COTMOC_ASSIGN(const std::vector<std::string> losers, authority.set_writers(options.space, roles));
        const bool published = link.publish();
        if (common.json) {
            put_line(JsonObject()
                         .text("space", options.space)
                         .raw("writers", json_texts(options.roles))
                         .raw("lost", json_texts(losers))
                         .flag("published", published)
                         .finish());
            return outcome(link, published);
        }
        put_line(
            options.space + ": " + std::string(common.text(Label::writers_now)) + ": " +
            (roles.empty() ? std::string(common.text(Label::every_data_role)) : comma_list(options.roles)));
        if (!losers.empty()) {
            put_line(std::string(common.text(Label::may_write_no_more)) + ": " + comma_list(losers));
        }
        put_published(common, published);
        return outcome(link, published);
    });
}

Outcome rotate(const Common& common, const SpaceOptions& options) {
    return with_authority(common, "rotate", [&](Opened&, sync::Authority& authority) -> Outcome {
        COTMOC_TRY(authority.rotate(options.space));
        if (common.json) {
            put_line(JsonObject().raw("rotated", json_texts({options.space})).finish());
        } else {
            put_line(std::string(common.text(Label::new_keys)) + ": " + options.space);
            put_published(common, false);
        }
        return done;
    });
}

CLI::App* device_command(CLI::App& group, const char* name, const char* what,
                         const std::shared_ptr<RightsOptions>& options) {
    CLI::App* command = group.add_subcommand(name, what);
    command->add_option("DEVICE", options->device, "Its name, or 8 digits or more of its id")->required();
    return command;
}

void add_link_options(CLI::App* command, LinkOptions& options) {
    CLI::Option* hub =
        command->add_option("--hub", options.hub, "The hub to ask first")->type_name("HOST:PORT");
    command->add_flag("--cut-at-held", options.cut_at_held, "Do not ask the hub: cut at what is held here")
        ->excludes(hub);
}

void add_many(CLI::App* command, const char* name, std::vector<std::string>& values, const char* what) {
    command->add_option(name, values, what)->allow_extra_args(false);
}

}  // namespace

void add_authority_rights_commands(CLI::App& group, Program& program) {
    auto options = std::make_shared<RightsOptions>();
    CLI::App* command = device_command(group, "revoke", "End all rights of a lost or stolen device", options);
    command->add_option("--reason", options->reason, "lost, stolen, left, compromised or replaced")
        ->required();
    add_link_options(command, options->link);
    add_many(command, "--cut", options->cuts, "SPACE=SEQ: the last change set there that counts");
    program.on(command, options, revoke);

    options = std::make_shared<RightsOptions>();
    command = device_command(group, "readmit", "Give a device its rights back, or some of its work", options);
    add_many(command, "--change", options->changes, "Only this change set: SPACE:SEQ, or its hash");
    add_many(command, "--cut", options->cuts, "SPACE=SEQ: only move the cut there");
    program.on(command, options, readmit);

    options = std::make_shared<RightsOptions>();
    command = device_command(group, "change", "Give a device another role or other spaces", options);
    command->add_option("--role", options->role, "border_post, district_officer or province_officer");
    command->add_option("--space", options->spaces, "A space it holds from now on; may be repeated")
        ->allow_extra_args(false)
        ->delimiter(',');
    add_link_options(command, options->link);
    program.on(command, options, change_rights);

    options = std::make_shared<RightsOptions>();
    command = device_command(group, "renew", "A certificate that lasts longer; print the grant", options);
    command->add_option("--days", options->days, "How long from now")->capture_default_str();
    program.on(command, options, renew);

    auto space = std::make_shared<SpaceOptions>();
    command = group.add_subcommand("writers", "Which roles write a space from now on");
    command->add_option("SPACE", space->space, "The space's name")->required();
    command->add_option("ROLE", space->roles, "None: every role that holds the space");
    add_link_options(command, space->link);
    program.on(command, space, set_writers);

    space = std::make_shared<SpaceOptions>();
    command = group.add_subcommand("rotate", "A new key for a space");
    command->add_option("SPACE", space->space, "The space's name; directory: the key of names")->required();
    program.on(command, space, rotate);
}

}  // namespace cotmoc::cli
