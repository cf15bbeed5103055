// A device's own side of trust: init, request, join.
#include "json_text.hpp"
#include "program.hpp"
#include "qr_code.hpp"
#include "remote_enrolment_steps.hpp"

#include <cotmoc/system/file.hpp>
#include <cotmoc/system/passphrase.hpp>

#include <iostream>

namespace cotmoc::cli {
namespace {

constexpr std::size_t grant_bytes_max = 64 * 1024 * 1024;

struct InitOptions {
    std::string name;
    std::string kdf;
    std::string custody;
};

Outcome init(const Common& common, const InitOptions& options) {
    COTMOC_ASSIGN(const crypto::KdfPreset preset, kdf_preset(options.kdf));
    COTMOC_ASSIGN(const Custody custody, parse_custody(options.custody));
    const auto create = [&](const sync::ReplicaEnvironment& environment, const crypto::Secret& passphrase) {
        return sync::Replica::create(environment, options.name, passphrase, preset);
    };
    COTMOC_ASSIGN(const auto opened, make_replica(common, "init", create, custody));
    const std::string id = opened->replica->id().hex();
    put_line(common.json ? JsonObject().text("device", id).text("name", options.name).finish() : id);
    return done;
}

struct RequestOptions {
    bool remote = false;
    std::string message;
    bool qr = false;
};

Outcome request(const Common& common, const RequestOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "request"));
    if (options.remote) {
        return remote_device_step(common, *opened, options.message);
    }
    if (!options.message.empty()) {
        return fail(ErrorCode::wrong_usage, "a message goes with --remote");
    }
    std::string text = opened->replica->request();
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    if (options.qr && !common.json) {
        COTMOC_ASSIGN(const QrCode code, make_qr_code(text));
        put(terminal_blocks(code));
    }
    put_line(common.json ? JsonObject().text("request", text).finish() : text);
    return done;
}

struct JoinOptions {
    std::string grant;
    std::string root;
    std::string code;
};

Result<Hash256> confirmed_root(const Common& common, Opened& opened, const JoinOptions& options,
                               const crypto::Grant& grant) {
    if (!options.code.empty()) {
        return records::remote_root(opened.place.directory, options.code);
    }
    if (!options.root.empty()) {
        const auto root = crypto::parse_fingerprint(options.root);
        if (!root) {
            return fail(ErrorCode::wrong_root, "--root is not a fingerprint");
        }
        return *root;
    }
    const std::string fingerprint = crypto::fingerprint_text(grant.root_fingerprint);
    const auto answer = system::ask(std::string(common.text(Label::root_is)) + "\n  " + fingerprint + "\n" +
                                    std::string(common.text(Label::root_question)));
    if (answer != "yes" && answer != common.text(Label::yes)) {
        return fail(ErrorCode::root_needed, fingerprint);
    }
    return grant.root_fingerprint;
}

Outcome join(const Common& common, const JoinOptions& options) {
    COTMOC_ASSIGN(const Bytes file, system::read_file(options.grant, grant_bytes_max));
    COTMOC_ASSIGN(const crypto::Grant grant, crypto::parse_grant(as_text(file)));
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "join"));
    // Whoever has joined knows the root: a renewal by file need not be confirmed again.
    const bool known = opened->replica->joined() && options.root.empty();
    COTMOC_ASSIGN(const Hash256 root, known ? Result<Hash256>(opened->replica->trust().root_fingerprint())
                                            : confirmed_root(common, *opened, options, grant));
    COTMOC_TRY(opened->replica->join(grant, root));
    COTMOC_TRY(records::forget_attempt(opened->place.directory));
    std::vector<std::string> names;
    std::string text;
    for (const sync::SpaceInfo& space : opened->replica->spaces()) {
        std::string literal;
        core::append_json_string(literal, space.name);
        names.push_back(literal);
        text += " " + space.name;
    }
    if (common.json) {
        put_line(JsonObject()
                     .text("device", opened->replica->id().hex())
                     .text("name", opened->replica->name())
                     .raw("spaces", json_array(names))
                     .finish());
    } else {
        put_line(std::string(common.text(Label::joined)) + ":" + text);
    }
    return done;
}

}  // namespace

void add_trust_commands(Program& program) {
    auto init_options = std::make_shared<InitOptions>();
    CLI::App* command =
        program.app.add_subcommand("init", "Make a device's keys and empty replica; print its id");
    command->add_option("--name", init_options->name, "The device's name")->required();
    command->add_option("--kdf", init_options->kdf, "desktop, phone or low (else $COTMOC_KDF)");
    command->add_option("--custody", init_options->custody,
                        "file; or keyring: the desktop's keyring keeps a secret that the key file needs too");
    program.on(command, init_options, init);

    command =
        program.app.add_subcommand("request", "Print the text that asks the authority to enrol this device");
    auto request_options = std::make_shared<RequestOptions>();
    command->add_flag("--qr", request_options->qr, "Show it as a QR code too");
    command->add_flag("--remote", request_options->remote,
                      "Enrol from afar: print the next message for the authority");
    command->add_option("MESSAGE", request_options->message,
                        "With --remote: the file of the authority's message");
    program.on(command, request_options, request);

    auto join_options = std::make_shared<JoinOptions>();
    command = program.app.add_subcommand("join", "Take the authority's grant");
    command->add_option("GRANT", join_options->grant, "The grant's file; - for standard input")->required();
    command->add_option("--root", join_options->root, "The root's fingerprint, from the poster");
    command->add_option("--code", join_options->code,
                        "Instead, after `request --remote`: the nine digits that the authority reads out");
    program.on(command, join_options, join);
}

}  // namespace cotmoc::cli
