// Octets made to make their reader take much memory: each is refused, or read within the bound that
// docs/spec/limits.md names for it.
#include "allocation.hpp"

#include "codec/json_strict.hpp"
#include "compression.hpp"
#include "session/message.hpp"
#include "support/random_change_set.hpp"
#include "support/test_province.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/core/catalogue.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/key_file.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using test_support::PeakMemory;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t block = 128 * 1024;

/// A zstd frame by hand: the declared size, blocks of one repeated octet, raw octets to make the frame long.
Bytes zstd_frame(std::uint64_t declared, std::size_t repeated_blocks, std::size_t raw_octets) {
    BinaryWriter writer;
    writer.raw(from_hex("28b52ffd").value());
    writer.u8(0xe0);  // a single segment, eight octets of content size
    writer.u64(declared);
    const auto head = [&](bool last, unsigned type, std::size_t size) {
        const auto word = static_cast<std::uint32_t>((size << 3) | (type << 1) | (last ? 1U : 0U));
        writer.u16(static_cast<std::uint16_t>(word));
        writer.u8(static_cast<std::uint8_t>(word >> 16));
    };
    for (std::size_t left = raw_octets; left != 0;) {
        const std::size_t size = std::min(left, block);
        head(false, 0, size);
        writer.raw(Bytes(size, 7));
        left -= size;
    }
    for (std::size_t i = 0; i < repeated_blocks; ++i) {
        head(false, 1, block);
        writer.u8(0);
    }
    head(true, 0, 0);
    return writer.take();
}

/// The message with a number of `octets` that claims a great count, at each of its first places.
std::vector<Bytes> with_great_counts(const Bytes& good, std::size_t first, std::size_t places) {
    const std::vector<Bytes> counts = {from_hex("ffffff07").value(), from_hex("ffffffff0f").value(),
                                       from_hex("ffffffffffffffff7f").value()};
    std::vector<Bytes> bombs;
    for (std::size_t at = first; at < std::min(good.size(), first + places); ++at) {
        for (const Bytes& count : counts) {
            Bytes bomb(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at));
            bomb.insert(bomb.end(), count.begin(), count.end());
            bomb.insert(bomb.end(), good.begin() + static_cast<std::ptrdiff_t>(at) + 1, good.end());
            bombs.push_back(std::move(bomb));
        }
    }
    return bombs;
}

/// Reads all of them; none may take more than the bound.
template <class Read>
std::size_t explode(const std::vector<Bytes>& bombs, std::size_t bound, const Read& read) {
    std::size_t refused = 0;
    for (std::size_t i = 0; i < bombs.size(); ++i) {
        const PeakMemory memory;
        refused += read(bombs[i]) ? 0 : 1;
        const std::size_t peak = memory.peak();
        CAPTURE(i);
        CHECK(peak <= bound);
    }
    return refused;
}

}  // namespace

TEST_CASE("the count of memory sees what is taken and given back") {
    const PeakMemory memory;
    { const Bytes some(3 * mebibyte); }
    CHECK(memory.peak() >= 3 * mebibyte);
    CHECK(memory.peak() < 4 * mebibyte);
}

