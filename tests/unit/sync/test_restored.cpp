#include "support/copied_device.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

constexpr std::string_view place = "kon-tum/ngoc-hoi";

struct Office {
    explicit Office(std::uint64_t seed = 1) : fleet(seed) {
        fleet.add("post", crypto::Role::border_post, {std::string(place)});
        fleet.add("district", crypto::Role::district_officer, {std::string(place)});
        fleet.add("province", crypto::Role::province_officer, {"*"});
        fleet.sync_all();
    }
    FleetDevice& post() { return fleet["post"]; }
    /// A little later on this device only: two copies never share a stamp.
    void tick(FleetDevice& device) { device.clock.offset += 1000 + ++ticks_; }
    Result<void> edit(FleetDevice& device, const RecordId& id, core::FieldEdit::Kind kind,
                      const std::string& field, core::Value value) {
        tick(device);
        const core::FieldEdit edit{kind, field, std::move(value)};
        return device.replica->edit(id, std::span(&edit, 1));
    }
    Result<void> add(FleetDevice& device, const RecordId& id, std::int64_t amount) {
        return edit(device, id, core::FieldEdit::Kind::add, "visits", amount);
    }
    RecordId inspection(FleetDevice& device, const std::string& marker) {
        tick(device);
        const std::vector<core::FieldValue> fields = {{"marker_no", marker}};
        return must(device.replica->add(must(device.replica->find_space(place)), "inspection", fields));
    }
    std::string body(FleetDevice& device, const RecordId& id) {
        const auto view = must(device.replica->store().find(id));
        return view ? view->body : "";
    }
    bool shows(const std::string& name, const RecordId& id, const std::string& part) {
        return body(fleet[name], id).find(part) != std::string::npos;
    }
    void check_level() {
        for (const char* name : {"post", "district", "province"}) {
            CAPTURE(name);
            CHECK(fleet.digest(name, place) == fleet.digest("authority", place));
            CHECK(must(fleet.replica(name).store().quarantined()).empty());
            CHECK(must(fleet.replica(name).store().void_ops()).empty());
            CHECK(must(fleet.replica(name).verify()).empty());
        }
    }
    /// The first copy goes on for two change sets, so that its feed is the longer one.
    void go_on() {
        for (const char* marker : {"later-1", "later-2"}) {
            inspection(post(), marker);
            fleet.sync_all();
        }
    }
    std::vector<std::string> places() { return {std::string(place)}; }

    Fleet fleet;
    MemoryHighWaterMark mark;

private:
    int ticks_ = 0;
};

std::size_t unsent(FleetDevice& device) { return must(device.replica->store().unsent()).size(); }

}  // namespace

TEST_CASE("a database that is behind its mark is noticed when it is opened, can be read and writes nothing") {
    Office office;
    office.post().high_water_mark = &office.mark;
    office.fleet.reopen("post");
    const RecordId id = office.inspection(office.post(), "790");
    REQUIRE(try_sync(office.fleet, office.post()));
    const DiskImage backup = take_image(office.post());
    REQUIRE(office.add(office.post(), id, 5));
    REQUIRE(try_sync(office.fleet, office.post()));
    CHECK(!office.post().replica->restored());

    put_back(office.fleet, "post", backup);
    CHECK(office.post().replica->restored());
    CHECK(office.shows("post", id, "790"));
    CHECK(office.add(office.post(), id, 1).error().code == ErrorCode::replica_restored);
    CHECK(office.post().replica->batch([] { return Result<void>(); }).error().code ==
          ErrorCode::replica_restored);
    REQUIRE(try_sync(office.fleet, office.post()));
    CHECK(office.shows("post", id, "\"visits\":5"));
    CHECK(office.post().replica->restored());  // until it has another identity
}

TEST_CASE("the mark is saved once before sealed envelopes leave, and not by writing") {
    Office office;
    office.post().high_water_mark = &office.mark;
    office.fleet.reopen("post");
    const RecordId id = office.inspection(office.post(), "790");
    for (int i = 0; i < 100; ++i) {
        REQUIRE(office.add(office.post(), id, 1));
    }
    CHECK(office.mark.saves == 0);
    REQUIRE(try_sync(office.fleet, office.post()));
    CHECK(office.mark.saves == 1);
    REQUIRE(try_sync(office.fleet, office.post()));
    CHECK(office.mark.saves == 1);

    REQUIRE(office.add(office.post(), id, 1));
    office.mark.fails = true;
    CHECK(try_sync(office.fleet, office.post()).error().code == ErrorCode::io_error);
    office.mark.fails = false;
    office.fleet.sync("district");
    CHECK(office.shows("district", id, "\"visits\":100"));  // what could not be marked did not leave
    REQUIRE(try_sync(office.fleet, office.post()));
    office.fleet.sync("district");
    CHECK(office.shows("district", id, "\"visits\":101"));
}

