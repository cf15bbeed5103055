// `serve`: the replica is closed between callers, so that its owner can go on working.
#pragma once

#include "attachment_place.hpp"
#include "command.hpp"

#include <cotmoc/records/neighbour_visits.hpp>
#include <cotmoc/sync/door.hpp>

namespace cotmoc::cli {

class LaptopDoor final : public sync::Door {
public:
    LaptopDoor(const Common& common, std::string directory, crypto::Secret passphrase);

    /// Opens the replica once, to learn keys and root. not_joined; revoked if this device was; the errors of
    /// on_seen.
    Result<void> begin();

    const crypto::DeviceKeys& keys() override { return keys_->device; }
    const Hash256& root() const override { return root_; }
    Result<sync::SessionOptions> enter() override;
    /// Tells of the session on standard output.
    void leave(const sync::SessionReport& report, const std::optional<DeviceId>& peer,
               const std::optional<Error>& error) override;

    /// Called by begin(), which fails as it does, and after each session while the replica is still open.
    std::function<Result<void>(const sync::Replica&)> on_seen;
    /// Called once something happened that no waiting cures: serving is to end with `fatal()`.
    std::function<void()> on_fatal;
    const std::optional<Error>& fatal() const { return fatal_; }
    bool needs_person_came() const { return needs_person_; }
    crypto::SystemRandom& random() { return random_; }

private:
    Result<std::unique_ptr<Opened>> open();
    /// Keys and their file. wrong_passphrase once another command has changed them.
    Result<void> remember(crypto::KeyStore& store);
    /// The line for a session that is over, while the replica is still open; empty if there is nothing to
    /// tell.
    Result<std::string> describe(const sync::SessionReport& report, const std::optional<DeviceId>& peer,
                                 const std::optional<Error>& error);
    /// Without its files a device still serves: records do without them.
    void open_files();
    void note_failure(const Error& error);
    Result<void> tell(const std::string& line, const std::optional<Error>& error);

    const Common& common_;
    std::string directory_;
    crypto::Secret passphrase_;  // until begin()
    crypto::SystemRandom random_;
    std::optional<crypto::KeyFileContents> keys_;
    Bytes key_file_;
    Hash256 root_;
    records::NeighbourVisits visits_;
    // While a caller is inside.
    std::unique_ptr<Opened> opened_;
    std::unique_ptr<sync::AttachmentStore> files_;
    std::optional<Error> fatal_;
    bool needs_person_ = false;
};

}  // namespace cotmoc::cli
