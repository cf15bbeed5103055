// What devices notice of a hub that goes back, cuts feeds, freezes, loses or mixes up what it holds; and how
// it gets back what it lost.
#include "support/environment_number.hpp"
#include "support/fleet.hpp"
#include "support/lying_hub.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

constexpr std::int64_t hour_ms = 3600 * 1000;

struct Ended {
    sync::SessionReport report;
    std::optional<Error> caller_error;
};

/// One session over a perfect pipe, whatever comes of it.
Ended converse(Fleet& fleet, const std::string& device, sync::FeedStore& hub) {
    const auto caller = fleet.call(device);
    const auto responder = fleet.answer(hub);
    exchange(*caller, *responder);
    return {caller->report(), caller->error()};
}

/// Two posts of one district, the province, and a hub that has seen some work of theirs.
struct District : Fleet {
    explicit District(std::uint64_t seed) : Fleet(seed) {
        add("so-1", Role::province_officer, {"*"});
        add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
        work("post-a", 3);
        work("post-b", 2);
        sync_all();
    }
    void work(const std::string& device, int change_sets) {
        for (int i = 0; i < change_sets; ++i) {
            add_record(device, "delegation", {{"partner", device + std::to_string(i)}});
            must(replica(device).seal());
        }
    }
    SpaceId ngoc_hoi() { return must(replica("post-a").find_space("kon-tum/ngoc-hoi")).id; }
    DeviceIndex index(const std::string& device) { return trust().find(replica(device).id())->index; }
    const crypto::TrustState& trust() { return hub().trust(); }
    std::uint64_t held(const std::string& device, const std::string& author) {
        const DeviceIndex wanted = index(author);
        for (const sync::FeedPosition& feed : replica(device).frontier(ngoc_hoi())) {
            if (feed.device == wanted) {
                return feed.seq;
            }
        }
        return 0;
    }
    sync::HubNotice notice(const std::string& device) { return must(replica(device).hub_notice()); }
    std::uint64_t at_hub(const std::string& device) {
        return must(replica(device).store().status(ngoc_hoi())).at_hub;
    }
};

/// The hub as it was: a copy of its files, opened.
class HubBackup {
public:
    HubBackup(Fleet& fleet, const std::string& name) : path_(fleet.directory.file(name)) {
        for (const char* suffix : {"", "-wal"}) {
            const std::string from = fleet.directory.file("hub.db") + suffix;
            if (std::filesystem::exists(from)) {
                std::filesystem::copy_file(from, path_ + suffix);
            }
        }
    }
    sync::Hub& open() {
        store_ = must(sync::open_sqlite_hub_store(path_));
        hub_ = must(sync::Hub::open(*store_));
        return *hub_;
    }

private:
    std::string path_;
    std::unique_ptr<sync::HubStore> store_;
    std::unique_ptr<sync::Hub> hub_;
};

void check_quiet(const sync::HubNotice& notice) {
    CHECK(!notice.needs_person());
    CHECK(!notice.stale_h);
}

}  // namespace

