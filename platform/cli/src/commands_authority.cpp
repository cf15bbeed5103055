// The authority's commands.
#include "authority_command.hpp"
#include "json_text.hpp"
#include "shared_chain.hpp"

#include <cotmoc/system/file.hpp>

namespace cotmoc::cli {
namespace {

constexpr std::size_t plan_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t request_bytes_max = 64 * 1024;

struct InitOptions {
    std::string province;
    std::string spaces;
    std::string catalogue;
    std::string kdf;
    RootKeyOptions root;
};

void put_fingerprint(const Common& common, const Hash256& root) {
    const std::string text = crypto::fingerprint_text(root);
    put_line(common.json ? JsonObject().text("fingerprint", text).finish() : text);
}

/// The fingerprint and, if there are some, where the root's keys are and where they belong.
void put_made(const Common& common, const Hash256& root, const RootKeyFiles& files) {
    if (files.keys.empty()) {
        put_fingerprint(common, root);
        return;
    }
    if (common.json) {
        put_line(JsonObject()
                     .text("fingerprint", crypto::fingerprint_text(root))
                     .raw("root_keys", json_texts(files.keys))
                     .text("recovery_key", files.recovery)
                     .finish());
        return;
    }
    put_fingerprint(common, root);
    std::string note(common.text(Label::root_keys_note));
    for (const std::string& file : files.keys) {
        note += "\n  " + file;
    }
    note += "\n  " + files.recovery + "\n";
    std::fputs(note.c_str(), stderr);
}

Outcome init(const Common& common, const InitOptions& options) {
    if (options.root.keys == 0 || options.root.keys > 16 || options.root.threshold == 0 ||
        options.root.threshold > options.root.keys) {
        return fail(ErrorCode::wrong_usage, "--keys is 1 to 16, --threshold 1 to --keys");
    }
    COTMOC_ASSIGN(const crypto::KdfPreset preset, kdf_preset(options.kdf));
    COTMOC_ASSIGN(const std::string plan_text, read_text(options.spaces, plan_bytes_max));
    COTMOC_ASSIGN(const auto spaces, sync::parse_spaces(plan_text));
    COTMOC_ASSIGN(const std::string catalogue, read_text(options.catalogue, plan_bytes_max));
    // Checked before the passphrase is asked for.
    COTMOC_TRY(core::Catalogue::parse(catalogue));
    RootKeyFiles files;
    COTMOC_ASSIGN(const auto opened,
                  make_replica(common, "authority init",
                               [&](const sync::ReplicaEnvironment& environment,
                                   const crypto::Secret& passphrase) -> Result<void> {
                                   sync::RootKeys root;
                                   if (options.root.apart()) {
                                       COTMOC_ASSIGN(root, make_root_keys(common, options.root, preset,
                                                                          environment.random, files));
                                   }
                                   Result<void> made = sync::Authority::create(environment, options.province,
                                                                               spaces, catalogue, passphrase,
                                                                               preset, std::move(root));
                                   if (!made) {
                                       remove_root_keys(files);
                                   }
                                   return made;
                               }));
    put_made(common, opened->replica->trust().root_fingerprint(), files);
    return done;
}

struct EnrolOptions {
    std::string request;
    std::string role;
    std::vector<std::string> spaces;
    bool remote = false;
    std::string code;
};

Outcome put_grant(const Common& common, const std::string& grant) {
    if (common.json) {
        put_line(JsonObject().text("grant", grant).finish());
        return done;
    }
    put(grant);
    put(grant.ends_with('\n') ? "" : "\n");
    return done;
}

Outcome enrol_remotely(const Common& common, const EnrolOptions& options) {
    return with_authority(common, "enrol", [&](Opened& opened, sync::Authority& authority) -> Outcome {
        COTMOC_ASSIGN(const auto request, remote_request(common, opened, {options.request, options.code}));
        if (!request) {
            return done;
        }
        COTMOC_ASSIGN(const std::string grant,
                      authority.enrol(*request, *crypto::parse_role(options.role), options.spaces));
        return put_grant(common, grant);
    });
}

Outcome enrol(const Common& common, const EnrolOptions& options) {
    if (options.remote && options.code.empty()) {
        return enrol_remotely(common, options);  // messages go to and fro first
    }
    const auto role = crypto::parse_role(options.role);
    if (!role) {
        return options.role.empty() ? fail(ErrorCode::wrong_usage, "--role is needed")
                                    : fail(ErrorCode::unknown_role, options.role);
    }
    if (crypto::is_data_role(*role) && options.spaces.empty()) {
        return fail(ErrorCode::wrong_usage, "--space is needed for the role " + options.role);
    }
    if (options.remote) {
        return enrol_remotely(common, options);
    }
    if (options.request.empty()) {
        return fail(ErrorCode::wrong_usage, "the request's file is needed");
    }
    COTMOC_ASSIGN(const std::string request, read_text(options.request, request_bytes_max));
    return with_authority(common, "enrol", [&](Opened&, sync::Authority& authority) -> Outcome {
        COTMOC_ASSIGN(const std::string grant, authority.enrol(request, *role, options.spaces));
        return put_grant(common, grant);
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

Outcome fingerprint(const Common& common, const NoOptions&) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority fingerprint"));
    COTMOC_ASSIGN(const sync::Authority authority,
                  sync::Authority::of(*opened->replica, opened->place.clock, opened->place.random));
    put_fingerprint(common, authority.fingerprint());
    return done;
}

}  // namespace

Result<std::string> read_text(const std::string& path, std::size_t limit) {
    COTMOC_ASSIGN(const Bytes bytes, system::read_file(path, limit));
    return std::string(as_text(bytes));
}

Outcome with_authority(const Common& common, std::string_view command,
                       const std::function<Outcome(Opened&, sync::Authority&)>& work) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority " + std::string(command)));
    COTMOC_ASSIGN(sync::Authority authority,
                  sync::Authority::of(*opened->replica, opened->place.clock, opened->place.random));
    COTMOC_ASSIGN(SharedChain chain, SharedChain::begin(common, *opened));
    HeldOutput output;
    const Outcome result = work(*opened, authority);
    if (!result) {
        return result;
    }
    COTMOC_ASSIGN(const bool handed_over, chain.hand_over());
    output.release();
    return handed_over ? result : Outcome(needs_person);
}

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
    command->add_option("--keys", init_options->root.keys, "How many root keys to make (1)");
    command->add_option("--threshold", init_options->root.threshold, "How many of them sign a new root (1)");
    command->add_option("--root-keys", init_options->root.directory,
                        "Where the root keys' files go (the authority's directory)");
    command
        ->add_option("--root-passphrase-file", init_options->root.passphrase_files,
                     "The passphrase of root key 1, of key 2 …; repeated")
        ->allow_extra_args(false);
    program.on(command, init_options, init);

