// Workflows (semantics S12): an op without the role that its way needs has no effect, on any replica.
#include "merge/register.hpp"
#include "store_support.hpp"

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

constexpr std::string_view project_catalogue = R"({"catalogue":"test","version":1,"kinds":{
"project":{"label":"Dự án","fields":{
 "title":{"type":"text","merge":"latest"},
 "status":{"type":"workflow","merge":"workflow",
  "states":["proposed","appraised","approved","running","closed"],
  "roles":{"approved":["province_officer"]}}}}}})";

struct Office : TestStore {
    explicit Office(std::uint32_t device, std::string_view its_role = "border_post")
        : TestStore(device, {}, project_catalogue) {
        act_as(its_role);
    }
    void act_as(std::string_view its_role) {
        role = its_role;
        store->set_role(role);
    }
    Result<bool> move(const RecordId& id, const std::string& state) {
        return edit(id, {{FieldEdit::Kind::set, "status", state}});
    }
};

RecordId project(Office& office, const std::string& state) {
    return office.add("project", {{"status", state}, {"title", std::string("Cầu")}}, 5);
}

std::string status(Office& office, const RecordId& id) {
    const std::string body = office.body(id);
    const std::string key = "\"status\":\"";
    const std::size_t at = body.find(key);
    return at == std::string::npos
               ? ""
               : body.substr(at + key.size(), body.find('"', at + key.size()) - at - key.size());
}

}  // namespace

TEST_CASE("a move needs the role of every guarded state that it enters, leaves or passes, both ways") {
    struct Move {
        const char* from;
        const char* to;
        bool allowed;
    };
    for (const auto& [from, to, allowed] :
         {Move{"proposed", "appraised", true}, Move{"appraised", "proposed", true},
          Move{"running", "closed", true}, Move{"closed", "running", true},
          Move{"appraised", "approved", false}, Move{"approved", "running", false},
          Move{"approved", "appraised", false}, Move{"proposed", "closed", false},
          Move{"closed", "proposed", false}}) {
        CAPTURE(from);
        CAPTURE(to);
        Office office(0, "province_officer");
        const RecordId id = project(office, from);
        office.act_as("border_post");
        const auto moved = office.move(id, to);
        CHECK(moved.has_value() == allowed);
        CHECK(status(office, id) == (allowed ? to : from));
        if (!allowed) {
            CHECK(moved.error().code == ErrorCode::not_allowed);
            CHECK(moved.error().detail == "status: approved needs province_officer");
            office.act_as("province_officer");
            CHECK(office.move(id, to).has_value());
        }
    }
}

TEST_CASE("clearing a workflow, and creating one, are moves from and to before the first state") {
    Office office(0, "province_officer");
    const RecordId id = project(office, "running");
    office.act_as("border_post");
    CHECK(code_of(office.edit(id, {{FieldEdit::Kind::set, "status", Value()}})) == ErrorCode::not_allowed);
    const auto made = office.store->write([&]() -> Result<void> {
        const std::vector<FieldValue> fields{{"status", std::string("closed")}};
        COTMOC_TRY(office->add(office.space, office.kind("project"), fields, RecordId{{9}}));
        return {};
    });
    CHECK(code_of(made) == ErrorCode::not_allowed);
    CHECK(office.ids(all_of("project")).size() == 1);
}

TEST_CASE("a forbidden move that arrives is void alone: what stands beside and after it applies") {
    Office honest(0);
    Office rogue(1, "province_officer");  // only its own program says so
    const RecordId id = project(honest, "proposed");
    rogue.receive(honest.seal());
    must(rogue.move(id, "approved"));
    rogue.set(id, "title", std::string("Cầu treo"));
    TestStore::Sent sent = rogue.seal();
    sent.role = "border_post";
    CHECK(honest.receive(sent).void_ops == 1);
    CHECK(status(honest, id) == "proposed");
    CHECK(honest.body(id).find("Cầu treo") != std::string::npos);
    REQUIRE(must(honest->void_ops()).size() == 1);
    CHECK(must(honest->void_ops())[0].reason == "not_allowed");
}

