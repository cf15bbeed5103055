// The octets of an encoding hang neither on the order of a number's octets in memory, nor on whether `char`
// has a sign, nor on the size of a pointer.
#include "support/fingerprint.hpp"
#include "support/random_change_set.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;

TEST_CASE("change sets made up from seeds have the same octets on every machine") {
    test_support::Fingerprint all;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        all.add(encode(test::RandomChangeSet(seed).make()));
    }
    // Another number means another encoding: a new version of the format, or a fault.
    CHECK(all.value() == 15405472696743668746u);
}
