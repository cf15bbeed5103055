// passphrase, recover, wipe.
#include "json_text.hpp"
#include "program.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/crypto/recovery.hpp>
#include <cotmoc/records/export_json.hpp>
#include <cotmoc/sync/authority.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/passphrase.hpp>
#include <cotmoc/system/wipe.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace cotmoc::cli {
namespace {

constexpr std::size_t recovery_text_max = 64 * 1024;

struct PassphraseOptions {
    std::string file;
    std::string kdf;
};

Outcome change_passphrase(const Common& common, const PassphraseOptions& options) {
    std::optional<crypto::KdfPreset> preset;
    if (!options.kdf.empty()) {
        COTMOC_ASSIGN(preset, kdf_preset(options.kdf));
    }
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    Workplace place(std::move(directory), "cotmoc passphrase");
    COTMOC_TRY(place.lock_existing());
    COTMOC_ASSIGN(const crypto::Secret current, read_passphrase(common, false));
    system::PassphraseSource source;
    source.file = options.file;
    source.variable = "COTMOC_NEW_PASSPHRASE";
    source.prompt = common.text(Label::new_passphrase);
    source.repeat_prompt = common.text(Label::repeat_passphrase);
    COTMOC_ASSIGN(const crypto::Secret fresh, system::read_passphrase(source));
    COTMOC_TRY(crypto::change_passphrase(place.key_store, current, fresh, preset, place.random));
    put_line(common.json ? JsonObject().flag("changed", true).finish()
                         : std::string(common.text(Label::passphrase_changed)));
    return done;
}

struct RecoverOptions {
    std::string file;
    std::string kdf;
    bool yes = false;
};

std::string session_path(const Workplace& place) { return place.directory + "/recovery.session"; }

/// The first step, on the device whose passphrase is forgotten.
Outcome ask_for_recovery(const Common& common, const RecoverOptions& options) {
    COTMOC_ASSIGN(const crypto::KdfPreset preset, kdf_preset(options.kdf));
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    Workplace place(std::move(directory), "cotmoc recover");
    if (!system::file_exists(place.database_path())) {
        return fail(ErrorCode::no_replica, place.directory);
    }
    COTMOC_ASSIGN(const Bytes wrap, place.key_store.load_recovery());
    COTMOC_TRY(crypto::recovery_header(wrap));
    COTMOC_TRY(place.lock());
    COTMOC_ASSIGN(const crypto::Secret passphrase, read_passphrase(common, true));
    const crypto::AgreementKey session =
        crypto::AgreementKey::from_seed(crypto::Secret::random(32, place.random));
    COTMOC_ASSIGN(const Bytes file, crypto::seal_recovery_session(session, passphrase, preset, place.random));
    COTMOC_TRY(system::replace_file(session_path(place), file));
    const std::string text = crypto::encode_recovery_request(wrap, session.public_key());
    COTMOC_ASSIGN(const crypto::RecoveryRequest request, crypto::parse_recovery_request(text));
    put_line(common.json ? JsonObject().text("request", text).text("code", request.code()).finish() : text);
    // Standard output goes into a file; this is for the person.
    std::cerr << common.text(Label::recovery_code) << ": " << request.code() << "\n";
    return done;
}

/// The second step, on the authority's machine.
Outcome answer_recovery(const Common& common, const RecoverOptions& options, std::string_view text) {
    COTMOC_ASSIGN(const crypto::RecoveryRequest request, crypto::parse_recovery_request(text));
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "recover"));
    COTMOC_ASSIGN(sync::Authority authority,
                  sync::Authority::of(*opened->replica, opened->place.clock, opened->place.random));
    COTMOC_ASSIGN(const std::string answer, authority.answer_recovery(request));
    std::string name = request.header.device.hex();
    for (const sync::DeviceInfo& device : opened->replica->devices()) {
        if (device.id == request.header.device && !device.name.empty()) {
            name = device.name;
        }
    }
    const std::string shown = std::string(common.text(Label::device)) + ": " + name + "\n" +
                              std::string(common.text(Label::recovery_code)) + ": " + request.code() + "\n";
    if (options.yes) {
        std::cerr << shown;
    } else {
        const auto said = system::ask(shown + std::string(common.text(Label::recovery_question)));
        if (said != "yes" && said != common.text(Label::yes)) {
            return fail(ErrorCode::not_confirmed, name);
        }
    }
    put_line(common.json ? JsonObject()
                               .text("answer", answer)
                               .text("device", request.header.device.hex())
                               .text("name", name)
                               .text("code", request.code())
                               .finish()
                         : answer);
    return done;
}

