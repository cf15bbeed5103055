#include "crypto_support.hpp"

#include <cotmoc/crypto/lan_tag.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

TEST_CASE("a tag is the KDF of its key over space, epoch, nonce and device, and of nothing less") {
    const auto key = [](std::uint8_t first, std::uint8_t space, std::uint32_t epoch) {
        return EpochKey{*SpaceId::from(counting(space, 16)), epoch, Secret::copy_of(counting(first, 32))};
    };
    const LanNonce nonce = *LanNonce::from(counting(0x30, 8));
    const DeviceId device = *DeviceId::from(counting(0x60, 32));
    const LanTag tag = lan_tag(key(0x40, 0x10, 3), nonce, device);
    // From Python: blake2b(P, key=bytes(range(0x40, 0x60)), digest_size=16) over P of docs/spec/encoding.md.
    CHECK(tag.hex() == "ca66868429b9da7ddefe9a7d90c40aee");
    CHECK(lan_tag(key(0x41, 0x10, 3), nonce, device) != tag);
    CHECK(lan_tag(key(0x40, 0x11, 3), nonce, device) != tag);
    CHECK(lan_tag(key(0x40, 0x10, 4), nonce, device) != tag);
    CHECK(lan_tag(key(0x40, 0x10, 3), *LanNonce::from(counting(0x31, 8)), device) != tag);
    CHECK(lan_tag(key(0x40, 0x10, 3), nonce, *DeviceId::from(counting(0x61, 32))) != tag);
}
