// Many random lives of a device whose files are copied and put back: what was written in any copy is in the
// province in the end, once.
#include "support/copied_device.hpp"
#include "support/environment_number.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

constexpr std::string_view place = "kon-tum/ngoc-hoi";

class Life {
public:
    explicit Life(std::uint64_t seed) : fleet_(seed), chance_(seed * 7919 + 1) {
        fleet_.add("post", crypto::Role::border_post, {std::string(place)});
        fleet_.add("district", crypto::Role::district_officer, {std::string(place)});
        fleet_.add("province", crypto::Role::province_officer, {"*"});
        if (chance(2) == 0) {
            fleet_["post"].high_water_mark = &mark_;
            fleet_.reopen("post");
        }
        story_ = fleet_.add_record("post", "delegation", {{"result", "Câu chuyện"}});
        make_inspection(fleet_["post"]);
        fleet_.sync_all();
        copies_.push_back(&fleet_["post"]);
    }

    void run(int steps) {
        for (int step = 0; step < steps; ++step) {
            fleet_.advance(1000);
            for (const auto& twin : twins_) {
                twin->clock.wall += 1000;
            }
            FleetDevice& device = *copies_[chance(copies_.size())];
            switch (chance(12)) {
                case 0:
                    sync(device);
                    break;
                case 1:
                    meet(device);
                    break;
                case 2:
                    reopen(fleet_, device);
                    break;
                case 3:
                    copy(device);
                    break;
                case 4:
                    put_backup_back(device);
                    break;
                case 5:
                    fleet_.sync("province");
                    fleet_.sync("district");
                    break;
                default:
                    work(device);
            }
        }
        end();
    }

private:
    std::size_t chance(std::size_t below) {
        std::array<std::uint8_t, 8> bytes{};
        chance_.fill(bytes);
        std::uint64_t value = 0;
        for (const std::uint8_t octet : bytes) {
            value = value << 8 | octet;
        }
        return static_cast<std::size_t>(value % below);
    }

    void sync(FleetDevice& device) {
        REQUIRE(try_sync(fleet_, device));
        put_back_.erase(&device);
        if (device.replica->restored() && chance(2) == 0) {
            renew(device);
        }
    }

    void meet(FleetDevice& device) {
        FleetDevice& district = fleet_["district"];
        if (!is_alone(device) || (put_back_.contains(&device) && !device.replica->restored())) {
            return;  // each copy could hand its branch to somebody else: a fork that S17 settles
        }
        // A peer that has not heard of the new identity yet refuses it; that is no fault.
        (void)(chance(2) == 0 ? try_meet(fleet_, device, district) : try_meet(fleet_, district, device));
    }

    void renew(FleetDevice& device) {
        REQUIRE(rejoin(fleet_, device, crypto::Role::border_post, {std::string(place)},
                       "post-" + std::to_string(++made_)));
        fleet_.sync("authority");
    }

    bool is_alone(const FleetDevice& device) const {
        return std::ranges::count_if(copies_, [&](const FleetDevice* other) {
                   return other->replica->id() == device.replica->id();
               }) == 1;
    }

    void copy(FleetDevice& device) {
        // Of three copies, what the second and the third share and the first lacks would be carried over
        // twice.
        if (copies_.size() < 4 && is_alone(device) && !device.replica->restored() &&
            !put_back_.contains(&device)) {
            twins_.push_back(make_twin(fleet_, device));
            FleetDevice& twin = *twins_.back();
            twin.high_water_mark = chance(2) == 0 ? device.high_water_mark : nullptr;
            twin.clock.offset += 137 * static_cast<std::int64_t>(twins_.size());
            reopen(fleet_, twin);
            copies_.push_back(&twin);
            put_back_.insert({&device, &twin});
        }
    }

    /// Of a device that has sent everything, so that nothing is lost with the disk. A backup with work set
    /// aside would carry it over a second time (docs/restored-backups.md).
    void put_backup_back(FleetDevice& device) {
        if (device.replica->restored()) {
            return;
        }
        const DiskImage backup = take_image(device);
        const std::string passphrase = device.passphrase;
        for (int i = 0; i < 3; ++i) {
            work(device);
        }
        REQUIRE(try_sync(fleet_, device));
        if (device.replica->restored() || !device.replica->joined()) {
            return;
        }
        put_back_.insert(&device);
        device.replica.reset();
        write_back(device, backup);
        device.passphrase = passphrase;
        reopen(fleet_, device);
    }

    void make_inspection(FleetDevice& device) {
        const std::string marker = "marker-" + std::to_string(++made_);
        const std::vector<core::FieldValue> fields = {{"marker_no", marker}};
        if (const auto id =
                device.replica->add(must(device.replica->find_space(place)), "inspection", fields)) {
            records_[*id] = marker;
        }
    }

