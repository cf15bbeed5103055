// The key file as a file: DIR/key.cotmoc, with the former one beside it until the new one has been opened. On
// request the desktop's keyring keeps a secret that it cannot be opened without: then DIR/custody.cotmoc
// names it.
#pragma once

#include <cotmoc/crypto/key_store.hpp>
#include <cotmoc/system/secret_vault.hpp>

#include <vector>

namespace cotmoc::system {

/// So often may a PIN be tried.
inline constexpr unsigned pin_tries_max = 10;

class FileKeyStore final : public crypto::KeyStore {
public:
    explicit FileKeyStore(std::string directory, VaultOpener open_vault = open_secret_service)
        : directory_(std::move(directory)), open_vault_(std::move(open_vault)) {}

    Result<Bytes> load() override;
    Result<void> save(BytesView key_file) override;
    Result<crypto::Secret> hardware_secret() override;
    /// The count stands in DIR/tries.cotmoc and is on the disk before the try. tries_used_up destroys all
    /// keys.
    Result<void> begin_try() override;
    Result<void> opened() override;
    Result<void> forget_previous() override;
    bool keeps_recovery() const override { return true; }
    Result<Bytes> load_recovery() override;
    Result<void> save_recovery(BytesView wrap) override;

    /// From the next save on the key file needs a new secret in the keyring too. no_key_custody.
    Result<void> use_keyring(const std::string& label, Random& random);
    /// From the next save on the key file needs no secret of the keyring; the present one opens no more.
    Result<void> leave_keyring();
    /// Removes the keyring's secret, then overwrites and removes the key files and what the recovery keeps.
    /// Goes on after an error, and reports the first.
    Result<void> destroy_keys();
    bool exists() const;
    const std::string& directory() const { return directory_; }
    std::string path() const { return directory_ + "/key.cotmoc"; }

private:
    std::string previous_path() const { return path() + ".previous"; }
    std::string custody_path() const { return directory_ + "/custody.cotmoc"; }
    std::string tries_path() const { return directory_ + "/tries.cotmoc"; }
    std::string recovery_path() const { return directory_ + "/recovery.cotmoc"; }
    /// The name of this replica's secret in the keyring; empty if it has none.
    Result<std::string> name_in_keyring() const;

    std::string directory_;
    VaultOpener open_vault_;
};

}  // namespace cotmoc::system
