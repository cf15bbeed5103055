// initialise(): the library is there, new enough, and computes what this project's formats need.
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/epoch_key.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <algorithm>
#include <array>
#include <charconv>

#include <sodium.h>

namespace cotmoc::crypto {
namespace {

constexpr std::array<int, 3> oldest_libsodium = {1, 0, 18};

/// The inputs of docs/spec/envelope.md's worked example are runs of counting octets.
Bytes counting(std::uint8_t first, std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>(first + i);
    }
    return bytes;
}

template <class T>
T known(std::string_view hex) {
    return T::from(from_hex(hex).value_or(Bytes{})).value_or(T{});
}

bool is_new_enough(std::string_view version) {
    std::array<int, 3> parts{};
    const char* at = version.data();
    const char* end = at + version.size();
    for (int& part : parts) {
        const auto [next, error] = std::from_chars(at, end, part);
        if (error != std::errc{}) {
            return false;
        }
        at = next == end ? end : next + 1;
    }
    return parts >= oldest_libsodium;
}

/// One wrap takes X25519, BLAKE2b with and without key, and XChaCha20-Poly1305 to open.
bool opens_known_wrap() {
    const auto device =
        DevicePublicKeys{SigningKey::from_seed(Secret::copy_of(counting(0x00, 32))).public_key(),
                         AgreementKey::from_seed(Secret::copy_of(counting(0x20, 32))).public_key()};
    EpochWrap wrap;
    wrap.ephemeral =
        known<AgreementPublicKey>("493e82fc74464a59268817623d2053c5eb8e2cc4a988b4fee179ec6b010d531d");
    wrap.commitment = known<Hash256>("8cc1f15fbbb48182312d6fbf23f9994b500797c73197730c45f46f18daa6d560");
    wrap.box = known<decltype(wrap.box)>(
        "a608110526a12be7ba6b05a4fb1bf660f408300ba58ea5916747bd11be917aea8b0b54e0607a5c2ab42514ff6a749c95");
    const auto space = SpaceId::from(counting(0xd0, 16)).value_or(SpaceId{});
    const auto check = known<Hash256>("8dfb503ce1d97fe4ff9fc352e7d91c7d35810af181ec28994de21464f043e394");
    const auto key = unwrap(wrap, space, 7, check, device.id(),
                            AgreementKey::from_seed(Secret::copy_of(counting(0x20, 32))));
    return key && key->key.equals(Secret::copy_of(counting(0x40, 32)));
}

bool refuses_zero_point() {
    return !AgreementKey::from_seed(Secret::copy_of(counting(0x20, 32))).agree(AgreementPublicKey{});
}

/// Signs as expected, and refuses S + L, the second form of the same signature.
bool signs_and_verifies() {
    const SigningKey key = SigningKey::from_seed(Secret::copy_of(counting(0x00, 32)));
    const auto message = Hash256::from(counting(0x40, 32)).value_or(Hash256{});
    const auto signature = known<Signature>(
        "d64f2dd10819b97847765606b736f4430738894241682cdd8834bcbf6c725052"
        "72a8c289075e32178fd3f86aed9755edb2af92c76dfc3c5dd2b9f256360d080c");
    const auto second_form = known<Signature>(
        "d64f2dd10819b97847765606b736f4430738894241682cdd8834bcbf6c725052"
        "5f7cb8e621c1446f6570f00dcc913402b3af92c76dfc3c5dd2b9f256360d081c");
    const bool signs = key.sign(message) == signature && verify(key.public_key(), message, signature);
    return signs && !verify(key.public_key(), message, second_form) &&
           !verify(key.public_key(), Hash256{}, signature);
}

/// A key of small order, and a message for which a lax verifier accepts R = B, S = 1
/// (tests/vectors/ed25519_edge.json).
struct SmallOrderKey {
    std::string_view key;
    std::uint8_t message;
};
constexpr std::array small_order_keys = {
    SmallOrderKey{"0000000000000000000000000000000000000000000000000000000000000000", 0x00},
    SmallOrderKey{"0100000000000000000000000000000000000000000000000000000000000000", 0x01},
    SmallOrderKey{"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", 0x0a},
    SmallOrderKey{"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", 0x07},
    SmallOrderKey{"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 0x08},
    SmallOrderKey{"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 0x01},
    SmallOrderKey{"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 0x01},
};

bool refuses_small_order_keys() {
    const auto signature = known<Signature>(
        "5866666666666666666666666666666666666666666666666666666666666666"
        "0100000000000000000000000000000000000000000000000000000000000000");
    return std::ranges::none_of(small_order_keys, [&](const SmallOrderKey& each) {
        Hash256 message;
        message.octets[0] = each.message;
        return verify(known<SigningPublicKey>(each.key), message, signature);
    });
}

Result<void> start() {
    if (sodium_init() < 0) {
        return fail(ErrorCode::internal, "libsodium does not start");
    }
    if (!is_new_enough(sodium_version_string()) && !switched_off("libsodium-floor")) {
        return fail(ErrorCode::internal, std::string("libsodium before 1.0.18: ") + sodium_version_string());
    }
    if (switched_off("self-test")) {
        return {};
    }
    if (!opens_known_wrap()) {
        return fail(ErrorCode::internal, "self-test: agreement, hash or encryption");
    }
    if (!signs_and_verifies() || !refuses_small_order_keys()) {
        return fail(ErrorCode::internal, "self-test: signatures");
    }
    if (!refuses_zero_point()) {
        return fail(ErrorCode::internal, "self-test: agreement with a point of low order");
    }
    return {};
}

}  // namespace

Result<void> initialise() {
    static const Result<void> result = start();
    return result;
}

}  // namespace cotmoc::crypto
