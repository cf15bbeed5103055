// What an app keeps for its one replica: where it is, who keeps its key file, and the replica while it is
// open.
#pragma once

#include <cotmoc/sync/attachments.hpp>
#include <cotmoc/sync/replica.hpp>
#include <cotmoc/system/clock.hpp>
#include <cotmoc/system/directory_lock.hpp>
#include <cotmoc/system/file_high_water_mark.hpp>

namespace embedding {

/// Custody of the key file by the app: here a file outside of the replica's directory, in a real app the
/// platform's key chain.
class Vault final : public cotmoc::crypto::KeyStore {
public:
    explicit Vault(std::string path) : path_(std::move(path)) {}
    cotmoc::Result<cotmoc::Bytes> load() override;
    cotmoc::Result<void> save(cotmoc::BytesView key_file) override;

private:
    std::string path_;
};

class App {
public:
    App(std::string directory, std::string vault);

    /// Makes a replica and opens it; the passphrase is $COTMOC_PASSPHRASE, as in open().
    cotmoc::Result<void> create(std::string_view name);
    cotmoc::Result<void> open();
    /// Lets go of the database and its lock, as a phone demands of apps in the background; the keys stay in
    /// memory, so that nobody has to enter the passphrase again.
    void suspend();
    cotmoc::Result<void> resume();

    cotmoc::sync::Replica& replica() { return *replica_; }
    cotmoc::Clock& clock() { return clock_; }
    cotmoc::Random& random() { return random_; }
    /// The store of attached files; null if the catalogue has no field for any.
    cotmoc::Result<cotmoc::sync::AttachmentStore*> files();

private:
    cotmoc::sync::ReplicaEnvironment environment();
    cotmoc::Result<void> lock();

    std::string directory_;
    Vault vault_;
    cotmoc::system::SystemClock clock_;
    cotmoc::crypto::SystemRandom random_;
    cotmoc::system::FileHighWaterMark high_water_mark_;
    std::optional<cotmoc::system::DirectoryLock> lock_;
    std::optional<cotmoc::crypto::KeyFileContents> keys_;  // while suspended
    std::unique_ptr<cotmoc::sync::Replica> replica_;
    std::unique_ptr<cotmoc::sync::AttachmentStore> files_;
};

}  // namespace embedding
