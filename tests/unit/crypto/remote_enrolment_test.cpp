// Enrolment from afar (T22): what both sides see, and how often somebody in the middle gets through.
#include "crypto_support.hpp"

#include <cotmoc/crypto/remote_enrolment.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

Hash256 fingerprint(std::uint8_t octet) {
    Hash256 hash;
    hash.octets.fill(octet);
    return hash;
}

struct Pair {
    explicit Pair(std::uint64_t seed = 1) : random(seed) {}
    SeededRandom random;
    DeviceKeys keys = DeviceKeys::generate(random);
    std::string text = encode_request("don-bo-y", keys, random);
    RemoteEnrolment device = RemoteEnrolment::of_device(text, random);
    RemoteEnrolment authority = RemoteEnrolment::of_authority(fingerprint(7), random);

    void run() {
        REQUIRE(authority.take(device.commit()));
        REQUIRE(device.take(authority.commit()));
        REQUIRE(authority.take(*device.reveal()));
        REQUIRE(device.take(*authority.reveal()));
    }
};

/// What a reveal says: text, then side, step, length and the octets.
Bytes said_in(const Result<std::string>& reveal) {
    const Bytes bytes = *from_base64url(reveal->substr(reveal->find(' ') + 1));
    const std::ptrdiff_t head = bytes[2] < 0x80 ? 3 : 4;
    return {bytes.begin() + head, bytes.end()};
}

/// Somebody who speaks to the device as the authority and to the authority as the device, with keys of its
/// own, and wins if both people read the same digits.
class PersonBetween {
public:
    PersonBetween(std::uint64_t seed, std::uint64_t codes) : random_(seed), codes_(codes) {}

    /// One attempt with real sides that begin anew. If it `searches`, it looks for words with the right
    /// digits once it has heard both; else it keeps to the words that it committed to.
    bool succeeds(bool searches) {
        RemoteEnrolment device = RemoteEnrolment::of_device(victim_, random_);
        RemoteEnrolment authority = RemoteEnrolment::of_authority(fingerprint(7), random_);
        RemoteEnrolment false_device = RemoteEnrolment::of_device(rogue_, random_);
        RemoteEnrolment false_authority = RemoteEnrolment::of_authority(fingerprint(66), random_);
        REQUIRE(authority.take(false_device.commit()));
        REQUIRE(false_device.take(authority.commit()));
        REQUIRE(authority.take(*false_device.reveal()));
        REQUIRE(device.take(false_authority.commit()));
        REQUIRE(false_authority.take(device.commit()));
        const std::uint64_t wanted =
            channel_code(said_in(false_device.reveal()), said_in(authority.reveal()), codes_);
        const Bytes device_said = said_in(device.reveal());
        const auto gives_it = [&](const RemoteEnrolment& words) {
            return channel_code(device_said, said_in(words.reveal()), codes_) == wanted;
        };
        while (searches && !gives_it(false_authority)) {
            false_authority = RemoteEnrolment::of_authority(fingerprint(66), random_);
            REQUIRE(false_authority.take(device.commit()));
        }
        return device.take(*false_authority.reveal()) && gives_it(false_authority);
    }

private:
    SeededRandom random_;
    std::uint64_t codes_;
    std::string victim_ = encode_request("don-bo-y", DeviceKeys::generate(random_), random_);
    std::string rogue_ = encode_request("don-bo-y", DeviceKeys::generate(random_), random_);
};

}  // namespace

TEST_CASE("both sides of a remote enrolment read the same nine digits and what the other said") {
    Pair pair;
    pair.run();
    CHECK(pair.device.complete());
    CHECK(pair.authority.complete());
    CHECK(*pair.device.code() == *pair.authority.code());
    CHECK(pair.device.code()->size() == 11);
    CHECK(*pair.authority.request() == pair.text);
    CHECK(*pair.device.root_fingerprint() == fingerprint(7));
    CHECK(pair.authority.check_code(*pair.device.code()));
    std::string typed = *pair.device.code();
    std::erase(typed, ' ');
    CHECK(pair.authority.check_code(typed));
    typed[0] = typed[0] == '9' ? '0' : '9';
    CHECK(error_of(pair.authority.check_code(typed)) == "code_differs");
    CHECK(error_of(pair.authority.check_code("")) == "code_differs");
    Pair other(2);
    other.run();
    CHECK(*other.device.code() != *pair.device.code());
}

