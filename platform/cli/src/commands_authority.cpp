// The authority's commands.
#include "json_text.hpp"
#include "program.hpp"

#include <cotmoc/sync/authority.hpp>
#include <cotmoc/system/file.hpp>

namespace cotmoc::cli {
namespace {

constexpr std::size_t plan_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t request_bytes_max = 64 * 1024;

Result<std::string> read_text(const std::string& path, std::size_t limit) {
    COTMOC_ASSIGN(const Bytes bytes, system::read_file(path, limit));
    return std::string(as_text(bytes));
}

struct InitOptions {
    std::string province;
    std::string spaces;
    std::string catalogue;
    std::string kdf;
    unsigned keys = 1;
    unsigned threshold = 1;
};

void put_fingerprint(const Common& common, const Hash256& root) {
    const std::string text = crypto::fingerprint_text(root);
    put_line(common.json ? JsonObject().text("fingerprint", text).finish() : text);
}

Outcome init(const Common& common, const InitOptions& options) {
    if (options.keys != 1 || options.threshold != 1) {
        return fail(ErrorCode::not_available_yet, "several root keys");
    }
    COTMOC_ASSIGN(const crypto::KdfPreset preset, kdf_preset(options.kdf));
    COTMOC_ASSIGN(const std::string plan_text, read_text(options.spaces, plan_bytes_max));
    COTMOC_ASSIGN(const auto spaces, sync::parse_spaces(plan_text));
    COTMOC_ASSIGN(const std::string catalogue, read_text(options.catalogue, plan_bytes_max));
    // Checked before the passphrase is asked for.
    COTMOC_TRY(core::Catalogue::parse(catalogue));
    COTMOC_ASSIGN(
        const auto opened,
        make_replica(common, "authority init",
                     [&](const sync::ReplicaEnvironment& environment, const crypto::Secret& passphrase) {
                         return sync::Authority::create(environment, options.province, spaces, catalogue,
                                                        passphrase, preset);
                     }));
    put_fingerprint(common, opened->replica->trust().root_fingerprint());
    return done;
}

/// Opens the authority's directory and does `work` with it.
Outcome with_authority(const Common& common, std::string_view command,
                       const std::function<Outcome(Opened&, sync::Authority&)>& work) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority " + std::string(command)));
    COTMOC_ASSIGN(sync::Authority authority,
                  sync::Authority::of(*opened->replica, opened->place.clock, opened->place.random));
    return work(*opened, authority);
}

struct EnrolOptions {
    std::string request;
    std::string role;
    std::vector<std::string> spaces;
};

Outcome enrol(const Common& common, const EnrolOptions& options) {
    const auto role = crypto::parse_role(options.role);
    if (!role) {
        return fail(ErrorCode::unknown_role, options.role);
    }
    if (crypto::is_data_role(*role) && options.spaces.empty()) {
        return fail(ErrorCode::wrong_usage, "--space is needed for the role " + options.role);
    }
    COTMOC_ASSIGN(const std::string request, read_text(options.request, request_bytes_max));
    return with_authority(common, "enrol", [&](Opened&, sync::Authority& authority) -> Outcome {
        COTMOC_ASSIGN(std::string grant, authority.enrol(request, *role, options.spaces));
        if (common.json) {
            put_line(JsonObject().text("grant", grant).finish());
            return done;
        }
        put(grant);
        put(grant.ends_with('\n') ? "" : "\n");
        return done;
    });
}

struct CatalogueOptions {
    std::string file;
};

Outcome publish_catalogue(const Common& common, const CatalogueOptions& options) {
    COTMOC_ASSIGN(const std::string json, read_text(options.file, plan_bytes_max));
    return with_authority(common, "catalogue", [&](Opened& opened, sync::Authority& authority) -> Outcome {
        COTMOC_TRY(authority.publish_catalogue(json));
        const core::Catalogue* catalogue = opened.replica->catalogue();
        const std::uint64_t version = catalogue != nullptr ? catalogue->version() : 0;
        put_line(common.json ? JsonObject().number("version", version).finish() : std::to_string(version));
        return done;
    });
}

struct NoOptions {};

std::string device_json(const sync::DeviceInfo& device, bool active) {
    std::vector<std::string> spaces;
    for (const std::string& name : device.spaces) {
        std::string literal;
        core::append_json_string(literal, name);
        spaces.push_back(literal);
    }
    return JsonObject()
        .text("device", device.id.hex())
        .text("name", device.name)
        .text("role", crypto::role_name(device.role))
        .raw("spaces", device.all_spaces ? "[\"*\"]" : json_array(spaces))
        .text("state", active ? "active" : "expired")
        .raw("last_seen", "null")
        .finish();
}

std::string device_line(const Common& common, const sync::DeviceInfo& device, bool active) {
    std::string spaces;
    for (const std::string& name : device.spaces) {
        spaces += (spaces.empty() ? "" : ",") + name;
    }
    if (device.all_spaces) {
        spaces = "*";
    }
    return device.id.hex().substr(0, 16) + "  " + (device.name.empty() ? "-" : device.name) + "  " +
           std::string(crypto::role_name(device.role)) + "  " + (spaces.empty() ? "-" : spaces) + "  " +
           std::string(common.text(active ? Label::active : Label::expired));
}

Outcome list(const Common& common, const NoOptions&) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority list"));
    if (!opened->replica->joined()) {
        return fail(ErrorCode::not_joined);
    }
    const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(opened->place.clock.wall_ms(), 0));
    std::vector<std::string> devices;
    for (const sync::DeviceInfo& device : opened->replica->devices()) {
        const bool active = device.not_after_ms == 0 || device.not_after_ms >= now;
        devices.push_back(common.json ? device_json(device, active) : device_line(common, device, active));
    }
    if (common.json) {
        put_line(json_array(devices));
        return done;
    }
    for (const std::string& line : devices) {
        put_line(line);
    }
    return done;
}

