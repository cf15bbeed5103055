// The laws of docs/spec/merge.md on whole records: what a replica holds decides its state, not how it came to
// hold it.
#include "property/law.hpp"
#include "property/record_history.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::test;

namespace {

/// With ops that honest authors do not make in every other history.
HistoryOptions options_for(const Choices& choices) {
    return {3u + choices[0] % 3u, 1000, choices[1] % 2 == 1};
}

void require_same(const RecordReplica& one, const RecordReplica& other) {
    RC_ASSERT(one.seen == other.seen);
    RC_ASSERT(one.form() == other.form());
    RC_ASSERT(one.stored() == other.stored());
    RC_ASSERT(one.view() == other.view());
}

RecordReplica joined(const RecordReplica& one, const RecordReplica& other, const RecordHistory& history) {
    RecordReplica result = one;
    take_all(result, other, history.changes());
    return result;
}

}  // namespace

TEST_CASE("commutative: two replicas that take what the other has are one") {
    CHECK(holds("commutative", law_cases(10'000), [](const Script& script, const Choices& choices) {
        const RecordHistory history(script, options_for(choices));
        RC_LOG() << history.story();
        const auto& replicas = history.replicas();
        for (std::size_t one = 0; one < replicas.size(); ++one) {
            const RecordReplica& other = replicas[(one + 1) % replicas.size()];
            require_same(joined(replicas[one], other, history), joined(other, replicas[one], history));
        }
    }));
}

TEST_CASE("associative: it does not matter who brought two replicas together first") {
    CHECK(holds("associative", law_cases(10'000), [](const Script& script, const Choices& choices) {
        const RecordHistory history(script, options_for(choices));
        RC_LOG() << history.story();
        const auto& [a, b, c] = std::tie(history.replicas()[0], history.replicas()[1], history.replicas()[2]);
        require_same(joined(joined(a, b, history), c, history), joined(a, joined(b, c, history), history));
        require_same(joined(joined(a, b, history), c, history), joined(joined(c, a, history), b, history));
    }));
}

TEST_CASE("idempotent: what a replica holds already adds nothing, with what lies below it or without") {
    CHECK(holds("idempotent", law_cases(10'000), [](const Script& script, const Choices& choices) {
        const RecordHistory history(script, options_for(choices));
        RC_LOG() << history.story();
        const auto& replicas = history.replicas();
        const RecordReplica whole = joined(replicas[0], replicas[1], history);
        require_same(joined(whole, whole, history), whole);
        require_same(joined(whole, replicas[0], history), whole);
        require_same(joined(whole, replicas[1], history), whole);
    }));
}