TEST_CASE("nothing is revealed before the other side's commit, and nothing else than it is taken") {
    Pair pair;
    Pair other(2);
    CHECK(error_of(pair.device.reveal()) == "bad_offer");
    CHECK(error_of(pair.device.code()) == "bad_offer");
    CHECK(error_of(pair.device.root_fingerprint()) == "bad_offer");
    CHECK(error_of(pair.authority.request()) == "bad_offer");
    REQUIRE(pair.authority.take(pair.device.commit()));
    CHECK(error_of(pair.authority.take(other.device.commit())) == "bad_offer");
    REQUIRE(pair.device.take(pair.authority.commit()));
    REQUIRE(other.device.take(pair.authority.commit()));
    CHECK(error_of(pair.authority.take(*other.device.reveal())) == "bad_offer");
    CHECK(!pair.authority.complete());
    CHECK(error_of(pair.device.take(pair.device.commit())) == "bad_offer");
    CHECK(error_of(pair.device.take(*pair.device.reveal())) == "bad_offer");
    RemoteEnrolment late = RemoteEnrolment::of_authority(fingerprint(7), pair.random);
    CHECK(error_of(late.take(*pair.device.reveal())) == "bad_offer");  // without a commit
    REQUIRE(pair.authority.take(*pair.device.reveal()));
    REQUIRE(pair.authority.take(*pair.device.reveal()));  // a repeat is nothing new
}

TEST_CASE("an altered message of a remote enrolment is refused") {
    Pair pair;
    REQUIRE(pair.authority.take(pair.device.commit()));
    REQUIRE(pair.device.take(pair.authority.commit()));
    const std::string good = *pair.authority.reveal();
    const Bytes bytes = *from_base64url(good.substr(good.find(' ') + 1));
    const auto taken = [&](const std::string& text) {
        return error_of(RemoteEnrolment::load(pair.device.save())->take(text));
    };
    CHECK(taken(" " + good + "\r\n") == "accepted");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        CAPTURE(i);
        for (const std::uint8_t change : std::initializer_list<std::uint8_t>{0x01, 0x02, 0x80}) {
            Bytes bad = bytes;
            bad[i] = static_cast<std::uint8_t>(bad[i] ^ change);
            CHECK(taken("cotmoc-offer-1 " + to_base64url(bad)) == "bad_offer");
        }
        CHECK(taken("cotmoc-offer-1 " + to_base64url(BytesView(bytes).first(i))) == "bad_offer");
    }
    CHECK(taken("") == "bad_offer");
    CHECK(taken("cotmoc-request-1 AAAA") == "bad_offer");
    CHECK(taken(good + std::string(2000, 'A')) == "bad_offer");
}

TEST_CASE("a remote enrolment goes on after a break, and a damaged one is refused") {
    Pair pair;
    const auto again = [](const RemoteEnrolment& side) { return *RemoteEnrolment::load(side.save()); };
    REQUIRE(pair.authority.take(again(pair.device).commit()));
    REQUIRE(pair.device.take(again(pair.authority).commit()));
    RemoteEnrolment authority = again(pair.authority);
    RemoteEnrolment device = again(pair.device);
    REQUIRE(authority.take(*device.reveal()));
    REQUIRE(device.take(*again(authority).reveal()));
    CHECK(*again(device).code() == *again(authority).code());
    const Bytes whole = device.save();
    for (std::size_t i = 0; i < whole.size(); ++i) {
        CHECK(error_of(RemoteEnrolment::load(BytesView(whole).first(i))) == "bad_offer");
    }
}

TEST_CASE("T22: a person in the middle gets through as often as a guess of the digits, and no oftener") {
    constexpr std::uint64_t codes = 1 << 10;
    constexpr unsigned tries = 40'000;
    constexpr unsigned searches = 100;
    PersonBetween person(22, codes);
    unsigned successes = 0;
    for (unsigned i = 0; i < tries; ++i) {
        successes += person.succeeds(i < searches) ? 1 : 0;
    }
    const double expected = static_cast<double>(tries) / codes;
    const double deviation = std::sqrt(expected * (1 - 1.0 / codes));
    MESSAGE(successes << " of " << tries << " tries, expected " << expected << " +- " << 3 * deviation);
    CHECK(std::abs(successes - expected) <= 3 * deviation);
}
