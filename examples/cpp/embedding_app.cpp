#include "embedding.hpp"

#include <cotmoc/records/attachment_files.hpp>
#include <cotmoc/system/file.hpp>

#include <cstdlib>

namespace embedding {

using namespace cotmoc;

namespace {

constexpr std::size_t key_file_max = 65'536;

Result<crypto::Secret> passphrase() {
    const char* text = std::getenv("COTMOC_PASSPHRASE");
    return text != nullptr ? Result<crypto::Secret>(crypto::Secret::copy_of(as_bytes(text)))
                           : fail(ErrorCode::no_passphrase);
}

/// What a try of the passphrase costs, in time and memory: tests choose "low".
crypto::KdfPreset cost() {
    const char* name = std::getenv("COTMOC_KDF");
    return crypto::parse_kdf_preset(name != nullptr ? name : "").value_or(crypto::KdfPreset::phone);
}

}  // namespace

Result<Bytes> Vault::load() {
    if (!system::file_exists(path_)) {
        return fail(ErrorCode::no_replica, path_);
    }
    return system::read_file(path_, key_file_max);
}

Result<void> Vault::save(BytesView key_file) { return system::replace_file(path_, key_file); }

App::App(std::string directory, std::string vault)
    : directory_(std::move(directory)),
      vault_(std::move(vault)),
      high_water_mark_(directory_, system::state_directory()) {}

sync::ReplicaEnvironment App::environment() {
    sync::ReplicaEnvironment environment{directory_ + "/replica.db", vault_, clock_, random_};
    environment.high_water_mark = &high_water_mark_;
    return environment;
}

/// Two processes in one directory would be two authors of one feed.
Result<void> App::lock() {
    COTMOC_ASSIGN(lock_, system::DirectoryLock::take(directory_, "embedding"));
    return {};
}

Result<void> App::create(std::string_view name) {
    COTMOC_ASSIGN(const crypto::Secret secret, passphrase());
    COTMOC_TRY(crypto::check_passphrase(secret, false));
    COTMOC_TRY(system::make_directory(directory_));
    COTMOC_TRY(lock());
    COTMOC_TRY(sync::Replica::create(environment(), name, secret, cost()));
    COTMOC_ASSIGN(replica_, sync::Replica::open(environment(), secret));
    return {};
}

Result<void> App::open() {
    COTMOC_ASSIGN(const crypto::Secret secret, passphrase());
    COTMOC_TRY(lock());
    COTMOC_ASSIGN(replica_, sync::Replica::open(environment(), secret));
    return {};
}

void App::suspend() {
    keys_ = replica_->keys().clone();
    files_.reset();
    replica_.reset();
    lock_.reset();
}

Result<void> App::resume() {
    COTMOC_TRY(lock());
    COTMOC_ASSIGN(replica_, sync::Replica::open_unlocked(environment(), keys_->clone()));
    keys_.reset();
    return {};
}

Result<sync::AttachmentStore*> App::files() {
    if (!files_) {
        COTMOC_ASSIGN(files_, records::open_attachments(*replica_, directory_));
    }
    return files_.get();
}

}  // namespace embedding
