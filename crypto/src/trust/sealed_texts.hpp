// The texts that the trust feed carries sealed: names, catalogues, and each space's former key under the next
// one.
#pragma once

#include <cotmoc/crypto/key_ring.hpp>

namespace cotmoc::crypto {

Result<Bytes> open_device_name(const EpochKey& directory, const Hash256& root, const DeviceId& id,
                               BytesView sealed);
Result<Bytes> open_space_name(const EpochKey& directory, const Hash256& root, const SpaceId& id,
                              BytesView sealed);
std::optional<KeyRing::SpaceName> decode_space_name(BytesView text);

/// What seal_catalogue sealed: u32 inflated length, then the zstd frame.
Result<Bytes> open_catalogue(const EpochKey& directory, const Hash256& root, BytesView sealed);
Result<std::string> inflate_catalogue(BytesView text);

/// wrong_commitment or cannot_decrypt, also if the key is not the one whose check the feed names.
Result<Secret> open_previous_key(const EpochKey& newer, BytesView sealed);

}  // namespace cotmoc::crypto