TEST_CASE("causal: every order in which each change set follows its past gives the same bytes") {
    CHECK(holds("causal", law_cases(20'000),
                [](const Script& script, const Choices& choices, const Choices& others) {
                    const RecordHistory history(script, options_for(choices));
                    RC_LOG() << history.story();
                    const RecordReplica one = history.delivered(choices);
                    require_same(one, history.delivered(others));
                    require_same(one, history.delivered({}));
                    RecordReplica author = history.replicas()[0];
                    take_all(author, one, history.changes());
                    require_same(author, one);
                }));
}

TEST_CASE("stored: saving and loading at any time changes nothing, then or later") {
    CHECK(holds("stored", law_cases(10'000), [](const Script& script, const Choices& choices) {
        const RecordHistory history(script, options_for(choices));
        RC_LOG() << history.story();
        RecordReplica replica = history.empty_replica();
        std::size_t at = 0;
        for (const Change& change : history.changes()) {
            replica.deliver(change);
            if (choices[at++] % 2 == 0) {
                RC_ASSERT(replica.survives_reload());
            }
        }
        RC_ASSERT(replica.survives_reload());
        require_same(replica, history.delivered({}));
    }));
}

TEST_CASE("an edit that saw every other one is what all show, however far its clock is behind") {
    CHECK(holds("clock", law_cases(10'000), [](const Script& script, const Choices& choices) {
        Script late = script;
        const auto author = static_cast<std::uint8_t>(choices[2] % 3);
        // It takes all that there is from the others, then sets each register.
        for (std::uint8_t other = 0; other < 3; ++other) {
            late.commands.push_back({Action::pull, author, 0, other, 0, 0, 0});
        }
        const std::size_t before = late.commands.size();
        for (std::uint8_t field = 0; field < 5; ++field) {
            late.commands.push_back({Action::set, author, field, choices[3], 0, 0, 0});
        }
        const HistoryOptions options{3, 1000, choices[1] % 2 == 1};
        const RecordHistory until(
            {{late.commands.begin(), late.commands.begin() + static_cast<long>(before)}}, options);
        RC_PRE(!until.replicas()[author].state.creations.empty() &&
               !until.replicas()[author].state.deleted());
        // Its clock stands at 1970, and the others' were 70 years ahead for all it knows.
        RecordHistory history(late, options);
        Change last = history.changes().back();
        RC_ASSERT(to_number(last.author) == author);
        for (MadeOp& made : last.ops) {
            made.op.at = {0, 0};
        }
        RC_LOG() << history.story();
        RecordReplica replica = until.delivered(choices);
        replica.deliver(last);
        for (const MadeOp& made : last.ops) {
            if (made.is_void) {
                continue;
            }
            const auto* shown = std::get_if<Register>(&replica.state.fields.find(made.field)->second);
            if (shown != nullptr) {
                const RegisterView view{ground().devices, ground().kind.find(made.field)};
                RC_ASSERT(shown->displayed(view)->value == made.op.value);
            }
        }
    }));
}

TEST_CASE("the histories hold what the laws are about") {
    std::map<std::string, int> counts;
    CHECK(holds("contents", 2000, [&](const Script& script, const Choices& choices) {
        const RecordHistory history(script, options_for(choices));
        const RecordReplica whole = history.delivered(choices);
        const ModelView view = whole.view();
        const auto count = [&](const char* what, bool there) { counts[what] += there ? 1 : 0; };
        count("listed", !view.listed.empty());
        count("deleted", view.deleted);
        count("edited while deleted", view.edited_while_deleted);
        count("several creations", whole.state.creations.size() > 1);
        count("seven change sets", history.changes().size() > 6);
        for (const Change& change : history.changes()) {
            for (const MadeOp& made : change.ops) {
                ++counts[made.is_void ? "void" : "op " + std::to_string(static_cast<int>(made.kind))];
            }
        }
        for (const auto& [field, value] : view.shown) {
            ++counts[field];
        }
    }));
    std::vector<std::string> wanted{"listed", "deleted", "edited while deleted", "several creations"};
    wanted.insert(wanted.end(), {"seven change sets", "void", "count", "latest", "review", "story"});
    wanted.insert(wanted.end(), {"tags", "work", "worst"});
    for (int kind = 0; kind < 10; ++kind) {
        wanted.push_back("op " + std::to_string(kind));
    }
    for (const std::string& what : wanted) {
        CHECK_MESSAGE(counts[what] > 5, what << ": " << counts[what]);
    }
}

TEST_CASE("a law that does not hold is found, and its counterexample is made small") {
    // What is wrong here: that two replicas which never met show the same.
    const LawResult wrong = try_law("wrong", 2000, [](const Script& script) {
        const RecordHistory history(script, {3, 1000, false});
        RC_ASSERT(history.replicas()[0].view() == history.replicas()[1].view());
    });
    CHECK_FALSE(wrong.holds);
    rc::detail::FailureResult failure;
    REQUIRE(wrong.details.match(failure));
    std::ostringstream shown;
    rc::detail::printResultMessage(failure, shown);
    // A creation that sets one field is enough, so one command has to be what is left.
    const std::string text = shown.str();
    const std::size_t first = text.find("\n  replica ");
    CHECK(first != std::string::npos);
    CHECK(text.find("\n  replica ", first + 1) == std::string::npos);
}