TEST_CASE("a mark that another device made, or that was altered, says nothing") {
    Office office;
    MemoryHighWaterMark foreign;
    office.fleet["district"].high_water_mark = &foreign;
    office.fleet.reopen("district");
    office.inspection(office.fleet["district"], "1");
    office.fleet.sync("district");
    office.post().high_water_mark = &office.mark;
    office.mark.marks[office.post().replica->id()] = foreign.marks.begin()->second;
    office.fleet.reopen("post");
    CHECK(!office.post().replica->restored());

    office.inspection(office.post(), "2");
    REQUIRE(try_sync(office.fleet, office.post()));
    Bytes& mark = office.mark.marks[office.post().replica->id()];
    const auto keys = office.post().keys.device.clone();
    REQUIRE(crypto::open_high_water_mark(mark, keys));
    for (std::size_t i = 0; i < mark.size(); ++i) {
        Bytes altered = mark;
        altered[i] ^= 1;
        CHECK(!crypto::open_high_water_mark(altered, keys));
        CHECK(!crypto::open_high_water_mark(BytesView(mark).first(i), keys));
    }
}

TEST_CASE("without a mark a restored replica is noticed when the hub or a peer shows its own longer feed") {
    for (const bool by_hub : {true, false}) {
        for (const bool calls : {true, false}) {
            if (by_hub && !calls) {
                continue;  // a hub is called
            }
            Office office;
            const DiskImage backup = take_image(office.post());
            const RecordId id = office.inspection(office.post(), "790");
            office.go_on();
            put_back(office.fleet, "post", backup);
            CHECK(!office.post().replica->restored());
            const RecordId other = office.inspection(office.post(), "791");
            for (int session = 0; session < 2; ++session) {
                CAPTURE(by_hub);
                CAPTURE(calls);
                if (by_hub) {
                    CHECK(try_sync(office.fleet, office.post()));
                } else if (calls) {
                    CHECK(try_meet(office.fleet, office.post(), office.fleet["district"]));
                } else {
                    CHECK(try_meet(office.fleet, office.fleet["district"], office.post()));
                }
            }
            CHECK(office.post().replica->restored());
            CHECK(office.add(office.post(), id, 1).error().code == ErrorCode::replica_restored);
            CHECK(office.shows("post", id, "790"));
            CHECK(!office.shows("post", other, "791"));  // set aside
            CHECK(unsent(office.post()) >= 1);
            CHECK(must(office.fleet["district"].replica->store().find(other)) == std::nullopt);
        }
    }
}

TEST_CASE("rejoin signs what was not sent anew, all of it and in order, and doubles nothing") {
    Office office;
    const RecordId id = office.inspection(office.post(), "790");
    REQUIRE(office.add(office.post(), id, 1));
    office.fleet.sync_all();
    // Both copies hold this before they part; it was not sealed.
    const RecordId shared = office.inspection(office.post(), "shared");
    REQUIRE(office.add(office.post(), shared, 2));
    REQUIRE(office.add(office.post(), id, 10));
    const auto twin = make_twin(office.fleet, office.post());
    CHECK(!twin->replica->restored());

    REQUIRE(office.add(office.post(), shared, 20));
    REQUIRE(office.edit(office.post(), id, core::FieldEdit::Kind::insert, "units", std::string("first")));
    REQUIRE(office.add(*twin, shared, 200));
    REQUIRE(office.add(*twin, id, 1000));
    REQUIRE(office.edit(*twin, shared, core::FieldEdit::Kind::insert, "units", std::string("second")));
    REQUIRE(office.edit(*twin, shared, core::FieldEdit::Kind::set, "condition", std::string("worn")));
    const RecordId fresh = office.inspection(*twin, "fresh");
    REQUIRE(
        office.edit(*twin, fresh, core::FieldEdit::Kind::set, "value", core::Value(core::Decimal{150, 2})));
    REQUIRE(office.edit(*twin, fresh, core::FieldEdit::Kind::set, "status", std::string("reported")));

    office.go_on();
    CHECK(try_sync(office.fleet, *twin));
    CHECK(twin->replica->restored());
    CHECK(must(twin->replica->own_past_is_back()));
    CHECK(unsent(*twin) == 1);
    REQUIRE(rejoin(office.fleet, *twin, crypto::Role::border_post, office.places()));
    CHECK(!twin->replica->restored());
    CHECK(unsent(*twin) == 0);
    CHECK(twin->replica->name() == "post-2");
    CHECK(office.body(*twin, shared).find("\"visits\":222") != std::string::npos);
    office.fleet.sync("authority");
    CHECK(try_sync(office.fleet, *twin));
    office.fleet.sync_all();

    for (const char* name : {"post", "district", "province"}) {
        CAPTURE(name);
        CHECK(office.shows(name, shared, "\"visits\":222"));
        CHECK(office.shows(name, id, "\"visits\":1011"));
        CHECK(office.shows(name, id, "first"));
        CHECK(office.shows(name, shared, "second"));
        CHECK(office.shows(name, shared, "worn"));
        CHECK(office.shows(name, fresh, "1.50"));
        CHECK(office.shows(name, fresh, "reported"));
        CHECK(must(office.fleet.replica(name).store().status(
                       must(office.fleet.replica(name).find_space(place)).id))
                  .conflicts == 0);
    }
    office.check_level();
    CHECK(must(twin->replica->store().digest(must(twin->replica->find_space(place)).id)) ==
          office.fleet.digest("post", place));
    // It goes on as any device.
    REQUIRE(office.add(*twin, fresh, 3));
    CHECK(try_sync(office.fleet, *twin));
    office.fleet.sync("district");
    CHECK(office.shows("district", fresh, "\"visits\":3"));
}

