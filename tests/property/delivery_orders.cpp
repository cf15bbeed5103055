// Small histories in every order in which each change set follows its past.
#include "property/law.hpp"
#include "property/record_history.hpp"
#include "support/environment_number.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::test;

namespace {

/// What was found under each set of change sets; everything else with the same ones has to be equal to it.
class AllOrders {
public:
    explicit AllOrders(const RecordHistory& history, bool reload) : history_(history), reload_(reload) {}

    /// The number of whole orders from here on.
    std::uint64_t go_on(const RecordReplica& replica) {
        bool done = true;
        std::uint64_t orders = 0;
        for (const Change& change : history_.changes()) {
            if (replica.ready_for(change)) {
                done = false;
                RecordReplica next = replica;
                next.deliver(change);
                if (reload_) {
                    RC_ASSERT(next.survives_reload());
                }
                compare(next);
                orders += go_on(next);
            }
        }
        return done ? 1 : orders;
    }

private:
    struct Outcome {
        Bytes form;
        Bytes stored;
        ModelView view;
    };

    void compare(const RecordReplica& replica) {
        const auto [place, is_new] = outcomes_.try_emplace(replica.seen);
        Outcome& first = place->second;
        if (is_new) {
            first = {replica.form(), replica.stored(), replica.view()};
            RC_ASSERT(first.view == history_.reference_of(replica));
            return;
        }
        RC_ASSERT(replica.form() == first.form);
        RC_ASSERT(replica.stored() == first.stored);
        RC_ASSERT(replica.view() == first.view);
    }

    /// Not by `<` of vectors: before GCC 12.4 it looks at some of their octets only on machines whose numbers
    /// begin with the highest one (PR libstdc++/113960).
    struct Before {
        bool operator()(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) const {
            return std::ranges::lexicographical_compare(a, b);
        }
    };

    const RecordHistory& history_;
    const bool reload_;
    std::map<std::vector<std::uint64_t>, Outcome, Before> outcomes_;
};

std::uint64_t check_all_orders(const RecordHistory& history, bool reload) {
    RC_LOG() << history.story();
    return AllOrders(history, reload).go_on(history.empty_replica());
}

}  // namespace

TEST_CASE("three replicas, up to seven change sets: all orders give the same bytes") {
    std::uint64_t orders = 0;
    std::uint64_t most = 0;
    CHECK(holds("orders of three", law_cases(1000), [&](const Script& script, const Choices& choices) {
        const RecordHistory history(script, {3, 7, choices[1] % 2 == 1});
        const std::uint64_t found = check_all_orders(history, choices[2] % 4 == 0);
        orders += found;
        most = std::max(most, found);
        RC_ASSERT(found <= 210u);  // 7! / (3! 2! 2!): a feed has one order
    }));
    MESSAGE(orders << " orders, of one history at most " << most);
    CHECK(orders > (law_cases(1000) == 1000 ? 5000u : 10u));
}

TEST_CASE("seven replicas with one change set each, none of which saw another: all 5040 orders") {
    std::uint64_t orders = 0;
    const auto cases = static_cast<int>(test_support::shortened(static_cast<unsigned>(law_cases(100)) / 4));
    CHECK(holds("orders of seven", cases, [&](const Script& script, const Choices& choices) {
        Script apart;
        // One creates and all take it in every other history, else each creates it.
        const bool shared = choices[0] % 2 == 0;
        for (std::uint8_t who = 0; who < 7; ++who) {
            const bool creates = !shared || who == 0;
            apart.commands.push_back({creates ? Action::create : Action::pull, who, 127,
                                      creates ? choices[who] : std::uint8_t{0}, 0, choices[who], 0});
        }
        for (const Command& command : script.commands) {
            if (command.action < Action::create) {
                apart.commands.push_back(command);
            }
        }
        const RecordHistory history(apart, {7, 1000, false});
        orders += check_all_orders(history, false);
    }));
    MESSAGE(orders << " orders");
    CHECK(orders >= 5040);
}