TEST_CASE("compressed bombs are refused before they take memory, and while they inflate") {
    constexpr crypto::InflateLimits limits{crypto::envelope_inflated_max, crypto::envelope_inflate_ratio_max};
    struct Bomb {
        std::uint64_t declared;
        std::size_t repeated_blocks;
        std::size_t raw_octets;
        std::size_t memory;
    };
    constexpr std::size_t whole = 9 * mebibyte;  // the declared size that is allowed, and a little
    std::vector<Bomb> bombs;
    for (const unsigned shift : {24, 30, 32, 40, 48, 56, 62, 63}) {
        bombs.push_back({std::uint64_t{1} << shift, 1'000, 0, mebibyte});
        bombs.push_back({std::uint64_t{1} << shift, 1'000, block, mebibyte});
    }
    bombs.push_back({8 * mebibyte + 1, 64, block, mebibyte});         // one octet too many
    bombs.push_back({8 * mebibyte, 64, 0, mebibyte});                 // 32,768 to 1
    bombs.push_back({8 * mebibyte, 63, block / 2, mebibyte});         // 128 to 1
    for (const std::size_t blocks : {65, 128, 512, 4'096, 30'000}) {  // more than was declared
        bombs.push_back({8 * mebibyte, blocks, 2 * block, whole});
        bombs.push_back({mebibyte, blocks, block, whole});
    }
    bombs.push_back({~std::uint64_t{0}, 10, block, mebibyte});
    bombs.push_back({~std::uint64_t{0} - 1, 10, block, mebibyte});
    for (const Bomb& bomb : bombs) {
        CAPTURE(bomb.declared);
        CAPTURE(bomb.repeated_blocks);
        const Bytes frame = zstd_frame(bomb.declared, bomb.repeated_blocks, bomb.raw_octets);
        const PeakMemory memory;
        CHECK(!crypto::inflate(frame, limits));
        CHECK(memory.peak() <= bomb.memory);
    }
    // The hand-made form itself is one that is accepted within the limits.
    CHECK(crypto::inflate(zstd_frame(block + 10 * block, 10, block), limits).has_value());
}

TEST_CASE("great counts in a change set take no more than its cells allow") {
    std::size_t bombs = 0;
    std::size_t refused = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const Bytes good = core::encode(test::RandomChangeSet(seed).make());
        const std::vector<Bytes> all = with_great_counts(good, 1, 40);
        bombs += all.size();
        refused += explode(all, 256 * mebibyte,
                           [](const Bytes& bomb) { return core::decode_change_set(bomb).has_value(); });
    }
    CHECK(bombs >= 300);
    CHECK(refused >= bombs * 9 / 10);  // a number inside a text is a text
}

TEST_CASE("great counts in what a session says take no more than a small multiple of the message") {
    sync::FeedTable table;
    for (std::uint32_t space = 0; space < 4; ++space) {
        for (std::uint32_t device = 0; device < 10; ++device) {
            table[space].emplace_back(static_cast<DeviceIndex>(device), 3 + device);
        }
    }
    const Bytes frontiers = sync::encode_frontiers({table, 7});
    const sync::BranchTip tip{3, {{}, {}}};
    const Bytes branches = sync::encode_branches({{0, {{DeviceIndex{1}, {tip}}, {DeviceIndex{3}, {tip}}}}});
    const Bytes ack = sync::encode_ack({50, {2, 4, 8, 16}});
    const Bytes trust = sync::encode_trust({1, {Bytes(20, 1), Bytes(30, 2)}});
    sync::Reply reply{sync::Reply::Status::differs, 1, 5, {}, table};
    const std::size_t bound = 256 * 1024;
    explode(with_great_counts(frontiers, 0, 60), bound,
            [](const Bytes& bomb) { return sync::decode_frontiers(bomb).has_value(); });
    explode(with_great_counts(branches, 0, branches.size()), bound,
            [](const Bytes& bomb) { return sync::decode_branches(bomb).has_value(); });
    explode(with_great_counts(frontiers, 0, 60), bound,
            [](const Bytes& bomb) { return sync::decode_lacks(bomb).has_value(); });
    explode(with_great_counts(ack, 0, 10), bound,
            [](const Bytes& bomb) { return sync::decode_ack(bomb, 0).has_value(); });
    explode(with_great_counts(trust, 0, 30), bound,
            [](const Bytes& bomb) { return sync::decode_trust(bomb).has_value(); });
    explode(with_great_counts(sync::encode_reply(reply), 7, 60), bound,
            [](const Bytes& bomb) { return sync::decode_reply(bomb).has_value(); });
}

TEST_CASE("great counts and lengths in trust entries take no more than a small multiple of the entry") {
    test_support::TestProvince province;
    province.enrol("hub", crypto::Role::hub);
    province.enrol("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    for (const Bytes& entry : province.entries) {
        const std::vector<Bytes> bombs = with_great_counts(entry, 84, 60);
        const std::size_t refused = explode(bombs, 64 * 1024 + 4 * entry.size(), [](const Bytes& bomb) {
            return crypto::parse_trust_entry(bomb).has_value();
        });
        CHECK(refused > 0);
    }
    CHECK(!crypto::parse_trust_entry(Bytes(4 * mebibyte + 1)));
}

TEST_CASE("an envelope is refused by its length fields before anything is taken") {
    test_support::TestProvince province;
    const auto& member = province.enrol("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    const SpaceId space = province.space("kon-tum/ngoc-hoi");
    const auto sealed = crypto::seal({space, 1, {}, {}}, member.keys, *province.keys.newest(space),
                                     Bytes(1'000, 3), {0}, province.random);
    REQUIRE(sealed);
    for (const std::size_t at : {136, 140}) {
        for (const std::uint32_t value : {0U, 1U, 0xffffU, 0x100000U, 0x100001U, 0x7fffffffU, 0xffffffffU}) {
            Bytes bomb = sealed->bytes;
            for (std::size_t i = 0; i < 4; ++i) {
                bomb[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
            }
            const PeakMemory memory;
            CHECK(!(bomb != sealed->bytes && crypto::parse_envelope(bomb)));
            CHECK(memory.peak() < 4096);
        }
    }
    Bytes large = sealed->bytes;
    large.resize(crypto::envelope_bytes_max + 1);
    const auto parsed = crypto::parse_envelope(large);
    REQUIRE(!parsed);
    CHECK(parsed.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("JSON that is deep, long or repeats itself is refused without taking the stack or the heap") {
    const auto nested = [](const char* open, std::size_t depth) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) {
            text += open;
        }
        return text;
    };
    for (const std::size_t depth : {33, 1'000, 100'000, 300'000}) {
        for (const char* open : {"[", "{\"a\":", "[[],", "{\"a\":1,\"b\":"}) {
            const std::string text = nested(open, depth);
            const PeakMemory memory;
            const auto parsed = core::parse_strict_json(text);
            REQUIRE(!parsed);
            CHECK(parsed.error().code == ErrorCode::too_deep);
            CHECK(memory.peak() < 64 * 1024);
        }
    }
    CHECK(core::parse_strict_json(nested("[", 32) + std::string(32, ']')).has_value());
    CHECK(core::parse_strict_json(R"({"a":1,"a":2})").error().code == ErrorCode::duplicate_key);
    const auto catalogue =
        core::Catalogue::parse(R"({"catalogue":"t","version":1,"kinds":{"k":{"label":"K","fields":{)"
                               R"("f":{"type":"text","merge":"latest"}}}}})");
    REQUIRE(catalogue);
    const std::string line(mebibyte + 1, ' ');
    const PeakMemory memory;
    CHECK(core::parse_import_line(*catalogue, line).error().code == ErrorCode::line_too_long);
    CHECK(memory.peak() < 4096);
}

TEST_CASE("512 fields are a kind's most, in a change set and in a catalogue") {
    const auto layout = [](std::size_t fields) {
        core::ChangeSet set;
        core::CreateBlock& creates = set.creates.emplace_back();
        creates.layout.kind = "k";
        for (std::size_t i = 0; i < fields; ++i) {
            creates.layout.entries.push_back({"f" + std::to_string(100'000 + i), core::Shape::register_});
        }
        core::Create& create = creates.creates.emplace_back();
        create.values.resize(fields, std::monostate{});
        set.op_count = static_cast<std::uint32_t>(1 + fields);
        return core::encode(set);
    };
    CHECK(core::decode_change_set(layout(512)).has_value());
    const auto more = core::decode_change_set(layout(513));
    REQUIRE(!more);
    CHECK(more.error().code == ErrorCode::limit_exceeded);
    const auto fields = [](const std::string& prefix, std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            text += (i == 0 ? "\"" : ",\"") + prefix + std::to_string(i) +
                    R"(":{"type":"text","merge":"latest"})";
        }
        return text;
    };
    const auto catalogue = [&](std::size_t common, std::size_t own) {
        return core::Catalogue::parse(R"({"catalogue":"t","version":1,"common":{)" + fields("c", common) +
                                      R"(},"kinds":{"k":{"label":"K","fields":{)" + fields("o", own) +
                                      "}}}}");
    };
    CHECK(catalogue(12, 500).has_value());
    CHECK(!catalogue(13, 500));
}

TEST_CASE("a key file cannot ask for more memory than a gibibyte, nor for more passes than sixteen") {
    test_support::SeededRandom random(1);
    REQUIRE(crypto::initialise());
    const Bytes good =
        crypto::seal_key_file(
            {crypto::DeviceKeys::generate(random), crypto::Secret::random(32, random), "aegis", {}},
            crypto::Secret::copy_of(as_bytes("five words of good length")), crypto::KdfPreset::low, random)
            .value();
    const auto open = [&](std::size_t at, std::uint64_t value) {
        Bytes file = good;
        for (std::size_t i = 0; i < 8; ++i) {
            file[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
        }
        const Hash256 sum = crypto::hash("keyfile-checksum", {BytesView(file).first(file.size() - 32)});
        std::ranges::copy(sum.octets, file.end() - 32);
        const PeakMemory memory;
        const auto opened =
            crypto::open_key_file(file, crypto::Secret::copy_of(as_bytes("five words of good length")));
        CHECK(memory.peak() < mebibyte);
        return opened ? ErrorCode::internal : opened.error().code;
    };
    for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{1} << 20, (std::uint64_t{1} << 30) + 1,
                                       std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        CHECK(open(14, memory) == ErrorCode::weak_key_parameters);
    }
    for (const std::uint64_t passes :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{17}, ~std::uint64_t{0}}) {
        CHECK(open(6, passes) == ErrorCode::weak_key_parameters);
    }
}
