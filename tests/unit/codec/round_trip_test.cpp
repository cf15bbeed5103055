#include "support/environment_number.hpp"
#include "support/random_change_set.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;
using test_support::shortened;

namespace {

/// A decoder may refuse changed bytes or read another set from them, but then those are that set's encoding.
/// The bytes are copied to a block of their exact size, so that a sanitizer sees a read beyond it.
void check_changed(const Bytes& bytes) {
    const Bytes exact(bytes.begin(), bytes.end());
    const Result<ChangeSet> set = decode_change_set(exact);
    if (set) {
        CHECK(encode(*set) == bytes);
    }
}

}  // namespace

TEST_CASE("a random change set decodes to itself") {
    for (std::uint64_t seed = 0; seed < shortened(20'000); ++seed) {
        const ChangeSet set = test::RandomChangeSet(seed).make();
        const Bytes bytes = encode(set);
        const Result<ChangeSet> decoded = decode_change_set(bytes);
        INFO("seed ", seed);
        INFO((decoded ? std::string() : decoded.error().detail));
        REQUIRE(decoded);
        REQUIRE(*decoded == set);
    }
}

TEST_CASE("every truncated encoding is refused") {
    for (std::uint64_t seed = 0; seed < shortened(60); ++seed) {
        const Bytes bytes = encode(test::RandomChangeSet(seed).make());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const Bytes prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
            REQUIRE_FALSE(decode_change_set(prefix));
        }
    }
}

TEST_CASE("an encoding with an octet after it is refused") {
    for (std::uint64_t seed = 0; seed < shortened(300); ++seed) {
        Bytes bytes = encode(test::RandomChangeSet(seed).make());
        bytes.push_back(0);
        REQUIRE_FALSE(decode_change_set(bytes));
    }
}

TEST_CASE("an encoding with one bit flipped is refused or is another set's encoding") {
    for (std::uint64_t seed = 0; seed < shortened(100); ++seed) {
        Bytes bytes = encode(test::RandomChangeSet(seed).make());
        for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 3 + seed % 7) {
            const auto mask = static_cast<std::uint8_t>(1u << (bit % 8));
            bytes[bit / 8] ^= mask;
            check_changed(bytes);
            bytes[bit / 8] ^= mask;
        }
    }
}

TEST_CASE("an encoding with octets replaced, inserted or left out is refused or is another set's encoding") {
    for (std::uint64_t seed = 0; seed < shortened(20'000); ++seed) {
        test::RandomChangeSet random(seed);
        Bytes bytes = encode(random.make());
        for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
            const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size()));
            const auto octet = static_cast<std::uint8_t>(random.below(256));
            switch (random.below(4)) {
                case 0:
                    *at = octet;
                    break;
                case 1:
                    bytes.insert(at, octet);
                    break;
                case 2:
                    *at = random.one_in(2) ? 0xff : 0x80;
                    break;
                default:
                    bytes.erase(at);
            }
            if (bytes.empty()) {
                break;
            }
        }
        check_changed(bytes);
    }
}

TEST_CASE("random octets after a good version are refused or are an encoding") {
    for (std::uint64_t seed = 0; seed < shortened(20'000); ++seed) {
        test::RandomChangeSet random(seed);
        Bytes bytes{1};
        for (std::uint64_t size = random.below(60); size > 0; --size) {
            bytes.push_back(static_cast<std::uint8_t>(random.below(random.one_in(2) ? 4 : 256)));
        }
        check_changed(bytes);
    }
}
