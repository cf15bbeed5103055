// A hub's directory: its key file, its database of envelopes, the lock.
#pragma once

#include <cotmoc/crypto/key_file.hpp>
#include <cotmoc/crypto/key_ring.hpp>
#include <cotmoc/sync/attachment_store.hpp>
#include <cotmoc/sync/hub.hpp>
#include <cotmoc/sync/snapshot_shelf.hpp>
#include <cotmoc/system/clock.hpp>
#include <cotmoc/system/directory_lock.hpp>
#include <cotmoc/system/file_key_store.hpp>

#include "language.hpp"

#include <optional>

namespace cotmoc::hub {

class HubPlace {
public:
    HubPlace(std::string directory, std::string passphrase_file, cli::Language language);

    /// Makes keys; already_exists if there are some. The request for the authority.
    Result<std::string> create(std::string_view name, crypto::KdfPreset preset);
    /// Locks the directory and opens keys and database. `command` is what a second process is told.
    Result<void> open(std::string_view command, const sync::HubLimits& limits = {},
                      const sync::AttachmentLimits& attachment_limits = {});
    /// Takes the trust feed of a grant for this hub. wrong_root, wrong_grant, already_joined.
    Result<void> join(std::string_view grant_text, const std::string& root);

    const std::string& directory() const { return directory_; }
    sync::Hub& hub() { return *hub_; }
    /// Null if its database does not open: then no files are taken or given.
    sync::AttachmentStore* attachments() { return attachments_.get(); }
    const std::optional<Error>& attachments_error() const { return attachments_error_; }
    /// Null likewise.
    sync::SnapshotShelf* snapshots() { return snapshots_.get(); }
    sync::HubStore& store() { return *store_; }
    const crypto::DeviceKeys& keys() const { return keys_->device; }
    Clock& clock() { return clock_; }
    Random& random() { return random_; }
    bool joined() const;

private:
    Result<crypto::Secret> passphrase(bool fresh) const;
    Result<Hash256> confirmed_root(const crypto::Grant& grant, const std::string& root) const;

    std::string directory_;
    std::string passphrase_file_;
    cli::Language language_;
    system::SystemClock clock_;
    crypto::SystemRandom random_;
    system::FileKeyStore key_store_;
    std::optional<system::DirectoryLock> lock_;
    std::optional<crypto::KeyFileContents> keys_;
    std::unique_ptr<sync::HubStore> store_;
    std::unique_ptr<sync::Hub> hub_;
    std::unique_ptr<sync::AttachmentStore> attachments_;
    std::optional<Error> attachments_error_;
    std::unique_ptr<sync::SnapshotShelf> snapshots_;
};

}  // namespace cotmoc::hub
