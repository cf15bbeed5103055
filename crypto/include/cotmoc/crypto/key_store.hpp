// Who keeps the key file's octets: a file here, the platform's key store in an app.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

namespace cotmoc::crypto {

class KeyStore {
public:
    virtual ~KeyStore() = default;
    /// no_replica if nothing was ever saved.
    virtual Result<Bytes> load() = 0;
    /// Durable when it returns; the former content stays readable until then.
    virtual Result<void> save(BytesView key_file) = 0;
};

}  // namespace cotmoc::crypto