TEST_CASE("what a backup held unsealed and the original sent later is not carried over twice") {
    Office office;
    const RecordId id = office.inspection(office.post(), "790");
    office.fleet.sync_all();
    office.fleet.reopen("post");
    REQUIRE(office.add(office.post(), id, 2));
    REQUIRE(office.edit(office.post(), id, core::FieldEdit::Kind::set, "joint", true));
    const DiskImage backup = take_image(office.post());
    SUBCASE("sent as it was") {}
    SUBCASE("the program went on to add to it") {
        REQUIRE(office.add(office.post(), id, 40));
        REQUIRE(office.edit(office.post(), id, core::FieldEdit::Kind::set, "condition", std::string("worn")));
    }
    office.go_on();
    const std::string body = office.body(office.fleet["district"], id);
    put_back(office.fleet, "post", backup);
    CHECK(try_sync(office.fleet, office.post()));
    REQUIRE(office.post().replica->restored());
    REQUIRE(rejoin(office.fleet, office.post(), crypto::Role::border_post, office.places()));
    office.fleet.sync_all();
    office.check_level();
    CHECK(office.body(office.fleet["district"], id) == body);
}

TEST_CASE("texts, removals, deletions, joins and resolutions keep their meaning under new dots") {
    Office office;
    office.tick(office.post());
    const std::vector<core::FieldValue> fields = {{"result", std::string("Một hai ba")}};
    const auto space = must(office.post().replica->find_space(place));
    const RecordId text = must(office.post().replica->add(space, "delegation", fields));
    const RecordId gone = office.inspection(office.post(), "gone");
    REQUIRE(office.edit(office.post(), gone, core::FieldEdit::Kind::insert, "units", std::string("a")));
    office.fleet.sync_all();
    const auto twin = make_twin(office.fleet, office.post());
    REQUIRE(office.add(office.post(), gone, 7));
    office.go_on();

    const auto splice = [&](std::uint64_t position, std::uint64_t deleted, const std::string& inserted) {
        office.tick(*twin);
        core::FieldEdit edit{core::FieldEdit::Kind::splice, "result", inserted};
        edit.position = position;
        edit.delete_count = deleted;
        return twin->replica->edit(text, std::span(&edit, 1));
    };
    REQUIRE(splice(4, 3, "HAI"));
    REQUIRE(splice(4, 1, "x"));  // names elements of the splice before
    REQUIRE(splice(0, 0, ">> "));
    REQUIRE(office.edit(*twin, gone, core::FieldEdit::Kind::insert, "units", std::string("b")));
    REQUIRE(office.edit(*twin, gone, core::FieldEdit::Kind::remove, "units", std::string("b")));
    REQUIRE(office.edit(*twin, gone, core::FieldEdit::Kind::remove, "units", std::string("a")));
    const RecordId one = office.inspection(*twin, "one");
    const RecordId two = office.inspection(*twin, "two");
    office.tick(*twin);
    REQUIRE(twin->replica->merge(one, two));
    const RecordId deleted = office.inspection(*twin, "deleted");
    office.tick(*twin);
    REQUIRE(twin->replica->remove(deleted));
    const std::string shown = office.body(*twin, text);
    REQUIRE(shown.find(">> Một xAI ba") != std::string::npos);

    CHECK(try_sync(office.fleet, *twin));
    REQUIRE(twin->replica->restored());
    CHECK(office.body(*twin, text) != shown);
    REQUIRE(rejoin(office.fleet, *twin, crypto::Role::border_post, office.places()));
    office.fleet.sync("authority");
    CHECK(try_sync(office.fleet, *twin));
    office.fleet.sync_all();
    CHECK(office.body(office.fleet["district"], text) == shown);
    CHECK(office.body(office.fleet["district"], gone).find("units") == std::string::npos);
    const auto joined = must(office.fleet.replica("district").store().find(two));
    REQUIRE(joined);
    CHECK(joined->id == one);
    const auto view = must(office.fleet.replica("district").store().find(deleted));
    REQUIRE(view);
    CHECK(view->deleted);
    office.check_level();
}

