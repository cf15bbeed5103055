// By what devices of one space know each other on a network, and nobody else does (docs/spec/lan.md).
#pragma once

#include <cotmoc/crypto/epoch_key.hpp>

namespace cotmoc::crypto {

/// Drawn anew for each announcement, so that two of them cannot be told to be of one device.
using LanNonce = FixedBytes<8, struct LanNonceTag>;
using LanTag = FixedBytes<16, struct LanTagTag>;

/// KDF(epoch key, "lan-tag", 16 octets, space, u32 epoch, nonce, device id).
LanTag lan_tag(const EpochKey& key, const LanNonce& nonce, const DeviceId& device);

}  // namespace cotmoc::crypto
