// Manifests and streams of snapshots.
#include "support/seeded_random.hpp"

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/snapshot.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::crypto;

namespace {

struct Signed {
    test_support::SeededRandom random{4};
    DeviceKeys keys = DeviceKeys::generate(random);
    EpochKey key = EpochKey::generate(SpaceId{{7}}, 3, random);
    SnapshotManifest manifest;
    SnapshotSecrets secrets;

    Signed() {
        REQUIRE(initialise());
        manifest.space = key.space;
        manifest.author = keys.public_keys().id();
        manifest.made_ms = 1'704'067'200'000;
        manifest.trust_position = 12;
        manifest.trust_hash.octets.fill(1);
        manifest.epoch = 3;
        manifest.body.octets.fill(2);
        manifest.body_size = 99;
        manifest.places = {{DeviceIndex{0}, 5, {}}, {DeviceIndex{4}, 1, {}}};
        secrets.body_key.octets.fill(9);
        secrets.digest.octets.fill(8);
        secrets.records = 11;
        sign_snapshot(manifest, secrets, key, keys.signing, random);
    }
};

Result<std::vector<Bytes>> unpack(BytesView packed, std::uint64_t octets, std::size_t piece,
                                  std::size_t block_max = 1 << 20) {
    std::vector<Bytes> blocks;
    SnapshotUnpacker unpacker(octets, block_max, [&](BytesView block) {
        blocks.emplace_back(block.begin(), block.end());
        return Result<void>();
    });
    for (std::size_t at = 0; at < packed.size(); at += piece) {
        COTMOC_TRY(unpacker.add(packed.subspan(at, std::min(piece, packed.size() - at))));
    }
    COTMOC_TRY(unpacker.finish());
    return blocks;
}

}  // namespace

TEST_CASE("a snapshot's manifest says what was signed, to those who have the key") {
    Signed made;
    const Bytes bytes = encode_snapshot(made.manifest);
    const auto decoded = decode_snapshot(bytes);
    REQUIRE(decoded);
    CHECK(*decoded == made.manifest);
    CHECK(verify_snapshot(*decoded, made.keys.signing.public_key()));
    const auto opened = open_snapshot(*decoded, made.key);
    REQUIRE(opened);
    CHECK(*opened == made.secrets);
    CHECK(decoded->covers(DeviceIndex{4}) == 1);
    CHECK(decoded->covers(DeviceIndex{3}) == 0);
    CHECK_FALSE(open_snapshot(*decoded, EpochKey::generate(made.key.space, 3, made.random)));
}

TEST_CASE("every octet of a manifest is signed, and there is one encoding") {
    Signed made;
    const Bytes bytes = encode_snapshot(made.manifest);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes other = bytes;
        other[i] ^= 1;
        const auto decoded = decode_snapshot(other);
        CHECK((!decoded || !verify_snapshot(*decoded, made.keys.signing.public_key())));
        CHECK((!decoded || encode_snapshot(*decoded) == other));
        CHECK_FALSE(decode_snapshot(BytesView(bytes).first(i)));
    }
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(decode_snapshot(longer).error().code == ErrorCode::bad_snapshot);
    SnapshotManifest twice = made.manifest;
    twice.places[1].device = DeviceIndex{0};
    CHECK(decode_snapshot(encode_snapshot(twice)).error().code == ErrorCode::bad_snapshot);
    SnapshotManifest none = made.manifest;
    none.places.clear();
    CHECK(decode_snapshot(encode_snapshot(none)).error().code == ErrorCode::bad_snapshot);
}

TEST_CASE("the sealed part belongs to its manifest") {
    Signed made;
    SnapshotManifest other = made.manifest;
    other.places[0].seq = 6;
    CHECK_FALSE(open_snapshot(other, made.key));
    other = made.manifest;
    other.body.octets.fill(3);
    CHECK_FALSE(open_snapshot(other, made.key));
}

TEST_CASE("blocks come out as they went in, whatever pieces the stream comes in") {
    test_support::SeededRandom random(1);
    std::vector<Bytes> blocks{Bytes(1), Bytes(200'000, 7), Bytes(70'000), Bytes(3, 1)};
    random.fill(blocks[2]);
    Bytes packed;
    SnapshotPacker packer(5, [&](BytesView piece) {
        packed.insert(packed.end(), piece.begin(), piece.end());
        return Result<void>();
    });
    for (const Bytes& block : blocks) {
        REQUIRE(packer.add(block));
    }
    const auto octets = packer.finish();
    REQUIRE(octets);
    CHECK(*octets == 270'004 + 16);
    for (const std::size_t piece : {packed.size(), std::size_t{1}, std::size_t{977}}) {
        const auto again = unpack(packed, *octets, piece);
        REQUIRE(again);
        CHECK(*again == blocks);
    }
    const auto code = [](const auto& result) { return result ? ErrorCode::internal : result.error().code; };
    CHECK(code(unpack(BytesView(packed).first(packed.size() - 1), *octets, 500)) ==
          ErrorCode::bad_compression);
    CHECK(code(unpack(packed, *octets - 1, 500)) == ErrorCode::bad_compression);
    CHECK(code(unpack(packed, *octets + 1, 500)) == ErrorCode::bad_compression);
    CHECK(code(unpack(packed, *octets, 500, 199'999)) == ErrorCode::bad_compression);
    Bytes longer = packed;
    longer.push_back(0);
    CHECK(code(unpack(longer, *octets, 500)) == ErrorCode::bad_compression);
}

TEST_CASE("a frame that asks for a larger window than 2 MiB is refused") {
    const auto frame = [](int window_log) {
        const auto window = static_cast<std::uint8_t>((window_log - 10) << 3);
        // Magic, no flags, the window; one last, raw zstd block of 5 octets: a block of one octet.
        return Bytes{0x28, 0xb5, 0x2f, 0xfd, 0, window, 5 << 3 | 1, 0, 0, 1, 0, 0, 0, 9};
    };
    const auto blocks = unpack(frame(21), 5, 100);
    REQUIRE(blocks);
    CHECK(*blocks == std::vector<Bytes>{{9}});
    const auto refused = unpack(frame(22), 5, 100);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::bad_compression);
}