Outcome fingerprint(const Common& common, const NoOptions&) {
    return with_authority(common, "fingerprint", [&](Opened&, sync::Authority& authority) -> Outcome {
        put_fingerprint(common, authority.fingerprint());
        return done;
    });
}

}  // namespace

void add_authority_commands(Program& program) {
    CLI::App* group =
        program.app.add_subcommand("authority", "The province's authority: enrol, catalogue, list …");
    group->require_subcommand(1);

    auto init_options = std::make_shared<InitOptions>();
    CLI::App* command = group->add_subcommand("init", "Make the province's root; print its fingerprint");
    command->add_option("--province", init_options->province, "The province's name")->required();
    command->add_option("--spaces", init_options->spaces, "A JSON file with the spaces")->required();
    command->add_option("--catalogue", init_options->catalogue, "The catalogue's JSON file")->required();
    command->add_option("--kdf", init_options->kdf, "desktop, phone or low (else $COTMOC_KDF)");
    command->add_option("--keys", init_options->keys)->group("");
    command->add_option("--threshold", init_options->threshold)->group("");
    program.on(command, init_options, init);

    auto enrol_options = std::make_shared<EnrolOptions>();
    command = group->add_subcommand("enrol", "Give a device its certificate and keys; print the grant");
    command->add_option("REQUEST", enrol_options->request, "The request's file; - for standard input")
        ->required();
    command
        ->add_option("--role", enrol_options->role, "border_post, district_officer, province_officer or hub")
        ->required();
    command
        ->add_option("--space", enrol_options->spaces, "A space it holds; * for every one; may be repeated")
        ->allow_extra_args(false)
        ->delimiter(',');
    program.on(command, enrol_options, enrol);

    auto catalogue_options = std::make_shared<CatalogueOptions>();
    command = group->add_subcommand("catalogue", "Publish a new version of the catalogue");
    command->add_option("FILE", catalogue_options->file, "The catalogue's JSON file")->required();
    program.on(command, catalogue_options, publish_catalogue);

    program.on(group->add_subcommand("list", "The devices, their roles, spaces and state"),
               std::make_shared<NoOptions>(), list);
    program.on(group->add_subcommand("fingerprint", "Print the root's fingerprint, for the poster"),
               std::make_shared<NoOptions>(), fingerprint);
    add_settle_command(*group, program);
    for (const char* name : {"revoke", "rotate"}) {
        add_later_command(*group, program, name);
    }
}

}  // namespace cotmoc::cli
