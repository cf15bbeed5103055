// A post's first sync and a day's edits over one kind of link, with the engine deciding when to try again:
// what went over the wire, and how long it took. Virtual clock, real replicas and a real hub; a seed repeats
// exactly.
#pragma once

#include "support/sim_network.hpp"

#include <string>

namespace cotmoc::test_support {

struct BadLinkOptions {
    LinkModel link;
    std::uint64_t seed = 1;
    std::size_t records = 2'000;
    std::size_t edits = 50;
    bool keep_partials = true;  // false: what a session without them costs
    std::int64_t give_up_ms = 24ll * 3600 * 1000;
    std::uint64_t budget_bytes = 0;  // of each session; 0: none
    std::int64_t budget_ms = 0;
};

/// What one part of the run took.
struct BadLinkLeg {
    std::uint64_t octets = 0;  // on the wire, both ways, lost ones included
    std::uint64_t sessions = 0;
    std::uint64_t failed = 0;
    std::uint64_t most_of_a_session = 0;  // octets
    std::uint64_t resumed = 0;            // octets of envelopes that did not have to go again
    std::int64_t ms = 0;
    std::int64_t longest_ms = 0;  // of a session
};

struct BadLinkResult {
    std::string failure;    // "" if both posts ended with the same records
    BadLinkLeg first_up;    // the post's records to the hub
    BadLinkLeg first_down;  // from the hub to another post
    BadLinkLeg day;         // the edits, both legs
    std::uint64_t octets() const { return first_up.octets + first_down.octets + day.octets; }
    std::uint64_t sessions() const { return first_up.sessions + first_down.sessions + day.sessions; }
};

BadLinkResult run_bad_link(const BadLinkOptions& options);

}  // namespace cotmoc::test_support
