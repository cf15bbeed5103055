// rejoin: a new device identity for a restored or copied replica.
#include "json_text.hpp"
#include "program.hpp"

#include <cotmoc/system/passphrase.hpp>

#include <iostream>

namespace cotmoc::cli {
namespace {

struct RejoinOptions {
    std::string kdf;
    std::string name;
};

Outcome rejoin(const Common& common, const RejoinOptions& options) {
    COTMOC_ASSIGN(const crypto::KdfPreset preset, kdf_preset(options.kdf));
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    Workplace place(std::move(directory), "cotmoc rejoin");
    if (!place.key_store.exists()) {
        return fail(ErrorCode::no_replica, place.directory);
    }
    COTMOC_TRY(place.lock());
    system::PassphraseSource source;
    source.file = common.passphrase_file;
    source.prompt = common.text(Label::passphrase);
    COTMOC_ASSIGN(const crypto::Secret passphrase, system::read_passphrase(source));
    COTMOC_ASSIGN(const auto replica, sync::Replica::open(place.environment(), passphrase));
    const std::string former = replica->name();
    COTMOC_ASSIGN(std::string request, replica->rejoin(passphrase, preset, options.name));
    while (request.ends_with('\n')) {
        request.pop_back();
    }
    COTMOC_ASSIGN(const bool back, replica->own_past_is_back());
    put_line(common.json ? JsonObject()
                               .text("request", request)
                               .text("replaces", replica->id().hex())
                               .text("name", former)
                               .flag("own_past_is_back", back)
                               .finish()
                         : request);
    // Standard output goes into a file; this is for the person.
    std::cerr << common.text(Label::rejoin_enrol) << "\n  cotmoc authority enrol … ; cotmoc authority revoke "
              << former << " --reason replaced\n";
    if (!back) {
        std::cerr << common.text(Label::rejoin_sync) << "\n";
    }
    return done;
}

}  // namespace

void add_rejoin_command(Program& program) {
    auto options = std::make_shared<RejoinOptions>();
    CLI::App* command = program.app.add_subcommand(
        "rejoin", "Make a new device identity for a restored or copied replica; print its request");
    command->add_option("--name", options->name, "The new identity's name (else the old one with a number)");
    command->add_option("--kdf", options->kdf, "desktop, phone or low (else $COTMOC_KDF)");
    program.on(command, options, rejoin);
}

}  // namespace cotmoc::cli
