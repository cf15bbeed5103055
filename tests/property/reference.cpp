// The merge against the definitions: what it keeps from op to op shows what the set of all ops defines.
#include "property/law.hpp"
#include "property/record_history.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::test;

TEST_CASE("random histories show what S5 and S7 to S12 define, while they are written and in another order") {
    const int cases = law_cases(100'000);
    const LawResult result = check_law("reference", cases, [](const Script& script, const Choices& choices) {
        const RecordHistory history(script, {3u + choices[0] % 2u, 1000, choices[1] % 2 == 1});
        RC_LOG() << history.story();
        for (const RecordReplica& replica : history.replicas()) {
            RC_ASSERT(replica.view() == history.reference_of(replica));
        }
        const RecordReplica whole = history.delivered(choices);
        RC_ASSERT(whole.view() == history.reference_of(whole));
    });
    std::cout << result.cases << " histories agree with the reference model\n" << std::flush;
    CHECK(result.holds);
}

TEST_CASE("the comparison with the reference notices a lost op") {
    int differs = 0;
    CHECK(holds("lost op", 1000, [&](const Script& script) {
        const RecordHistory history(script, {3, 1000, false});
        const RecordReplica whole = history.delivered({});
        ModelOps ops = history.held_by(whole);
        if (!ops.empty()) {
            ops.pop_back();
            differs += reference_view(ops, ground().kind, ground().devices, roles_of) != whole.view() ? 1 : 0;
        }
    }));
    CHECK(differs > 300);
}
