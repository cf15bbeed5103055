// A place of the operating system that keeps small secrets for the person who is logged in, and gives them to
// nobody who has only the disk: the desktop's keyring. One thread at a time.
#pragma once

#include <cotmoc/base/result.hpp>
#include <cotmoc/crypto/secret.hpp>

#include <functional>
#include <memory>
#include <string>

namespace cotmoc::system {

class SecretVault {
public:
    virtual ~SecretVault() = default;
    /// no_key_custody if it cannot be reached, is locked, or holds nothing under this name.
    virtual Result<crypto::Secret> read(const std::string& name) = 0;
    /// `label` is what the keyring's own program shows.
    virtual Result<void> write(const std::string& name, const std::string& label,
                               const crypto::Secret& secret) = 0;
    /// No error if there is none.
    virtual Result<void> remove(const std::string& name) = 0;
};

using VaultOpener = std::function<Result<std::unique_ptr<SecretVault>>()>;

/// The D-Bus Secret Service (GNOME Keyring, KWallet, KeePassXC); on Windows DPAPI, which seals files below
/// state_directory() for the account. no_key_custody in a build without libsecret and where none runs.
Result<std::unique_ptr<SecretVault>> open_secret_service();

}  // namespace cotmoc::system
