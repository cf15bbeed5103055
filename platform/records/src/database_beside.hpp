// Databases beside the replica's, of sealed files and of snapshots: one key and one cipher for them.
#pragma once

#include <cotmoc/core/database.hpp>
#include <cotmoc/crypto/attachment.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// What `open` makes of the options, whose key is there for the time of the call.
template <class Open>
auto open_beside(const sync::Replica& replica, const std::string& path, Open open) {
    const crypto::KeyFileContents& keys = replica.keys();
    const crypto::Secret key = crypto::attachment_database_key(keys.database_key);
    core::Database::Options options;
    options.path = path;
    options.key = key.view(crypto::SecretAccess{});
    options.cipher = keys.cipher;
    return open(options);
}

}  // namespace cotmoc::records
