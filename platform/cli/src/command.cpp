#include "command.hpp"

#include <cotmoc/system/file.hpp>
#include <cotmoc/system/passphrase.hpp>
#include <cotmoc/system/process.hpp>
#include <cotmoc/system/wipe.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace cotmoc::cli {
namespace {

std::optional<std::string> held_output;

void remove_replica(Workplace& place) {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) {
        // The error that led here is the one to report.
        (void)system::remove_file(place.database_path() + end);
    }
    (void)place.key_store.destroy_keys();
    (void)place.key_store.save_recovery({});
}

}  // namespace

Result<std::string> Common::replica_directory() const {
    if (!directory.empty()) {
        return directory;
    }
    if (const auto value = system::environment("COTMOC_DIR"); value && !value->empty()) {
        return *value;
    }
    return fail(ErrorCode::wrong_usage, "no directory: give -C DIR or set COTMOC_DIR");
}

void put(std::string_view text) {
    if (held_output) {
        *held_output += text;
        return;
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
}

HeldOutput::HeldOutput() { held_output.emplace(); }

HeldOutput::~HeldOutput() { held_output.reset(); }

void HeldOutput::release() {
    const std::string text = std::exchange(held_output, std::nullopt).value_or("");
    put(text);
}

void put_line(std::string_view text) {
    put(text);
    put("\n");
}

Result<void> finish_output() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        const auto code = errno == ENOSPC ? ErrorCode::disk_full : ErrorCode::io_error;
        return fail(code, std::string("standard output: ") + std::strerror(errno));
    }
    return {};
}

Result<crypto::Secret> read_passphrase(const Common& common, bool fresh) {
    system::PassphraseSource source;
    source.file = common.passphrase_file;
    source.prompt = common.text(fresh ? Label::new_passphrase : Label::passphrase);
    if (fresh) {
        source.repeat_prompt = common.text(Label::repeat_passphrase);
    }
    return system::read_passphrase(source);
}

Result<Custody> parse_custody(const std::string& option) {
    if (option.empty() || option == "file") {
        return Custody::file;
    }
    if (option == "keyring") {
        return Custody::keyring;
    }
    return fail(ErrorCode::wrong_usage, "--custody is file or keyring");
}

Workplace::Workplace(std::string directory_, std::string_view program_)
    : directory(std::move(directory_)),
      program(program_),
      key_store(directory),
      high_water_mark(directory, system::state_directory()) {}

Result<void> Workplace::lock() {
    COTMOC_ASSIGN(lock_, system::DirectoryLock::take(directory, program));
    return {};
}

Result<void> Workplace::lock_existing() {
    if (system::wipe_begun(directory)) {
        return fail(ErrorCode::no_replica, directory + ": a wipe was begun; `cotmoc wipe` finishes it");
    }
    if (!key_store.exists()) {
        return fail(ErrorCode::no_replica, directory);
    }
    return lock();
}

Result<std::unique_ptr<Opened>> Opened::open(const Common& common, std::string_view command) {
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    auto opened = std::make_unique<Opened>(std::move(directory), "cotmoc " + std::string(command));
    COTMOC_TRY(opened->place.lock_existing());
    COTMOC_ASSIGN(const crypto::Secret secret, read_passphrase(common, false));
    COTMOC_ASSIGN(opened->replica, sync::Replica::open(opened->place.environment(), secret));
    COTMOC_TRY(opened->place.key_store.forget_previous());
    return opened;
}

Result<std::unique_ptr<Opened>> make_replica(
    const Common& common, std::string_view command,
    const std::function<Result<void>(const sync::ReplicaEnvironment&, const crypto::Secret&)>& create,
    Custody custody) {
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    auto opened = std::make_unique<Opened>(std::move(directory), "cotmoc " + std::string(command));
    Workplace& place = opened->place;
    if (place.key_store.exists() || system::file_exists(place.database_path())) {
        return fail(ErrorCode::already_exists, place.directory);
    }
    COTMOC_ASSIGN(const crypto::Secret secret, read_passphrase(common, true));
    COTMOC_TRY(crypto::check_passphrase(secret, custody == Custody::keyring));
    COTMOC_TRY(system::make_directory(place.directory));
    COTMOC_TRY(place.lock());
    if (place.key_store.exists() || system::file_exists(place.database_path())) {
        return fail(ErrorCode::already_exists, place.directory);
    }
    // What an earlier attempt may have left in the keyring.
    COTMOC_TRY(place.key_store.destroy_keys());
    Result<void> made = custody == Custody::keyring
                            ? place.key_store.use_keyring("cotmoc " + place.directory, place.random)
                            : Result<void>{};
    if (made) {
        made = create(place.environment(), secret);
    }
    if (!made) {
        remove_replica(place);
        return tl::unexpected(std::move(made).error());
    }
    COTMOC_ASSIGN(opened->replica, sync::Replica::open(place.environment(), secret));
    return opened;
}

Result<crypto::KdfPreset> kdf_preset(const std::string& option) {
    std::string name = option;
    if (name.empty()) {
        name = system::environment("COTMOC_KDF").value_or("");
    }
    const auto preset = crypto::parse_kdf_preset(name.empty() ? "desktop" : name);
    if (!preset) {
        return fail(ErrorCode::wrong_usage, "--kdf is desktop, phone or low");
    }
    return *preset;
}

}  // namespace cotmoc::cli
