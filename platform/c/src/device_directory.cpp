// What OpenReplica does to a directory that nobody has open: the wipe and the recovery.
#include "open_replica.hpp"

#include <cotmoc/records/export_json.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/wipe.hpp>

#include <cotmoc/crypto/recovery.hpp>

namespace cotmoc::capi {
namespace {

constexpr std::size_t session_bytes_max = 64 * 1024;

std::string session_path(const Settings& settings) { return settings.directory + "/recovery.session"; }

}  // namespace

Result<std::vector<std::string>> OpenReplica::wipe(const Settings& settings, const crypto::Secret& passphrase,
                                                   bool discard_unsent) {
    system::FileKeyStore files(settings.directory);
    const auto open = std::make_shared<OpenReplica>(settings);
    const bool begun = system::wipe_begun(settings.directory);
    if (!begun && !files.exists() && !system::file_exists(open->database_path())) {
        return fail(ErrorCode::no_replica, settings.directory);
    }
    // Held until the end: nobody works here between the last look and the first removal.
    COTMOC_TRY(open->lock_directory());
    if (!begun && !discard_unsent) {
        if (passphrase.empty()) {
            return fail(ErrorCode::no_passphrase);
        }
        COTMOC_ASSIGN(const auto replica, sync::Replica::open(open->environment(), passphrase));
        COTMOC_ASSIGN(const std::uint64_t unsent, records::unsent_work(*replica, settings.directory));
        if (unsent != 0) {
            return fail(ErrorCode::unsent_work, std::to_string(unsent));
        }
    }
    return system::wipe_directory(files);
}

Result<std::string> OpenReplica::ask_recovery(const Settings& settings, const crypto::Secret& passphrase) {
    const auto open = std::make_shared<OpenReplica>(settings);
    if (system::wipe_begun(settings.directory) || !system::file_exists(open->database_path())) {
        return fail(ErrorCode::no_replica, settings.directory);
    }
    COTMOC_ASSIGN(const Bytes wrap, open->key_store().load_recovery());
    COTMOC_TRY(crypto::recovery_header(wrap));
    COTMOC_TRY(open->lock_directory());
    // The hardware may be what was lost: the passphrase is long enough without it.
    COTMOC_TRY(crypto::check_passphrase(passphrase, false));
    const crypto::AgreementKey session =
        crypto::AgreementKey::from_seed(crypto::Secret::random(32, open->random()));
    COTMOC_ASSIGN(const Bytes file,
                  crypto::seal_recovery_session(session, passphrase, settings.kdf, open->random()));
    COTMOC_TRY(system::replace_file(session_path(settings), file));
    const std::string text = crypto::encode_recovery_request(wrap, session.public_key());
    COTMOC_ASSIGN(const crypto::RecoveryRequest request, crypto::parse_recovery_request(text));
    return records::JsonObject().text("request", text).text("code", request.code()).finish();
}

Result<std::string> OpenReplica::recover(const Settings& settings, const crypto::Secret& passphrase,
                                         std::string_view answer) {
    const auto open = std::make_shared<OpenReplica>(settings);
    if (system::wipe_begun(settings.directory) || !system::file_exists(open->database_path())) {
        return fail(ErrorCode::no_replica, settings.directory);
    }
    COTMOC_ASSIGN(const Bytes wrap, open->key_store().load_recovery());
    COTMOC_TRY(open->lock_directory());
    if (!system::file_exists(session_path(settings))) {
        return fail(ErrorCode::bad_recovery, "no recovery was begun here");
    }
    COTMOC_ASSIGN(const Bytes file, system::read_file(session_path(settings), session_bytes_max));
    COTMOC_ASSIGN(const crypto::AgreementKey session, crypto::open_recovery_session(file, passphrase));
    COTMOC_ASSIGN(const crypto::DataKey data, crypto::take_recovery_answer(answer, wrap, session));
    if (open->file_key_store_ != nullptr) {
        COTMOC_TRY(open->file_key_store_->leave_keyring());
    }
    COTMOC_TRY(sync::Replica::begin_new_identity(open->environment(), data.key, data.cipher, passphrase,
                                                 settings.kdf));
    COTMOC_TRY(system::shred_file(session_path(settings)));
    COTMOC_ASSIGN(const auto replica, sync::Replica::open(open->environment(), passphrase));
    COTMOC_TRY(open->key_store().forget_previous());
    COTMOC_ASSIGN(std::string request, replica->rejoin(passphrase, settings.kdf));
    while (request.ends_with('\n')) {
        request.pop_back();
    }
    open->log().tell(COTMOC_LOG_INFO, "recovered as " + replica->id().hex().substr(0, 16));
    return records::JsonObject().text("request", request).text("device", replica->id().hex()).finish();
}

}  // namespace cotmoc::capi
