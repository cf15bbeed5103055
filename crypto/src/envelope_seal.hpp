// Sealing with every random input given: for seal(), and for tests that need a certain salt or plaintext.
#pragma once

#include <cotmoc/crypto/envelope.hpp>

namespace cotmoc::crypto {

using EnvelopeSalt = decltype(EnvelopeHeader::salt);

/// Encrypts and signs `plaintext` as it is. Its length must be a padding class, or no receiver will take it.
SealedEnvelope seal_plaintext(const EnvelopePlace& place, const DeviceKeys& author, const EpochKey& key,
                              BytesView plaintext, const EnvelopeSalt& salt);

}  // namespace cotmoc::crypto
