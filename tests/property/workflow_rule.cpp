// S12 as the reference model has it, case by case.
#include "property/record_replica.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::test;

namespace {

/// A workflow a, b, c, d of which b needs the role "verifier" and d the role "chief".
class Workflow {
public:
    Workflow() {
        field.name = "work";
        field.policy = Policy::workflow;
        field.values = {"a", "b", "c", "d"};
        field.roles["b"] = {"verifier", "chief"};
        field.roles["d"] = {"chief"};
    }

    /// A set by the device as its change set `seq`, which has seen the others' up to `seen`.
    const ModelOp& set(std::uint32_t device, std::uint64_t seq, std::vector<std::uint64_t> seen,
                       Value value) {
        ModelOp op;
        op.kind = OpKind::set;
        op.field = "work";
        op.dot = {DeviceIndex{device}, seq, 0};
        op.seen = std::move(seen);
        op.value = std::move(value);
        return ops_.emplace_back(std::move(op));
    }
    bool allows(const ModelOp& op, const ModelOps& past, const Roles& roles) const {
        return workflow_allows(op, past, roles, field);
    }
    /// A move with nothing else around.
    bool may_move(const Value& from, const Value& to, const Roles& roles) {
        const ModelOp& first = set(0, 1, {0}, from);
        return allows(set(0, 2, {1}, to), {&first}, roles);
    }

    Field field;

private:
    std::deque<ModelOp> ops_;
};

Value state(const char* name) { return std::string(name); }

}  // namespace

TEST_CASE("a move needs the role of each guarded state that it enters, leaves or passes, both ways") {
    Workflow flow;
    const Roles nobody;
    const Roles verifier{"verifier"};
    const Roles chief{"chief"};
    CHECK_FALSE(flow.may_move(state("a"), state("b"), nobody));  // enters
    CHECK(flow.may_move(state("a"), state("b"), verifier));
    CHECK_FALSE(flow.may_move(state("b"), state("c"), nobody));  // leaves
    CHECK_FALSE(flow.may_move(state("b"), state("a"), nobody));
    CHECK_FALSE(flow.may_move(state("a"), state("c"), nobody));  // passes
    CHECK_FALSE(flow.may_move(state("c"), state("a"), nobody));
    CHECK(flow.may_move(state("c"), state("a"), verifier));
    CHECK_FALSE(flow.may_move(state("c"), state("d"), verifier));
    CHECK_FALSE(flow.may_move(state("a"), state("d"), verifier));  // every one of them
    CHECK(flow.may_move(state("a"), state("d"), chief));           // one of a state's roles is enough
    CHECK(flow.may_move(state("d"), state("d"), nobody));          // stays where it is
}

TEST_CASE("null stands before the first state and an unknown state after the last") {
    Workflow flow;
    CHECK(flow.may_move({}, state("a"), {}));
    CHECK(flow.may_move(state("a"), {}, {}));
    CHECK_FALSE(flow.may_move({}, state("c"), {}));
    CHECK_FALSE(flow.may_move(state("c"), state("new"), {"verifier"}));
    CHECK(flow.may_move(state("c"), state("new"), {"chief"}));
    CHECK_FALSE(flow.may_move(state("new"), state("c"), {"verifier"}));
    CHECK(flow.may_move(state("new"), state("newer"), {}));
    CHECK(flow.allows(flow.set(0, 1, {0}, state("a")), {}, {}));
    CHECK_FALSE(flow.allows(flow.set(0, 1, {0}, state("b")), {}, {}));
}

TEST_CASE("a move begins at the furthest state that is live in its past") {
    Workflow flow;
    const ModelOp& low = flow.set(0, 1, {0, 0, 0}, state("a"));
    const ModelOp& high = flow.set(1, 1, {0, 0, 0}, state("c"));
    const ModelOp& to_c = flow.set(2, 1, {1, 1, 0}, state("c"));
    CHECK(flow.allows(to_c, {&low, &high}, {}));  // from c, not from a
    const ModelOp& to_a = flow.set(2, 1, {1, 1, 0}, state("a"));
    CHECK_FALSE(flow.allows(to_a, {&low, &high}, {}));
    // What was live once and has been replaced does not count.
    const ModelOp& back = flow.set(1, 2, {1, 1, 0}, state("a"));
    const ModelOp& later = flow.set(2, 1, {1, 2, 0}, state("c"));
    CHECK_FALSE(flow.allows(later, {&low, &high, &back}, {}));
}

TEST_CASE("a void move moves nothing for those who come after it") {
    Workflow flow;
    Kind kind;
    kind.fields = {flow.field};
    const ModelOp& first = flow.set(0, 1, {0, 0}, state("a"));
    const ModelOp& forbidden = flow.set(1, 1, {1, 0}, state("c"));
    const ModelOp& stays = flow.set(1, 2, {1, 1}, state("a"));
    const ModelOp& also_forbidden = flow.set(1, 3, {1, 2}, state("new"));
    const ModelOps ops{&first, &forbidden, &stays, &also_forbidden};
    const auto nobody = [](DeviceIndex) { return Roles(); };
    CHECK(valid_ops(ops, kind, nobody) == ModelOps{&first, &stays});
    const auto chief = [](DeviceIndex) { return Roles{"chief"}; };
    CHECK(valid_ops(ops, kind, chief) == ops);
    const ModelView view = reference_view(ops, kind, ground().devices, nobody);
    CHECK(view.shown.at("work") == state("a"));
}

TEST_CASE("other fields, other policies and settling without a value need no role") {
    Workflow flow;
    ModelOp op = flow.set(0, 1, {0}, state("d"));
    op.field = "other";
    CHECK(flow.allows(op, {}, {}));
    op.field = "work";
    op.kind = OpKind::acknowledge;
    CHECK(flow.allows(op, {}, {}));
    op.kind = OpKind::resolve;
    CHECK_FALSE(flow.allows(op, {}, {}));
    flow.field.policy = Policy::latest;
    CHECK(flow.allows(op, {}, {}));
}
