#include "crypto_support.hpp"

#include "derive.hpp"
#include "labels.hpp"

#include <doctest/doctest.h>

#include <set>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

TEST_CASE("no two purposes share a label, and none contains the octet that ends it") {
    const std::set<std::string_view> distinct(label::all.begin(), label::all.end());
    CHECK(distinct.size() == label::all.size());
    for (const std::string_view each : label::all) {
        CHECK_FALSE(each.empty());
        CHECK(each.find('\0') == std::string_view::npos);
    }
}

TEST_CASE("initialise succeeds again and from several threads") {
    CHECK(initialise());
    std::vector<std::thread> threads;
    std::array<bool, 4> results{};
    for (bool& result : results) {
        threads.emplace_back([&result] { result = initialise().has_value(); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(results == std::array{true, true, true, true});
}

TEST_CASE("H is BLAKE2b-256 over prefix, label, zero and length-prefixed parts") {
    // From Python: hashlib.blake2b(b"cotmoc/v1 frontier\0" + bytes(8), digest_size=32).
    CHECK(hash("frontier", {BytesView{}}).hex() ==
          "7f290037cf5b34fd96a992dc417dd81f7dc46eb129f0e0bd9adc5fbc210ef417");
    const Bytes ab = {'a', 'b'};
    CHECK(hash("x", {BytesView(ab)}) != hash("x", {BytesView(ab).first(1), BytesView(ab).last(1)}));
    CHECK(hash("x", {BytesView{}}) != hash("x", {}));
    CHECK(hash("x", {BytesView(ab)}) != hash("y", {BytesView(ab)}));
}

TEST_CASE("core's hasher gives the same hash") {
    const Bytes one = counting(1, 100);
    const std::array<BytesView, 2> parts = {one, BytesView(one).first(3)};
    CHECK(Blake2bHasher().hash("digest", parts) == hash("digest", {parts[0], parts[1]}));
}

TEST_CASE("KDF depends on key, label, size and parts") {
    const auto derived = [](const Bytes& key, std::string_view label, BytesView part) {
        Bytes out(64);
        derive(out, key, label, {part});
        return out;
    };
    const Bytes base = derived(counting(0x40, 32), "entry-key", counting(0, 8));
    CHECK(base == derived(counting(0x40, 32), "entry-key", counting(0, 8)));
    CHECK(base != derived(counting(0x41, 32), "entry-key", counting(0, 8)));
    CHECK(base != derived(counting(0x40, 32), "entry", counting(0, 8)));
    CHECK(base != derived(counting(0x40, 32), "entry-key", counting(0, 9)));
    Bytes short_out(32);
    derive(short_out, counting(0x40, 32), "entry-key", {counting(0, 8)});
    CHECK_FALSE(std::equal(short_out.begin(), short_out.end(), base.begin()));
}
