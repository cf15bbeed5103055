// The rights of a space's feeds as a value: kept in the store, so that a change of verdict is noticed.
#pragma once

#include <cotmoc/crypto/key_ring.hpp>

#include <map>

namespace cotmoc::sync {

struct FeedRights {
    std::vector<crypto::RightsEntry::Term> terms;
    std::optional<crypto::Role> after;  // beyond the last term
    friend bool operator==(const FeedRights&, const FeedRights&) = default;
};

struct SpaceRights {
    std::map<DeviceIndex, FeedRights> feeds;
    std::uint64_t keys = 0;  // epochs of the space whose key is held
    friend bool operator==(const SpaceRights&, const SpaceRights&) = default;
};

SpaceRights rights_in(const crypto::TrustState& trust, const SpaceId& space, const crypto::KeyRing& keys);
Bytes encode_rights(const SpaceRights& rights);
SpaceRights decode_rights(BytesView bytes);
/// Whether a change set up to `seq` of the device's feed counts otherwise under the one than under the other.
bool differ(const SpaceRights& one, const SpaceRights& other, DeviceIndex device, std::uint64_t seq);

}  // namespace cotmoc::sync
