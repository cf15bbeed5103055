// The laws of the merge on whole records: what a replica holds decides its state, not how it came to hold it.
#include "property/record_history.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::test;

namespace {

/// Canonical forms by what was held; equal holdings must have equal forms.
class Forms {
public:
    bool agrees(const RecordReplica& replica) {
        const auto [place, is_new] = forms_.try_emplace(replica.seen, replica.form());
        return is_new || place->second == replica.form();
    }

private:
    std::map<std::vector<std::uint64_t>, Bytes> forms_;
};

RecordReplica empty_replica(std::size_t replicas) {
    RecordReplica replica;
    replica.seen.resize(replicas);
    return replica;
}

ModelView reference_of(const RecordReplica& replica) {
    return reference_view(replica.known, ground().kind, ground().devices);
}

/// Every causal order from here on; the number of whole ones.
std::size_t deliver_all_orders(const RecordReplica& replica, const std::vector<Change>& changes, Forms& forms,
                               bool& good) {
    std::size_t orders = 0;
    bool done = true;
    for (const Change& change : changes) {
        if (replica.ready_for(change)) {
            done = false;
            RecordReplica next = replica;
            next.deliver(change);
            good = good && forms.agrees(next) && next.survives_reload() && next.view() == reference_of(next);
            orders += deliver_all_orders(next, changes, forms, good);
        }
    }
    return done ? 1 : orders;
}

std::uint64_t history_count(std::uint64_t usual) {
    const char* named = std::getenv("COTMOC_MERGE_HISTORIES");
    return named != nullptr ? std::strtoull(named, nullptr, 10) : usual;
}

HistoryOptions options_for(std::uint64_t seed) { return {3 + seed % 2, 6 + seed % 7, 3, seed % 3 == 0}; }

/// Empty, or what went wrong.
std::string broken_law(std::uint64_t seed) {
    RecordHistory history(seed, options_for(seed));
    const auto at = [&](const char* what) { return std::string(what) + ", seed " + std::to_string(seed); };
    Forms forms;
    for (RecordReplica& replica : history.replicas()) {
        if (!forms.agrees(replica)) {
            return at("form while writing");
        }
        if (replica.view() != reference_of(replica)) {
            return at("view while writing");
        }
    }
    for (int order = 0; order < 3; ++order) {
        RecordReplica replica = empty_replica(history.replicas().size());
        for (const Change* change : history.random_order()) {
            replica.deliver(*change);
            if (history.random().below(3) == 0 && !replica.survives_reload()) {
                return at("save and load");
            }
            if (!forms.agrees(replica)) {
                return at("form");
            }
        }
        if (replica.view() != reference_of(replica)) {
            return at("view");
        }
        if (!replica.survives_reload()) {
            return at("save and load at the end");
        }
    }
    return {};
}

}  // namespace

TEST_CASE(
    "random histories merge alike in every causal order, survive save and load, and show what S7 to S11 "
    "define") {
    for (std::uint64_t seed = 0; seed < history_count(20'000); ++seed) {
        const std::string broken = broken_law(seed);
        REQUIRE_MESSAGE(broken == "", broken);
    }
}

TEST_CASE("small histories merge alike in all their causal orders") {
    std::size_t orders = 0;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        const RecordHistory history(1'000'000 + seed, {3, 3 + seed % 4, 2, seed % 2 == 0});
        Forms forms;
        bool good = true;
        orders += deliver_all_orders(empty_replica(3), history.changes(), forms, good);
        REQUIRE_MESSAGE(good, "seed " << seed);
    }
    CHECK(orders > 3000);
}

TEST_CASE("the histories hold what the laws are about, and the comparison notices a lost op") {
    std::size_t listed = 0;
    std::size_t deleted = 0;
    std::size_t marked = 0;
    std::size_t twice_created = 0;
    std::size_t differs_without_the_last = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        RecordHistory history(seed, options_for(seed));
        RecordReplica replica = empty_replica(history.replicas().size());
        for (const Change& change : history.changes()) {
            replica.deliver(change);
        }
        const ModelView whole = reference_of(replica);
        listed += whole.listed.empty() ? 0 : 1;
        deleted += whole.deleted ? 1 : 0;
        marked += whole.edited_while_deleted ? 1 : 0;
        twice_created += replica.state.creations.size() > 1 ? 1 : 0;
        replica.known.pop_back();
        differs_without_the_last += reference_of(replica) != replica.view() ? 1 : 0;
    }
    CHECK(listed > 50);
    CHECK(deleted > 5);
    CHECK(marked > 20);
    CHECK(twice_created > 50);
    CHECK(differs_without_the_last > 250);
}

TEST_CASE("a fresh create is stored and hashed as the same create merged into nothing") {
    Ground& shared = ground();
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        const RecordHistory history(seed, {1, 1, 1, false});
        const Change& change = history.changes().front();
        const MadeOp& made = change.ops.front();
        if (std::ranges::find(made.values, Value(Absent{})) != made.values.end()) {
            continue;
        }
        RecordReplica merged = empty_replica(1);
        merged.deliver(change);
        const Dot dot{change.author, change.seq, made.op.index};
        RecordRow row;
        encode_fresh(row, *made.layout, dot, made.op.at, made.values);
        const auto loaded = decode_row(row.body, row.state, shared.interning(), shared.hasher);
        REQUIRE(loaded);
        RecordReplica fresh;
        fresh.state = *loaded;
        CHECK(fresh.form() == merged.form());
        CHECK(fresh.view() == merged.view());
        std::vector<Dot> content_dots(made.values.size());
        for (std::size_t i = 0; i < made.values.size(); ++i) {
            const auto* text = std::get_if<std::string>(&made.values[i]);
            if (made.layout->layout.entries[i].shape == Shape::text && text != nullptr) {
                content_dots[i] = content_dot(shared.hasher, *text);
            }
        }
        Bytes form;
        append_fresh_digest_form(form, shared.record, *made.layout, dot, made.op.at, made.values,
                                 content_dots, shared.devices);
        CHECK(form == merged.form());
        RecordRow again;
        REQUIRE(encode_row(again, *loaded, &shared.kind, shared.devices, shared.interning(), shared.hasher));
        CHECK(again.body == row.body);
    }
}

TEST_CASE("damaged stored states are refused or read as some state, and never crash") {
    Ground& shared = ground();
    std::size_t refused = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        RecordHistory history(seed, {3, 8, 3, false});
        RecordReplica& replica = history.replicas().front();
        if (replica.state.creations.empty()) {
            continue;
        }
        RecordRow row;
        REQUIRE(
            encode_row(row, replica.state, &shared.kind, shared.devices, shared.interning(), shared.hasher));
        for (int round = 0; round < 30; ++round) {
            Bytes state = row.state;
            state[history.random().below(state.size())] ^=
                static_cast<std::uint8_t>(1 + history.random().below(255));
            if (round % 3 == 0) {
                state.resize(history.random().below(state.size()));
            }
            refused += decode_row(row.body, state, shared.interning(), shared.hasher) ? 0 : 1;
        }
    }
    CHECK(refused > 1000);
}
