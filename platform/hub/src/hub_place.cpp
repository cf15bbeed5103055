#include "hub_place.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/core/database.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/passphrase.hpp>

#include <algorithm>
#include <filesystem>

namespace cotmoc::hub {
namespace {

bool is_valid_name(std::string_view name) {
    return !name.empty() && name.size() <= 63 && name.front() != '-' &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

HubPlace::HubPlace(std::string directory, std::string passphrase_file, cli::Language language)
    : directory_(std::move(directory)),
      passphrase_file_(std::move(passphrase_file)),
      language_(language),
      key_store_(directory_) {}

Result<crypto::Secret> HubPlace::passphrase(bool fresh) const {
    using cli::Label;
    system::PassphraseSource source;
    source.file = passphrase_file_;
    source.prompt = cli::label(language_, fresh ? Label::new_passphrase : Label::passphrase);
    if (fresh) {
        source.repeat_prompt = cli::label(language_, Label::repeat_passphrase);
    }
    return system::read_passphrase(source);
}

Result<std::string> HubPlace::create(std::string_view name, crypto::KdfPreset preset) {
    if (!is_valid_name(name)) {
        return fail(ErrorCode::wrong_usage, "a name has a to z, 0 to 9 and -, 63 at most");
    }
    if (key_store_.exists()) {
        return fail(ErrorCode::already_exists, directory_);
    }
    COTMOC_ASSIGN(const crypto::Secret secret, passphrase(true));
    COTMOC_TRY(crypto::check_passphrase(secret, false));
    COTMOC_TRY(system::make_directory(directory_));
    COTMOC_ASSIGN(lock_, system::DirectoryLock::take(directory_, "cotmoc-hub init"));
    if (key_store_.exists()) {
        return fail(ErrorCode::already_exists, directory_);
    }
    // A hub's database holds nothing that a thief could read, so it is not encrypted; the key file's form is
    // one.
    keys_.emplace(crypto::KeyFileContents{crypto::DeviceKeys::generate(random_),
                                          crypto::Secret::random(32, random_),
                                          core::preferred_cipher(),
                                          {}});
    COTMOC_TRY(crypto::lock(key_store_, *keys_, secret, preset, random_));
    return crypto::encode_request(name, keys_->device, random_);
}

Result<void> HubPlace::open(std::string_view command, const sync::HubLimits& limits,
                            const sync::AttachmentLimits& attachment_limits) {
    if (!key_store_.exists()) {
        return fail(ErrorCode::no_replica, directory_);
    }
    COTMOC_ASSIGN(lock_, system::DirectoryLock::take(directory_, "cotmoc-hub " + std::string(command)));
    COTMOC_ASSIGN(const crypto::Secret secret, passphrase(false));
    COTMOC_ASSIGN(crypto::KeyFileContents keys, crypto::unlock(key_store_, secret));
    keys_.emplace(std::move(keys));
    COTMOC_TRY(key_store_.forget_previous());
    COTMOC_ASSIGN(store_, sync::open_sqlite_hub_store(directory_ + "/hub.db"));
    COTMOC_ASSIGN(hub_, sync::Hub::open(*store_, limits, &clock_));
    // Sealed by devices, like the envelopes: a hub has no key to either.
    core::Database::Options chunks;
    chunks.path = directory_ + "/attachments.db";
    sync::AttachmentLimits room = attachment_limits;
    room.disk_free = [directory = directory_]() -> std::optional<std::uint64_t> {
        std::error_code unknown;
        const auto space = std::filesystem::space(native_file(directory), unknown);
        return unknown ? std::nullopt : std::optional<std::uint64_t>(space.available);
    };
    auto attachments = sync::AttachmentStore::open(chunks, room);
    if (attachments) {
        attachments_ = std::move(*attachments);
        core::Database::Options manifests;
        manifests.path = directory_ + "/snapshots.db";
        COTMOC_ASSIGN(snapshots_, sync::SnapshotShelf::open(manifests, *attachments_));
    } else {
        // Records have a database of their own, and go on.
        attachments_error_ = attachments.error();
        attachments_error_->detail = "attachments.db: " + attachments_error_->detail;
    }
    return {};
}

bool HubPlace::joined() const { return hub_->trust().find(keys_->device.public_keys().id()) != nullptr; }

Result<Hash256> HubPlace::confirmed_root(const crypto::Grant& grant, const std::string& root) const {
    using cli::Label;
    if (!root.empty()) {
        const auto confirmed = crypto::parse_fingerprint(root);
        if (!confirmed) {
            return fail(ErrorCode::wrong_root, "--root is not a fingerprint");
        }
        return *confirmed;
    }
    const std::string fingerprint = crypto::fingerprint_text(grant.root_fingerprint);
    const auto answer =
        system::ask(std::string(cli::label(language_, Label::root_is)) + "\n  " + fingerprint + "\n" +
                    std::string(cli::label(language_, Label::root_question)));
    if (answer != "yes" && answer != cli::label(language_, Label::yes)) {
        return fail(ErrorCode::root_needed, fingerprint);
    }
    return grant.root_fingerprint;
}

Result<void> HubPlace::join(std::string_view grant_text, const std::string& root) {
    COTMOC_ASSIGN(const crypto::Grant grant, crypto::parse_grant(grant_text));
    if (joined()) {
        return fail(ErrorCode::already_joined);
    }
    COTMOC_ASSIGN(const Hash256 confirmed, confirmed_root(grant, root));
    if (grant.root_fingerprint != confirmed) {
        return fail(ErrorCode::wrong_root, crypto::fingerprint_text(grant.root_fingerprint));
    }
    if (grant.device != keys_->device.public_keys().id()) {
        return fail(ErrorCode::wrong_grant);
    }
    for (const Bytes& entry : grant.entries) {
        COTMOC_TRY(hub_->add_trust_entry(entry));
    }
    return hub_->commit();
}

}  // namespace cotmoc::hub