TEST_CASE("a created value that its author may not reach is void, the record stays") {
    Office rogue(1, "province_officer");
    Office honest(0);
    const RecordId id = project(rogue, "running");
    TestStore::Sent sent = rogue.seal();
    sent.role = "border_post";
    CHECK(honest.receive(sent).void_ops == 1);
    CHECK(status(honest, id).empty());
    CHECK(honest.body(id).find("Cầu") != std::string::npos);
}

TEST_CASE("whether a move is allowed follows from what its author had seen, not from what came before it") {
    Office post(0);
    Office officer(1, "province_officer");
    Office other_post(2);
    const RecordId id = project(post, "proposed");
    const TestStore::Sent created = post.seal();
    officer.receive(created);
    other_post.receive(created);
    must(officer.move(id, "approved"));
    must(other_post.move(id, "appraised"));  // it saw the proposal only
    const TestStore::Sent approved = officer.seal();
    const TestStore::Sent appraised = other_post.seal();
    // A post that saw the approval and steps back from it all the same.
    Office hasty(3, "province_officer");
    hasty.receive(created);
    hasty.receive(approved);
    must(hasty.move(id, "appraised"));
    TestStore::Sent stepped_back = hasty.seal();
    stepped_back.role = "border_post";

    Office first(3);
    Office second(3);
    for (const auto* sent : {&created, &approved, &appraised}) {
        first.receive(*sent);
    }
    for (const auto* sent : {&created, &appraised, &approved}) {
        second.receive(*sent);
    }
    CHECK(must(first->void_ops()).empty());
    CHECK(first.digest() == second.digest());
    CHECK(status(first, id) == "approved");
    // Replicas 0 and 2 take the step back in another order.
    officer.receive(appraised);
    CHECK(officer.receive(stepped_back).void_ops == 1);
    other_post.receive(approved);
    CHECK(other_post.receive(stepped_back).void_ops == 1);
    CHECK(officer.digest() == other_post.digest());
    CHECK(status(officer, id) == "approved");
}

TEST_CASE("two live states in the past: the way is counted from the furthest") {
    Office post(0);
    Office officer(1, "province_officer");
    const RecordId id = project(post, "proposed");
    officer.receive(post.seal());
    must(officer.move(id, "approved"));
    must(post.move(id, "appraised"));
    const TestStore::Sent approved = officer.seal();
    (void)post.seal();
    post.receive(approved);
    REQUIRE(status(post, id) == "approved");
    CHECK(code_of(post.move(id, "proposed")) == ErrorCode::not_allowed);
}

TEST_CASE("a replaced pending move is counted from where the pending one was") {
    Office post(0);
    const RecordId id = project(post, "proposed");
    (void)post.seal();
    must(post.move(id, "appraised"));
    CHECK(code_of(post.move(id, "closed")) == ErrorCode::not_allowed);
    must(post.move(id, "proposed"));
    CHECK(status(post, id) == "proposed");
}

TEST_CASE("what a workflow remembers survives saving and loading") {
    Office post(0);
    Office officer(1, "province_officer");
    Office late(2);
    const RecordId id = project(post, "proposed");
    const TestStore::Sent created = post.seal();
    late.receive(created);
    officer.receive(created);
    must(officer.move(id, "approved"));
    post.receive(officer.seal());
    post.open();  // the passed proposal must be known after this
    must(late.move(id, "appraised"));
    CHECK(post.receive(late.seal()).void_ops == 0);
}

TEST_CASE("many moves in one change set are remembered as the last two") {
    Register reg;
    const std::vector<std::uint64_t> seen{0, 0};
    for (std::uint32_t index = 0; index < 100; ++index) {
        const Dot dot{DeviceIndex{1}, 1, index};
        reg.apply_set({dot, {}, std::string("proposed"), false}, std::nullopt, {false, true}, {seen, dot});
    }
    CHECK(reg.passed().size() <= 2);
    // Who saw the change set before and nothing of this one has nothing in sight.
    CHECK(reg.live_within({seen, {DeviceIndex{0}, 1, 0}}).empty());
    const std::vector<std::uint64_t> later{0, 1};
    CHECK(reg.live_within({later, {DeviceIndex{0}, 1, 0}}).size() == 1);
}
