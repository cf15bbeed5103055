// T16: small messages that claim to be big. (Floods stand with the hub's quotas.)
#include "threats/threat.hpp"

#include "compression.hpp"
#include "envelope_payload.hpp"
#include "session/framing.hpp"
#include "session/message.hpp"

#include "support/random_change_set.hpp"
#include "support/test_province.hpp"

#include <cotmoc/core/catalogue.hpp>
#include <cotmoc/core/change_set.hpp>
#include <cotmoc/crypto/envelope.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;

namespace {

/// The most memory that this process ever had, in octets.
std::size_t peak_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

constexpr crypto::InflateLimits limits{crypto::envelope_inflated_max, crypto::envelope_inflate_ratio_max};

// AddressSanitizer keeps what was freed for a while.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t memory_max = std::size_t{1024} * 1024 * 1024;
#else
constexpr std::size_t memory_max = std::size_t{256} * 1024 * 1024;
#endif

void append(Bytes& bytes, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

/// A zstd frame that declares `declared` octets and is made of blocks of one repeated octet; in one segment,
/// or with a window of 1 MiB.
Bytes repeat_frame(std::uint64_t declared, std::size_t blocks, std::uint32_t block_size, bool one_segment) {
    Bytes frame;
    append(frame, 0xFD2FB528, 4);
    frame.push_back(one_segment ? 0xe0 : 0xc0);  // size in 8 octets
    if (!one_segment) {
        frame.push_back(10 << 3);
    }
    append(frame, declared, 8);
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::uint32_t last = i + 1 == blocks ? 1 : 0;
        append(frame, last | (1u << 1) | (block_size << 3), 3);
        frame.push_back('x');
    }
    return frame;
}

std::uint64_t try_frame(std::uint64_t declared, std::size_t blocks, std::uint32_t block, bool one_segment) {
    const Bytes frame = repeat_frame(declared, blocks, block, one_segment);
    const auto content = crypto::inflate(frame, limits);
    CHECK((!content ||
           (content->size() <= limits.size_max && content->size() <= limits.ratio_max * frame.size())));
    const auto payload = crypto::decode_payload(crypto::frame_payload(crypto::Compression::zstd, frame));
    CHECK(payload.has_value() == content.has_value());
    return 2;
}

std::uint64_t try_frames() {
    std::uint64_t bombs = 0;
    for (const std::uint64_t declared :
         {std::uint64_t{100}, std::uint64_t{1} << 20, (std::uint64_t{8} << 20) + 1, std::uint64_t{256} << 20,
          std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        for (const std::size_t blocks : {std::size_t{1}, std::size_t{20}, std::size_t{2'048}}) {
            for (const std::uint32_t block : {1u, 1'000u, 131'072u}) {
                bombs += try_frame(declared, blocks, block, true) + try_frame(declared, blocks, block, false);
            }
        }
    }
    return bombs;
}

/// Claims of counts and lengths at every place of something right.
template <class Read>
std::uint64_t try_claims(const Bytes& right, Read read) {
    std::uint64_t bombs = 0;
    for (std::size_t at = 0; at < right.size(); at += 1 + right.size() / 60) {
        for (const std::uint64_t claim :
             {std::uint64_t{0xffffffff}, ~std::uint64_t{0}, std::uint64_t{1} << 31}) {
            Bytes bomb(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(at));
            append(bomb, claim, 8);
            bomb.insert(bomb.end(),
                        right.begin() + static_cast<std::ptrdiff_t>(std::min(right.size(), at + 8)),
                        right.end());
            read(bomb);
            // The same number as a varint.
            Bytes varint(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(at));
            varint.insert(varint.end(), 9, 0xff);
            varint.push_back(0x01);
            read(varint);
            bombs += 2;
        }
    }
    return bombs;
}

std::uint64_t try_texts() {
    std::uint64_t bombs = 0;
    for (const std::size_t depth : {std::size_t{40}, std::size_t{100'000}, std::size_t{1'000'000}}) {
        for (const char* open : {"[", "{\"a\":", "{\"kinds\":{\"k\":{\"fields\":", "[[[{\"\":"}) {
            std::string text;
            for (std::size_t i = 0; i < depth; ++i) {
                text += open;
            }
            CHECK(!core::Catalogue::parse(text));
            CHECK(!crypto::parse_grant("cotmoc-grant-1\n" + text));
            CHECK(!crypto::parse_request("cotmoc-request-1 " + text));
            bombs += 3;
        }
    }
    return bombs;
}

}  // namespace

TEST_CASE("T16: bombs of every kind are refused within bounded memory") {
    REQUIRE(crypto::initialise());
    const std::size_t before = peak_memory();
    std::uint64_t bombs = try_frames();
    TestProvince province(16);
    const auto& member = province.enrol("one", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    (void)member;
    test::RandomChangeSet random(16);
    for (int i = 0; i < 6; ++i) {
        bombs += try_claims(core::encode(random.make()),
                            [](const Bytes& bomb) { (void)core::decode_change_set(bomb); });
    }
    for (const Bytes& entry : province.entries) {
        bombs += try_claims(entry, [](const Bytes& bomb) { (void)crypto::parse_trust_entry(bomb); });
    }
    const sync::FeedTable table{{0, {{DeviceIndex{1}, 5}, {DeviceIndex{4}, 300}}},
                                {2, {{DeviceIndex{3}, 1}}}};
    for (const Bytes& body : {sync::encode_frontiers({table, 7}), sync::encode_ack({5, {2, 4}}),
                              sync::encode_branches({{0, {{DeviceIndex{1}, {{2, {{}, {}}}}}}}}),
                              sync::encode_trust({1, {province.entries[0]}})}) {
        bombs += try_claims(body, [](const Bytes& bomb) {
            (void)sync::decode_frontiers(bomb);
            (void)sync::decode_lacks(bomb);
            (void)sync::decode_branches(bomb);
            (void)sync::decode_ack(bomb, 0);
            (void)sync::decode_trust(bomb);
            (void)sync::decode_reply(bomb);
        });
    }
    bombs += try_texts();
    CHECK(bombs > 500);
    const std::size_t grown = peak_memory() - before;
    CHECK(grown < memory_max);
    tell("T16",
         std::to_string(bombs) + " bombs, " + std::to_string(grown / 1024 / 1024) + " MiB more at most");
}
