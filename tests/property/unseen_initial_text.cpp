// What a dishonest author might try against the law of causal delivery.
#include "property/record_replica.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::test;

namespace {

Change creates_story(std::uint32_t author, const std::string& story) {
    MadeOp made;
    made.kind = OpKind::create;
    made.values = {story};
    const auto stored =
        ground().interning().layout({ground().kind.name, {{"story", Shape::text}}}, made.values);
    REQUIRE(stored);
    made.layout = *stored;
    return {DeviceIndex{author}, 1, {0, 0, 0}, {made}, {}};
}

Bytes form_after(const std::vector<const Change*>& order) {
    RecordReplica replica(3);
    for (const Change* change : order) {
        for (const MadeOp& made : change->ops) {
            (void)apply_by_engine(replica.state, *change, made, {"officer"});
        }
    }
    return replica.form();
}

}  // namespace

TEST_CASE("an edit that hangs on an initial text which its author has not seen is void for all") {
    const Change one = creates_story(0, "một");
    const Change other = creates_story(1, "hai");
    // The third device has seen the second one's creation only, and names an element of the first one's.
    MadeOp made;
    made.kind = OpKind::edit_text;
    made.field = "story";
    made.shape = Shape::text;
    made.op.record.created = {DeviceIndex{1}, 1, 0};
    made.op.edit.inserts = {{TextElement{content_dot(ground().hasher, "một"), 0}, Side::right, "x"}};
    const Change edit{DeviceIndex{2}, 1, {0, 1, 0}, {made}, {}};
    CHECK(form_after({&one, &other, &edit}) == form_after({&other, &edit, &one}));
}
