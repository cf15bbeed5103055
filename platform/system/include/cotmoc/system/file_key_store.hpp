// The key file as a file: DIR/key.cotmoc, with the former one beside it until the new one has been opened.
#pragma once

#include <cotmoc/crypto/key_store.hpp>

namespace cotmoc::system {

class FileKeyStore final : public crypto::KeyStore {
public:
    explicit FileKeyStore(std::string directory) : directory_(std::move(directory)) {}

    Result<Bytes> load() override;
    Result<void> save(BytesView key_file) override;
    /// The key file was opened with its passphrase: the former one is of no use any more.
    Result<void> forget_previous();
    bool exists() const;
    std::string path() const { return directory_ + "/key.cotmoc"; }

private:
    std::string previous_path() const { return path() + ".previous"; }
    std::string directory_;
};

}  // namespace cotmoc::system