    void work(FleetDevice& device) {
        const auto kind = chance(4);
        if (kind == 0) {
            make_inspection(device);
            return;
        }
        if (kind == 1) {
            const auto view = must(device.replica->store().find(story_));
            const std::string token = "[" + std::to_string(++made_) + "]";
            core::FieldEdit edit{core::FieldEdit::Kind::splice, "result", token};
            if (view && device.replica->edit(story_, std::span(&edit, 1))) {
                tokens_.insert(token);
            }
            return;
        }
        auto record = records_.begin();
        std::advance(record, static_cast<std::ptrdiff_t>(chance(records_.size())));
        if (!must(device.replica->store().find(record->first))) {
            return;  // it has not come here
        }
        const auto amount = static_cast<std::int64_t>(1 + chance(9));
        const std::string element = "unit-" + std::to_string(++made_);
        const core::FieldEdit edit = kind == 2
                                         ? core::FieldEdit{core::FieldEdit::Kind::add, "visits", amount}
                                         : core::FieldEdit{core::FieldEdit::Kind::insert, "units", element};
        if (!device.replica->edit(record->first, std::span(&edit, 1))) {
            return;
        }
        if (kind == 2) {
            visits_[record->first] += amount;
        } else {
            elements_.emplace(record->first, element);
        }
    }

    void end() {
        for (int round = 0; round < 3; ++round) {
            for (FleetDevice* device : copies_) {
                REQUIRE(try_sync(fleet_, *device));
                if (device->replica->restored()) {
                    if (must(device->replica->own_past_is_back()) || device->replica->joined()) {
                        const auto renewed = rejoin(fleet_, *device, crypto::Role::border_post,
                                                    {std::string(place)}, "post-" + std::to_string(++made_));
                        CHECK((renewed || renewed.error().code == ErrorCode::already_joined));
                    }
                    fleet_.sync("authority");
                    REQUIRE(try_sync(fleet_, *device));
                }
                CHECK(!device->replica->restored());
            }
        }
        for (int round = 0; round < 2; ++round) {
            for (const char* name : {"district", "province", "authority"}) {
                fleet_.sync(name);
            }
            for (FleetDevice* device : copies_) {
                REQUIRE(try_sync(fleet_, *device));
            }
        }
        for (FleetDevice* device : copies_) {
            check(*device);
        }
        check(fleet_["district"]);
        check(fleet_["province"]);
    }

    void check(FleetDevice& device) {
        CAPTURE(device.path);
        core::Store& store = device.replica->store();
        CHECK(must(store.unsent()).empty());
        CHECK(must(store.quarantined()).empty());
        CHECK(must(store.void_ops()).empty());
        CHECK(must(store.digest(must(device.replica->find_space(place)).id)) ==
              fleet_.digest("authority", place));
        for (const auto& [id, marker] : records_) {
            const auto view = must(store.find(id));
            REQUIRE(view);
            CAPTURE(view->body);
            CHECK(view->body.find("\"" + marker + "\"") != std::string::npos);
            if (const std::int64_t visits = visits_[id]; visits != 0) {
                CHECK(view->body.find("\"visits\":" + std::to_string(visits)) != std::string::npos);
            }
        }
        for (const auto& [id, element] : elements_) {
            CHECK(must(store.find(id))->body.find("\"" + element + "\"") != std::string::npos);
        }
        const std::string story = must(store.find(story_))->body;
        for (const std::string& token : tokens_) {
            const std::size_t at = story.find(token);
            CHECK(at != std::string::npos);
            CHECK(story.find(token, at + 1) == std::string::npos);  // once
        }
    }

    Fleet fleet_;
    SeededRandom chance_;
    MemoryHighWaterMark mark_;
    std::vector<std::unique_ptr<FleetDevice>> twins_;
    std::vector<FleetDevice*> copies_;
    int made_ = 0;
    RecordId story_;
    std::map<RecordId, std::string> records_;
    std::map<RecordId, std::int64_t> visits_;
    std::set<std::pair<RecordId, std::string>> elements_;
    std::set<std::string> tokens_;
    std::set<const FleetDevice*> put_back_;  // what may have stayed behind, until it hears the hub
};

}  // namespace

TEST_CASE("whatever is copied and put back, all work reaches the province, once, and digests agree") {
    const std::uint64_t seeds = environment_number("COTMOC_RESTORE_SEEDS", 30);
    const std::uint64_t first = environment_number("COTMOC_RESTORE_FIRST", 1);
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        CAPTURE(seed);
        Life(seed).run(40);
    }
    MESSAGE(seeds << " seeds from " << first);
}