    auto enrol_options = std::make_shared<EnrolOptions>();
    command = group->add_subcommand("enrol", "Give a device its certificate and keys; print the grant");
    command->add_option("REQUEST", enrol_options->request,
                        "The file of the request, or with --remote of the device's message; - for standard "
                        "input");
    command->add_option("--role", enrol_options->role,
                        "border_post, district_officer, province_officer or hub");
    command->add_flag("--remote", enrol_options->remote,
                      "Enrol from afar: take the device's message and print the answer");
    command->add_option("--code", enrol_options->code,
                        "With --remote: the nine digits that the device's person reads out");
    command
        ->add_option("--space", enrol_options->spaces, "A space it holds; * for every one; may be repeated")
        ->allow_extra_args(false)
        ->delimiter(',');
    program.on(command, enrol_options, enrol);

    auto catalogue_options = std::make_shared<CatalogueOptions>();
    command = group->add_subcommand("catalogue", "Publish a new version of the catalogue");
    command->add_option("FILE", catalogue_options->file, "The catalogue's JSON file")->required();
    program.on(command, catalogue_options, publish_catalogue);

    program.on(group->add_subcommand("fingerprint", "Print the root's fingerprint, for the poster"),
               std::make_shared<NoOptions>(), fingerprint);
    add_settle_command(*group, program);
    add_root_commands(*group, program);
    add_sheet_command(*group, program);
    add_authority_list_command(*group, program);
    add_authority_rights_commands(*group, program);
}

}  // namespace cotmoc::cli