TEST_CASE("an old value that is carried over does not push away what was written elsewhere since") {
    Office office;
    const RecordId id = office.inspection(office.post(), "790");
    office.fleet.sync_all();
    const auto twin = make_twin(office.fleet, office.post());
    office.tick(office.post());
    REQUIRE(office.add(office.post(), id, 1));
    office.go_on();
    REQUIRE(office.edit(*twin, id, core::FieldEdit::Kind::set, "joint", false));
    office.fleet.advance(3'600'000);
    REQUIRE(office.edit(office.fleet["district"], id, core::FieldEdit::Kind::set, "joint", true));
    office.fleet.sync_all();
    CHECK(try_sync(office.fleet, *twin));
    REQUIRE(rejoin(office.fleet, *twin, crypto::Role::border_post, office.places()));
    office.fleet.sync("authority");
    CHECK(try_sync(office.fleet, *twin));
    office.fleet.sync_all();
    CHECK(office.shows("province", id, "\"joint\":true"));
    office.check_level();
}

TEST_CASE("a pure restore rejoins with nothing to carry; rejoin is for restored replicas only") {
    Office office;
    CHECK(rejoin(office.fleet, office.post(), crypto::Role::border_post, office.places()).error().code ==
          ErrorCode::not_restored);
    office.post().passphrase.clear();
    const DiskImage backup = take_image(office.post());
    const RecordId id = office.inspection(office.post(), "790");
    office.fleet.sync_all();
    put_back(office.fleet, "post", backup);
    CHECK(try_sync(office.fleet, office.post()));
    CHECK(office.post().replica->restored());
    CHECK(unsent(office.post()) == 0);
    REQUIRE(rejoin(office.fleet, office.post(), crypto::Role::border_post, office.places()));
    CHECK(!office.post().replica->restored());
    REQUIRE(office.add(office.post(), id, 4));
    office.fleet.sync_all();
    CHECK(office.shows("district", id, "\"visits\":4"));
    office.check_level();
}

TEST_CASE("work that waits for the hub's copy of the own past is signed anew after the next session") {
    Office office;
    office.post().high_water_mark = &office.mark;
    office.fleet.reopen("post");
    const RecordId id = office.inspection(office.post(), "790");
    REQUIRE(office.add(office.post(), id, 1));
    const DiskImage backup = take_image(office.post());  // all of it unsealed
    office.fleet.sync_all();
    put_back(office.fleet, "post", backup);
    REQUIRE(office.post().replica->restored());
    CHECK(office.shows("post", id, "790"));  // all that it holds can be read
    REQUIRE(rejoin(office.fleet, office.post(), crypto::Role::border_post, office.places()));
    CHECK(office.post().replica->restored());
    CHECK(unsent(office.post()) == 1);
    CHECK(office.add(office.post(), id, 5).error().code == ErrorCode::replica_restored);
    office.fleet.reopen("post");
    CHECK(office.post().replica->restored());
    office.fleet.sync("authority");
    office.fleet.sync("post");
    CHECK(!office.post().replica->restored());
    CHECK(unsent(office.post()) == 0);
    REQUIRE(office.add(office.post(), id, 5));
    office.fleet.sync_all();
    CHECK(office.shows("district", id, "\"visits\":6"));
    office.check_level();
}

TEST_CASE("unsent work that the new identity may not sign stays listed") {
    Office office;
    const auto twin = make_twin(office.fleet, office.post());
    office.go_on();
    const RecordId lost = office.inspection(*twin, "791");
    CHECK(try_sync(office.fleet, *twin));
    REQUIRE(rejoin(office.fleet, *twin, crypto::Role::border_post, {"kon-tum/dak-glei"}));
    CHECK(!twin->replica->restored());
    CHECK(unsent(*twin) == 1);
    CHECK(must(twin->replica->store().find(lost)) == std::nullopt);
}
