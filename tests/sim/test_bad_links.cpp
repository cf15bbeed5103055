// The profiles of docs/bad-links.md on a virtual clock. COTMOC_LINK_SEEDS=N runs N seeds of each.
#include "sim/bad_link_run.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

std::uint64_t seeds() {
    const char* text = std::getenv("COTMOC_LINK_SEEDS");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 3;
}

BadLinkOptions over(std::string_view profile, std::uint64_t seed) {
    BadLinkOptions options;
    options.link = *link_profile(profile);
    options.seed = seed;
    return options;
}

BadLinkOptions without_cuts(BadLinkOptions options) {
    options.link.cut_from_ms = options.link.cut_until_ms = 0;
    return options;
}

std::string told(const BadLinkLeg& leg) {
    return std::to_string(leg.octets) + " octets in " + std::to_string(leg.sessions) + " sessions and " +
           std::to_string(leg.ms / 1000) + " s, " + std::to_string(leg.resumed) + " resumed";
}

}  // namespace

TEST_CASE("cut every minute, 2,000 records and a day's edits cost at most a quarter more than uncut") {
    for (const std::string_view profile : {"2g-hill", "3g-drop"}) {
        for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
            CAPTURE(profile);
            CAPTURE(seed);
            const BadLinkResult cut = run_bad_link(over(profile, seed));
            const BadLinkResult uncut = run_bad_link(without_cuts(over(profile, seed)));
            CHECK(cut.failure == "");
            CHECK(uncut.failure == "");
            CHECK(uncut.sessions() == 4);
            const double ratio = static_cast<double>(cut.octets()) / static_cast<double>(uncut.octets());
            MESSAGE(profile << " seed " << seed << ": " << ratio << " x; uncut " << uncut.octets() << "; up "
                            << told(cut.first_up) << "; down " << told(cut.first_down) << "; day "
                            << told(cut.day));
            CHECK(ratio <= 1.25);
            if (profile == "2g-hill") {
                CHECK(cut.first_up.failed > 2);  // or it shows nothing
                CHECK(cut.first_down.failed > 2);
            }
        }
    }
}

TEST_CASE("without what was begun the link of the hill never gets there") {
    BadLinkOptions options = over("2g-hill", 1);
    options.keep_partials = false;
    options.give_up_ms = 2ll * 3600 * 1000;
    CHECK(run_bad_link(options).failure == "post-a does not get there");
}
