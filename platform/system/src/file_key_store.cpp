#include <cotmoc/system/file_key_store.hpp>

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/system/file.hpp>

#include <charconv>

namespace cotmoc::system {
namespace {

constexpr std::size_t key_file_bytes_max = 1024 * 1024;
constexpr std::size_t note_bytes_max = 1024;
constexpr std::size_t hardware_secret_size = 32;
constexpr std::string_view custody_word = "cotmoc-custody-1 keyring ";
using KeyringName = FixedBytes<16, struct KeyringNameTag>;

std::string_view without_line_end(std::string_view text) { return text.substr(0, text.find('\n')); }

Result<unsigned> read_tries(const std::string& path) {
    if (!file_exists(path)) {
        return 0;
    }
    COTMOC_ASSIGN(const Bytes file, read_file(path, note_bytes_max));
    const std::string_view text = without_line_end(as_text(file));
    unsigned tries = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tries);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return fail(ErrorCode::key_file_damaged, path);
    }
    return tries;
}

}  // namespace

Result<Bytes> FileKeyStore::load() {
    if (!exists()) {
        return fail(ErrorCode::no_replica, directory_);
    }
    return read_file(path(), key_file_bytes_max);
}

Result<void> FileKeyStore::save(BytesView key_file) {
    return replace_file(path(), key_file, previous_path());
}

Result<std::string> FileKeyStore::name_in_keyring() const {
    if (!file_exists(custody_path())) {
        return std::string();
    }
    COTMOC_ASSIGN(const Bytes file, read_file(custody_path(), note_bytes_max));
    const std::string_view text = without_line_end(as_text(file));
    const auto name =
        text.starts_with(custody_word) ? from_hex(text.substr(custody_word.size())) : std::nullopt;
    if (!name || name->size() != KeyringName::size) {
        return fail(ErrorCode::key_file_damaged, custody_path());
    }
    return std::string(text.substr(custody_word.size()));
}

Result<crypto::Secret> FileKeyStore::hardware_secret() {
    COTMOC_ASSIGN(const std::string name, name_in_keyring());
    if (name.empty()) {
        return crypto::Secret();
    }
    COTMOC_ASSIGN(const std::unique_ptr<SecretVault> vault, open_vault_());
    COTMOC_ASSIGN(crypto::Secret secret, vault->read(name));
    if (secret.size() != hardware_secret_size) {
        return fail(ErrorCode::no_key_custody, "the keyring's entry is not this replica's");
    }
    return secret;
}

Result<void> FileKeyStore::use_keyring(const std::string& label, Random& random) {
    COTMOC_ASSIGN(const std::unique_ptr<SecretVault> vault, open_vault_());
    KeyringName name;
    random.fill(name.octets);
    // First the note, so that a secret in the keyring can always be found and removed.
    COTMOC_TRY(replace_file(custody_path(), as_bytes(std::string(custody_word) + name.hex() + "\n")));
    return vault->write(name.hex(), label, crypto::Secret::random(hardware_secret_size, random));
}

Result<void> FileKeyStore::leave_keyring() { return remove_file(custody_path()); }

Result<void> FileKeyStore::begin_try() {
    COTMOC_ASSIGN(const unsigned tries, read_tries(tries_path()));
    if (switched_off("retry-counter")) {
        return {};
    }
    if (tries >= pin_tries_max) {
        COTMOC_TRY(destroy_keys());
        return fail(ErrorCode::tries_used_up);
    }
    return replace_file(tries_path(), as_bytes(std::to_string(tries + 1) + "\n"));
}

Result<void> FileKeyStore::opened() { return remove_file(tries_path()); }

Result<Bytes> FileKeyStore::load_recovery() {
    if (!file_exists(recovery_path())) {
        return fail(ErrorCode::no_recovery, recovery_path());
    }
    return read_file(recovery_path(), key_file_bytes_max);
}

Result<void> FileKeyStore::save_recovery(BytesView wrap) {
    return wrap.empty() ? shred_file(recovery_path()) : replace_file(recovery_path(), wrap);
}

Result<void> FileKeyStore::forget_previous() { return shred_file(previous_path()); }

Result<void> FileKeyStore::destroy_keys() {
    Result<void> done;
    const auto note = [&](Result<void> step) {
        if (done && !step) {
            done = std::move(step);
        }
    };
    if (const auto name = name_in_keyring(); name && !name->empty()) {
        auto vault = open_vault_();
        note(vault ? (*vault)->remove(*name) : tl::unexpected(std::move(vault).error()));
    }
    for (const std::string& file : {path(), previous_path(), path() + ".new"}) {
        note(shred_file(file));
    }
    if (done) {
        // Else the note still says which secret is to be removed.
        note(remove_file(custody_path()));
    }
    return done;
}

bool FileKeyStore::exists() const { return file_exists(path()); }

}  // namespace cotmoc::system