/// The last step, on the device again, with the passphrase that was chosen in the first.
Outcome take_answer(const Common& common, const RecoverOptions& options, std::string_view text) {
    COTMOC_ASSIGN(const crypto::KdfPreset preset, kdf_preset(options.kdf));
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    Workplace place(std::move(directory), "cotmoc recover");
    COTMOC_ASSIGN(const Bytes wrap, place.key_store.load_recovery());
    COTMOC_TRY(place.lock());
    if (!system::file_exists(session_path(place))) {
        return fail(ErrorCode::bad_recovery, "no recovery was begun here");
    }
    COTMOC_ASSIGN(const Bytes file, system::read_file(session_path(place), recovery_text_max));
    COTMOC_ASSIGN(const crypto::Secret passphrase, read_passphrase(common, false));
    COTMOC_ASSIGN(const crypto::AgreementKey session, crypto::open_recovery_session(file, passphrase));
    COTMOC_ASSIGN(const crypto::DataKey data, crypto::take_recovery_answer(text, wrap, session));
    // The keyring may be what was lost; the new passphrase is long enough without it.
    COTMOC_TRY(place.key_store.leave_keyring());
    COTMOC_TRY(
        sync::Replica::begin_new_identity(place.environment(), data.key, data.cipher, passphrase, preset));
    COTMOC_TRY(system::shred_file(session_path(place)));
    COTMOC_ASSIGN(const auto replica, sync::Replica::open(place.environment(), passphrase));
    COTMOC_TRY(place.key_store.forget_previous());
    COTMOC_ASSIGN(std::string request, replica->rejoin(passphrase, preset));
    while (request.ends_with('\n')) {
        request.pop_back();
    }
    put_line(common.json ? JsonObject().text("request", request).text("device", replica->id().hex()).finish()
                         : request);
    std::cerr << common.text(Label::recovered) << "\n";
    return done;
}

Outcome recover(const Common& common, const RecoverOptions& options) {
    if (options.file.empty()) {
        return ask_for_recovery(common, options);
    }
    COTMOC_ASSIGN(const Bytes file, system::read_file(options.file, recovery_text_max));
    const std::string_view text = as_text(file);
    return text.find("cotmoc-recovery-request-") != std::string_view::npos
               ? answer_recovery(common, options, text)
               : take_answer(common, options, text);
}

struct WipeOptions {
    std::string yes;
    bool discard_unsent = false;
};

/// The name to confirm. With --discard-unsent a replica that opens no more can be wiped too, by the name of
/// its folder.
Result<std::string> name_to_wipe(const Common& common, const WipeOptions& options, Workplace& place) {
    if (!place.key_store.exists()) {
        return fail(ErrorCode::no_replica, place.directory);
    }
    auto passphrase = read_passphrase(common, false);
    auto replica = passphrase ? sync::Replica::open(place.environment(), *passphrase)
                              : tl::unexpected(std::move(passphrase).error());
    if (!replica) {
        if (!options.discard_unsent) {
            return tl::unexpected(std::move(replica).error());
        }
        const auto whole = std::filesystem::absolute(native_file(place.directory)).lexically_normal();
        const std::u8string name = whole.filename().u8string();
        return std::string(name.begin(), name.end());
    }
    COTMOC_ASSIGN(const std::uint64_t unsent, records::unsent_work(**replica, place.directory));
    if (unsent > 0 && !options.discard_unsent) {
        return fail(ErrorCode::unsent_work, std::to_string(unsent));
    }
    return (*replica)->name();
}

Outcome wipe(const Common& common, const WipeOptions& options) {
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    Workplace place(std::move(directory), "cotmoc wipe");
    const bool begun = system::wipe_begun(place.directory);
    if (!begun && !place.key_store.exists()) {
        return fail(ErrorCode::no_replica, place.directory);
    }
    COTMOC_TRY(place.lock());
    if (!begun) {
        COTMOC_ASSIGN(const std::string name, name_to_wipe(common, options, place));
        const auto said =
            options.yes.empty()
                ? system::ask(std::string(common.text(Label::wipe_question)) + " (" + name + "): ")
                : std::optional(options.yes);
        if (said != name) {
            return fail(ErrorCode::not_confirmed, "the name is " + name);
        }
    }
    COTMOC_ASSIGN(const std::vector<std::string> removed, system::wipe_directory(place.key_store));
    std::vector<std::string> names;
    for (const std::string& name : removed) {
        if (common.json) {
            std::string literal;
            core::append_json_string(literal, name);
            names.push_back(literal);
        } else {
            put_line(std::string(common.text(Label::removed)) + ": " + name);
        }
    }
    if (common.json) {
        put_line(JsonObject().raw("removed", json_array(names)).finish());
    }
    return done;
}

}  // namespace

void add_key_commands(Program& program) {
    auto passphrase_options = std::make_shared<PassphraseOptions>();
    CLI::App* command = program.app.add_subcommand("passphrase", "Change the passphrase");
    command
        ->add_option("--new-passphrase-file", passphrase_options->file,
                     "Read the new passphrase from this file (else $COTMOC_NEW_PASSPHRASE, else a prompt)")
        ->type_name("FILE");
    command->add_option("--kdf", passphrase_options->kdf, "desktop, phone or low (else as it was)");
    program.on(command, passphrase_options, change_passphrase);

    auto recover_options = std::make_shared<RecoverOptions>();
    command = program.app.add_subcommand(
        "recover", "Open a replica whose passphrase is forgotten, with the help of the authority");
    command->add_option("FILE", recover_options->file,
                        "At the authority the device's request, at the device the authority's answer; none: "
                        "print the request");
    command->add_option("--kdf", recover_options->kdf, "desktop, phone or low (else $COTMOC_KDF)");
    command->add_flag("--yes", recover_options->yes, "The code was compared; do not ask");
    program.on(command, recover_options, recover);

    auto wipe_options = std::make_shared<WipeOptions>();
    command = program.app.add_subcommand("wipe", "Remove this replica and its keys from this machine");
    command->add_option("--yes", wipe_options->yes, "The device's name, instead of the question")
        ->type_name("NAME");
    command->add_flag("--discard-unsent", wipe_options->discard_unsent,
                      "Even if work here was not sent, or the replica does not open");
    program.on(command, wipe_options, wipe);
}

}  // namespace cotmoc::cli
