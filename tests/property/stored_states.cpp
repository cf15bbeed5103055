// What a row of the store keeps of a record's merge state.
#include "property/law.hpp"
#include "property/record_history.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::test;

TEST_CASE("a fresh create is stored and hashed as the same create merged into nothing") {
    CHECK(holds("fresh", law_cases(2000), [](Command command) {
        command.action = Action::create;
        const RecordHistory history({{command}}, {1, 1, false});
        Ground& shared = ground();
        const Change& change = history.changes().front();
        const MadeOp& made = change.ops.front();
        RC_PRE(std::ranges::find(made.values, Value(Absent{})) == made.values.end());
        const RecordReplica merged = history.delivered({});
        const Dot dot{change.author, change.seq, made.op.index};
        RecordRow row;
        encode_fresh(row, *made.layout, dot, made.op.at, made.values);
        const auto loaded = decode_row(row.body, row.state, shared.interning(), shared.hasher);
        RC_ASSERT(loaded.has_value());
        RecordReplica fresh = history.empty_replica();
        fresh.state = *loaded;
        RC_ASSERT(fresh.form() == merged.form());
        RC_ASSERT(fresh.view() == merged.view());
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
        RC_ASSERT(form == merged.form());
        RecordRow again;
        RC_ASSERT(encode_row(again, *loaded, &shared.kind, shared.devices, shared.interning(), shared.hasher)
                      .has_value());
        RC_ASSERT(again.body == row.body);
    }));
}

TEST_CASE("damaged stored states are refused or read as some state, and never crash") {
    std::size_t refused = 0;
    CHECK(holds("damaged", law_cases(500), [&](const Script& script, const std::vector<std::uint16_t>& lots) {
        Ground& shared = ground();
        const RecordHistory history(script, {3, 1000, false});
        const RecordReplica whole = history.delivered({});
        RC_PRE(!whole.state.creations.empty());
        RecordRow row;
        RC_ASSERT(
            encode_row(row, whole.state, &shared.kind, shared.devices, shared.interning(), shared.hasher)
                .has_value());
        for (std::size_t i = 0; i + 1 < lots.size(); i += 2) {
            Bytes state = row.state;
            RC_PRE(!state.empty());
            state[lots[i] % state.size()] ^= static_cast<std::uint8_t>(1 + lots[i + 1] % 255);
            if (lots[i + 1] % 3 == 0) {
                state.resize(lots[i + 1] % state.size());
            }
            refused += decode_row(row.body, state, shared.interning(), shared.hasher) ? 0 : 1;
        }
    }));
    CHECK(refused > (law_cases(500) == 500 ? 1000u : 10u));
}