TEST_CASE("a hub restored from yesterday's backup is noticed and gets everything back from the devices") {
    District fleet(1);
    HubBackup yesterday(fleet, "yesterday.db");
    fleet.work("post-b", 4);
    fleet.add("post-c", Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.work("post-c", 2);
    fleet.sync_all();
    fleet.work("post-a", 2);
    fleet.sync_all();
    const sync::Frontier before = fleet.hub().frontier(fleet.ngoc_hoi());
    const std::uint64_t position = fleet.hub().trust().position();
    sync::Hub& hub = yesterday.open();
    const std::uint64_t old_position = hub.trust().position();
    REQUIRE(old_position < position);
    REQUIRE(hub.frontier(fleet.ngoc_hoi()) != before);

    // post-b and post-c never come again: what they wrote only their peers hold.
    const Ended first = converse(fleet, "post-a", hub);
    CHECK(!first.caller_error);
    CHECK(first.report.complete);
    const sync::HubNotice notice = fleet.notice("post-a");
    CHECK(notice.went_back);
    CHECK(notice.needs_person());
    CHECK(notice.lost_trust_entries == position - old_position);
    CHECK(notice.lost_change_sets >= 8);
    CHECK(notice.missing.empty());
    converse(fleet, "so-1", hub);
    converse(fleet, "authority", hub);
    CHECK(hub.trust().position() == position);
    for (const sync::FeedPosition& feed : before) {
        const sync::Frontier now = hub.frontier(fleet.ngoc_hoi());
        const auto found = std::ranges::find(now, feed.device, &sync::FeedPosition::device);
        REQUIRE(found != now.end());
        CHECK(found->seq >= feed.seq);
    }
    // The next session finds nothing amiss.
    converse(fleet, "post-a", hub);
    check_quiet(fleet.notice("post-a"));
    CHECK(fleet.digest("post-a", "kon-tum/ngoc-hoi") == fleet.digest("so-1", "kon-tum/ngoc-hoi"));
}

TEST_CASE("what the hub lost is not said to be held by it") {
    District fleet(2);
    HubBackup yesterday(fleet, "yesterday.db");
    const std::uint64_t held_before = fleet.at_hub("post-a");
    fleet.work("post-a", 3);
    fleet.sync("post-a");
    REQUIRE(fleet.at_hub("post-a") +
                must(fleet.replica("post-a").store().status(fleet.ngoc_hoi())).at_province >
            held_before);
    const std::uint64_t all = fleet.at_hub("post-a");
    LyingHub hub(yesterday.open());
    hub.refuses = true;
    converse(fleet, "post-a", hub);
    CHECK(fleet.at_hub("post-a") < all);
    CHECK(fleet.at_hub("post-a") == held_before);
    CHECK(must(fleet.replica("post-a").store().status(fleet.ngoc_hoi())).unsent_ops > 0);
    CHECK(fleet.notice("post-a").went_back);
    // When it takes them again, they are held by it again.
    hub.refuses = false;
    converse(fleet, "post-a", hub);
    CHECK(fleet.at_hub("post-a") == all);
}

TEST_CASE("an acknowledgement of what was dropped is noticed at the next session") {
    District fleet(3);
    LyingHub hub(fleet.hub());
    hub.swallows = true;
    fleet.work("post-a", 2);
    CHECK(converse(fleet, "post-a", hub).report.sent.change_sets == 2);
    check_quiet(fleet.notice("post-a"));
    hub.swallows = false;
    converse(fleet, "post-a", hub);
    CHECK(fleet.notice("post-a").went_back);
    CHECK(fleet.notice("post-a").lost_change_sets == 2);
    fleet.sync("so-1");
    CHECK(fleet.held("so-1", "post-a") == fleet.held("post-a", "post-a"));
}

TEST_CASE("a feed cut short is noticed as soon as a frontier names more, with who named it and how much") {
    District fleet(4);
    fleet.work("post-b", 3);
    fleet.sync("post-b");
    fleet.sync("so-1");  // its confirmation names what post-b wrote
    const std::uint64_t before = fleet.held("post-a", "post-b");
    LyingHub hub(fleet.hub());
    hub.shown = [&](const SpaceId&, DeviceIndex device, std::uint64_t seq) {
        return device == fleet.index("post-b") ? before : seq;
    };
    CHECK(converse(fleet, "post-a", hub).report.complete);
    const sync::HubNotice notice = fleet.notice("post-a");
    CHECK(!notice.went_back);
    REQUIRE(notice.missing.size() == 1);
    CHECK(notice.missing[0].author == fleet.index("post-b"));
    CHECK(notice.missing[0].named_by == fleet.index("so-1"));
    CHECK(notice.missing_change_sets() == 3);
    fleet.reopen("post-a");
    CHECK(fleet.notice("post-a").missing_change_sets() == 3);
    // A peer brings what the hub keeps back.
    fleet.meet("post-a", "post-b");
    CHECK(fleet.notice("post-a").missing.empty());
    fleet.sync("post-a");
    check_quiet(fleet.notice("post-a"));
}

TEST_CASE("two devices that are shown different pasts find out by each other's frontiers") {
    District fleet(5);
    fleet.work("post-b", 2);
    fleet.sync("post-b");
    LyingHub for_a(fleet.hub());
    const std::uint64_t before = fleet.held("post-a", "post-b");
    for_a.shown = [&](const SpaceId&, DeviceIndex device, std::uint64_t seq) {
        return device == fleet.index("post-b") ? before : seq;
    };
    converse(fleet, "post-a", for_a);
    check_quiet(fleet.notice("post-a"));  // nothing names it yet
    fleet.add("post-d", Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.sync("authority");
    fleet.sync("post-d");
    fleet.work("post-d", 1);
    fleet.sync("post-d");
    for_a.show_trust(fleet.hub().trust().position());
    converse(fleet, "post-a", for_a);
    REQUIRE(fleet.notice("post-a").missing_change_sets() == 2);
    CHECK(fleet.notice("post-a").missing[0].named_by == fleet.index("post-d"));
}

TEST_CASE("a hub that lists what it does not send is noticed, and other orders and repeats change nothing") {
    District fleet(6);
    fleet.work("post-b", 5);
    fleet.sync("post-b");
    LyingHub hub(fleet.hub());
    SUBCASE("reversed") {
        hub.reversed = true;
        CHECK(converse(fleet, "post-a", hub).report.received.change_sets == 5);
        check_quiet(fleet.notice("post-a"));
        CHECK(fleet.digest("post-a", "kon-tum/ngoc-hoi") == fleet.digest("post-b", "kon-tum/ngoc-hoi"));
    }
    SUBCASE("each twice, so that the last ones are left out") {
        hub.twice = true;
        converse(fleet, "post-a", hub);
        CHECK(fleet.held("post-a", "post-b") < fleet.held("post-b", "post-b"));
        CHECK(fleet.notice("post-a").missing_change_sets() ==
              fleet.held("post-b", "post-b") - fleet.held("post-a", "post-b"));
    }
    SUBCASE("envelopes of another space under this one's name") {
        hub.instead = must(fleet.replica("so-1").find_space("kon-tum")).id;
        fleet.add_record("so-1", "delegation", {{"partner", "province"}}, "kon-tum");
        fleet.sync("so-1");
        converse(fleet, "post-a", hub);
        CHECK(fleet.notice("post-a").missing_change_sets() > 0);
    }
    fleet.sync("post-a");
    check_quiet(fleet.notice("post-a"));
    CHECK(fleet.held("post-a", "post-b") == fleet.held("post-b", "post-b"));
}

TEST_CASE("an older trust feed is never taken, and the hub that offers one went back") {
    District fleet(7);
    const std::uint64_t position = fleet.hub().trust().position();
    LyingHub hub(fleet.hub());
    hub.show_trust(position - 1);
    const Ended ended = converse(fleet, "post-a", hub);
    CHECK(!ended.caller_error);
    CHECK(fleet.replica("post-a").trust().position() == position);
    CHECK(fleet.notice("post-a").went_back);
    CHECK(fleet.notice("post-a").lost_trust_entries == 1);
    // Before this device was enrolled.
    hub.show_trust(position - 2);
    converse(fleet, "post-b", hub);
    CHECK(fleet.replica("post-b").trust().position() == position);
    CHECK(fleet.notice("post-b").went_back);
}

TEST_CASE("no signed object goes back: an older catalogue, epoch, certificate or root changes nothing") {
    District fleet(8);
    sync::Replica& post = fleet.replica("post-a");
    const std::uint64_t position = post.trust().position();
    const Hash256 head = post.trust().head();
    for (std::uint64_t old = 1; old <= position; ++old) {
        CAPTURE(old);
        const Bytes entry = must(fleet.hub().trust_entry(old));
        // Once more at its own place: known. In the place of the next one: it does not continue the feed.
        CHECK(post.add_trust_entry(entry).has_value());
        Bytes other = entry;
        other.back() ^= 1;
        CHECK(!post.add_trust_entry(other));
        CHECK(post.trust().position() == position);
        CHECK(post.trust().head() == head);
    }
    CHECK(post.catalogue() != nullptr);
    fleet.sync_all();
}

TEST_CASE("a hub that brings nothing newly signed for a week is reported, and no sooner") {
    District fleet(9);
    LyingHub frozen(fleet.hub());
    fleet.advance(3 * hour_ms);
    fleet.work("post-b", 1);
    fleet.sync("post-b");
    const std::uint64_t position = fleet.hub().trust().position();
    const auto then = fleet.hub().frontier(fleet.ngoc_hoi());
    frozen.show_trust(position);
    frozen.shown = [&](const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
        const auto feed = std::ranges::find(then, device, &sync::FeedPosition::device);
        return space != fleet.ngoc_hoi() || device == fleet.index("post-a") ? seq
               : feed == then.end()                                         ? 0
                                                                            : feed->seq;
    };
    for (int day = 0; day <= 9; ++day) {
        CAPTURE(day);
        converse(fleet, "post-a", frozen);
        const auto stale = fleet.notice("post-a").stale_h;
        CHECK(stale.has_value() == (day > 7));
        if (stale) {
            CHECK(*stale >= 24 * 7);
        }
        CHECK(!fleet.notice("post-a").needs_person());
        fleet.advance(24 * hour_ms);
        fleet.work("post-a", 1);
        fleet.work("post-b", 1);
        fleet.sync("post-b");
    }
    fleet.sync("post-a");
    check_quiet(fleet.notice("post-a"));
}

TEST_CASE(
    "many seeds: every step back and every cut is noticed, honest hubs are not accused, nothing is lost") {
    const std::uint64_t seeds = environment_number("COTMOC_LYING_HUB_SEEDS", 6);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        CAPTURE(seed);
        District fleet(100 + seed);
        SeededRandom lot(seed);
        const std::vector<std::string> devices = {"post-a", "post-b", "so-1"};
        int backups = 0;
        for (int round = 0; round < 8; ++round) {
            // Honest work: nobody is accused.
            for (int i = 0; i < 4; ++i) {
                const std::string& device = devices[lot.below(devices.size())];
                if (device != "so-1" && lot.below(2) == 0) {
                    fleet.work(device, 1 + static_cast<int>(lot.below(3)));
                }
                fleet.sync(device);
                fleet.advance(static_cast<std::int64_t>(lot.below(4)) * hour_ms);
                check_quiet(fleet.notice(device));
            }
            const std::string& victim = devices[lot.below(2)];
            const std::string& other = victim == "post-a" ? devices[1] : devices[0];
            if (lot.below(2) == 0) {
                HubBackup backup(fleet, "backup" + std::to_string(++backups) + ".db");
                fleet.work(victim, 1);
                fleet.sync(victim);
                sync::Hub& old = backup.open();
                converse(fleet, victim, old);
                CHECK(fleet.notice(victim).went_back);
                // The true hub has more again; the victim has nothing to say of it.
                fleet.sync(victim);
            } else {
                fleet.work(other, 1 + static_cast<int>(lot.below(3)));
                fleet.sync(other);
                fleet.sync("so-1");
                LyingHub cut(fleet.hub());
                const std::uint64_t known = fleet.held(victim, other);
                cut.shown = [&](const SpaceId&, DeviceIndex device, std::uint64_t seq) {
                    return device == fleet.index(other) ? known : seq;
                };
                converse(fleet, victim, cut);
                CHECK(fleet.notice(victim).missing_change_sets() == fleet.held(other, other) - known);
                fleet.sync(victim);
            }
            check_quiet(fleet.notice(victim));
        }
        fleet.sync_all();
        for (const std::string& device : devices) {
            CHECK(fleet.digest(device, "kon-tum/ngoc-hoi") == fleet.digest("so-1", "kon-tum/ngoc-hoi"));
        }
    }
}
