// The profiles of docs/bad-links.md on a virtual clock. COTMOC_LINK_SEEDS=N runs N seeds of each.
#include "sim/bad_link_run.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

BadLinkOptions over(std::string_view profile, std::uint64_t seed) {
    BadLinkOptions options;
    options.link = *link_profile(profile);
    options.seed = seed;
    options.records = static_cast<std::size_t>(number_from("COTMOC_LINK_RECORDS", 2'000));
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
        std::uint64_t failed = 0;
        for (std::uint64_t seed = 1; seed <= number_from("COTMOC_LINK_SEEDS", 2); ++seed) {
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
            failed += cut.first_up.failed + cut.first_down.failed;
        }
        CHECK((profile != "2g-hill" || failed >= 4));  // or it shows nothing
    }
}

TEST_CASE("the same seed gives the same run, octet for octet") {
    BadLinkOptions options = over("2g-hill", 5);
    options.records = 300;
    const BadLinkResult first = run_bad_link(options);
    const BadLinkResult second = run_bad_link(options);
    CHECK(first.octets() == second.octets());
    CHECK(first.first_down.ms == second.first_down.ms);
    CHECK(first.sessions() == second.sessions());
}

TEST_CASE("without what was begun the link of the hill never gets there") {
    BadLinkOptions options = over("2g-hill", 1);
    options.keep_partials = false;
    options.give_up_ms = 2ll * 3600 * 1000;
    CHECK(run_bad_link(options).failure == "post-a does not get there");
}

TEST_CASE("a budget of octets ends each session by itself before it is used up, and all arrives in slices") {
    BadLinkOptions options = over("lan", 1);
    options.records = 600;
    const BadLinkResult whole = run_bad_link(options);
    for (const std::uint64_t budget : {std::uint64_t{8'000}, std::uint64_t{20'000}}) {
        CAPTURE(budget);
        options.budget_bytes = budget;
        const BadLinkResult result = run_bad_link(options);
        CHECK(result.failure == "");
        for (const BadLinkLeg* leg : {&result.first_up, &result.first_down, &result.day}) {
            CHECK(leg->failed == 0);
            CHECK(leg->most_of_a_session <= budget);
        }
        CHECK(result.first_up.sessions >= whole.first_up.octets / budget);
        CHECK(result.octets() * 4 <= whole.octets() * 5);
    }
}

TEST_CASE("a budget of seconds ends each session by itself in time, on a slow line too") {
    BadLinkOptions options = without_cuts(over("2g-hill", 1));
    options.records = 600;
    options.budget_ms = 20'000;
    const BadLinkResult result = run_bad_link(options);
    CHECK(result.failure == "");
    CHECK(result.first_up.failed == 0);
    CHECK(result.first_down.failed == 0);
    CHECK(result.first_down.sessions > 1);
    for (const BadLinkLeg* leg : {&result.first_up, &result.first_down, &result.day}) {
        CHECK(leg->longest_ms <= options.budget_ms);
    }
}
