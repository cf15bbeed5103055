#include <cotmoc/crypto/lan_tag.hpp>

#include "derive.hpp"
#include "labels.hpp"

namespace cotmoc::crypto {

LanTag lan_tag(const EpochKey& key, const LanNonce& nonce, const DeviceId& device) {
    LanTag tag;
    derive(tag.octets, key.key.view(SecretAccess()), label::lan_tag,
           {key.space.view(), little_endian_32(key.epoch), nonce.view(), device.view()});
    return tag;
}

}  // namespace cotmoc::crypto
