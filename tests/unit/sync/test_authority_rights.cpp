// What the authority's words do to rights, change set by change set (S13, S14).
#include "posts.hpp"

#include "authority/feed_terms.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using namespace cotmoc::test_support;
using crypto::RightsReason;

namespace {

constexpr auto nothing = std::optional<Role>();
constexpr auto post = std::optional(Role::border_post);

}  // namespace

TEST_CASE("what a revoked device wrote before the cut counts, nothing after it, whoever looks") {
    Posts fleet;
    fleet.write("post-a", 2);
    const auto done = must(fleet.authority().revoke("post-a", RightsReason::lost));
    CHECK(done.name == "post-a");
    REQUIRE(done.cuts.size() == 1);
    CHECK(done.cuts[0].space == ngoc_hoi);
    CHECK(done.cuts[0].cut_seq == 2);
    CHECK(done.cuts[0].void_change_sets == 0);
    CHECK(done.rotated == std::vector<std::string>{"directory", "kon-tum", ngoc_hoi});
    for (const char* observer : {"so-1", "post-a", "post-b", "post-c"}) {
        REQUIRE(fleet.carry_trust(observer));
        const crypto::TrustState& trust = fleet.replica(observer).trust();
        const auto& device = fleet.seen_by(observer, "post-a");
        const SpaceId space = fleet.space(ngoc_hoi);
        CHECK(device.revoked);
        CHECK(device.reason == RightsReason::lost);
        CHECK(trust.readable(device).empty());
        CHECK(trust.right_at(device, space, 1) == post);
        CHECK(trust.right_at(device, space, 2) == post);
        CHECK(trust.right_at(device, space, 3) == nothing);
        REQUIRE(trust.named_hash(device, space, 2) != nullptr);
        CHECK(*trust.named_hash(device, space, 2) == done.cuts[0].cut_hash);
        CHECK(trust.right_at(device, fleet.space("kon-tum"), 1) == nothing);
    }
    CHECK(code_of(fleet.authority().change("post-a", Role::district_officer, {})) == ErrorCode::revoked);
    CHECK(code_of(fleet.authority().renew("post-a", 30)) == ErrorCode::revoked);
}

TEST_CASE("an earlier cut says what it voids; a later word moves it, and only where it says so") {
    Posts fleet;
    fleet.write("post-a", 3);
    const auto held = must(
        fleet.replica("authority").store().envelope(fleet.space(ngoc_hoi), fleet.device("post-a").index, 3));
    auto done = must(fleet.authority().revoke("post-a", RightsReason::stolen, {{ngoc_hoi, 2}}));
    REQUIRE(done.cuts.size() == 1);
    CHECK(done.cuts[0].cut_seq == 2);
    CHECK(done.cuts[0].void_change_sets == 1);
    CHECK(done.cuts[0].void_ops == held->ops);
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == nothing);

    // The same again, for another reason: no cut moves, nothing is rotated that it cannot read anyway.
    done = must(fleet.authority().revoke("post-a", RightsReason::compromised));
    CHECK(done.cuts.empty());
    CHECK(done.rotated.empty());
    CHECK(fleet.device("post-a").reason == RightsReason::compromised);
    CHECK(fleet.right("post-a", ngoc_hoi, 2) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == nothing);

    must(fleet.authority().revoke("post-a", RightsReason::stolen, {{ngoc_hoi, 0}}));
    CHECK(fleet.right("post-a", ngoc_hoi, 1) == nothing);
    must(fleet.authority().revoke("post-a", RightsReason::stolen, {{ngoc_hoi, 3}}));
    CHECK(fleet.right("post-a", ngoc_hoi, 1) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 4) == nothing);
    must(fleet.authority().readmit("post-a", {{}, {{ngoc_hoi, 1}}}));
    CHECK(fleet.device("post-a").revoked);
    CHECK(fleet.right("post-a", ngoc_hoi, 2) == nothing);

    const std::uint64_t position = fleet.replica("authority").trust().position();
    const auto revoke = [&](const char* name, const sync::Cuts& cuts) {
        return code_of(fleet.authority().revoke(name, RightsReason::lost, cuts));
    };
    CHECK(revoke("post-a", {{ngoc_hoi, 4}}) == ErrorCode::out_of_bounds);
    CHECK(revoke("post-b", {{dak_glei, 0}}) == ErrorCode::unknown_space);
    CHECK(revoke("post-b", {{"nowhere", 0}}) == ErrorCode::unknown_space);
    CHECK(revoke("nobody", {}) == ErrorCode::unknown_device);
    CHECK(revoke("authority", {}) == ErrorCode::not_allowed);
    CHECK(fleet.replica("authority").trust().position() == position);
}

TEST_CASE("a re-admitted device has everything back and gets the new keys") {
    Posts fleet;
    fleet.write("post-a", 3);
    CHECK(code_of(fleet.authority().readmit("post-a")) == ErrorCode::not_revoked);
    must(fleet.authority().revoke("post-a", RightsReason::lost, {{ngoc_hoi, 1}}));
    REQUIRE(fleet.carry_trust("post-a"));
    CHECK_FALSE(fleet.has_newest_key("post-a", ngoc_hoi));
    must(fleet.authority().readmit("post-a"));
    const auto& device = fleet.device("post-a");
    CHECK_FALSE(device.revoked);
    CHECK(device.reason == RightsReason::readmitted);
    CHECK(fleet.replica("authority").trust().may_write(device, fleet.space(ngoc_hoi)));
    for (const std::uint64_t seq : {1, 2, 3, 4, 100}) {
        CHECK(fleet.right("post-a", ngoc_hoi, seq) == post);
    }
    CHECK(fleet.right("post-a", "kon-tum", 1) == nothing);
    REQUIRE(fleet.carry_trust("post-a"));
    for (const char* space : {"", "kon-tum", ngoc_hoi}) {
        CHECK(fleet.has_newest_key("post-a", space));
    }
    CHECK_FALSE(fleet.has_newest_key("post-a", dak_glei));
}

TEST_CASE("single change sets come back, by place or by hash, and the device stays revoked") {
    Posts fleet;
    fleet.write("post-a", 5);
    must(fleet.authority().revoke("post-a", RightsReason::stolen, {{ngoc_hoi, 1}}));
    must(fleet.authority().readmit("post-a", {{"kon-tum/ngoc-hoi:3"}, {}}));
    const auto rights = [&] {
        std::string line;
        for (std::uint64_t seq = 1; seq <= 6; ++seq) {
            line += fleet.right("post-a", ngoc_hoi, seq) == post ? 'x' : '-';
        }
        return line;
    };
    CHECK(rights() == "x-x---");
    CHECK(fleet.device("post-a").revoked);
    CHECK(fleet.device("post-a").reason == RightsReason::stolen);
    const auto hash = must(fleet.replica("authority")
                               .store()
                               .envelope_hash(fleet.space(ngoc_hoi), fleet.device("post-a").index, 4));
    must(fleet.authority().readmit("post-a", {{hash->hex().substr(0, 8)}, {}}));
    CHECK(rights() == "x-xx--");
    for (const char* unknown :
         {"00000000", "kon-tum/ngoc-hoi:6", "kon-tum/ngoc-hoi:x", "kon-tum/ngoc-hoi:0"}) {
        CHECK(code_of(fleet.authority().readmit("post-a", {{unknown}, {}})) == ErrorCode::unknown_change);
    }
    must(fleet.authority().readmit("post-a"));
    CHECK(rights() == "xxxxxx");
}

TEST_CASE("another role and other spaces: the old rights end at what is held, the new ones begin there") {
    Posts fleet;
    fleet.write("post-a", 2);
    must(fleet.authority().change("post-a", Role::district_officer, {}));
    CHECK(fleet.right("post-a", ngoc_hoi, 2) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == Role::district_officer);
    must(fleet.authority().change("post-a", Role::border_post, {}));
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == post);

    // Written offline, before the space was taken away: it comes after the cut.
    fleet.add_record("post-a", "delegation", {{"partner", "muộn"}});
    must(fleet.replica("post-a").begin_session());
    const auto done = must(fleet.authority().change("post-a", {}, std::vector<std::string>{dak_glei}));
    REQUIRE(done.cuts.size() == 1);
    CHECK(done.cuts[0].space == ngoc_hoi);
    CHECK(done.rotated == std::vector<std::string>{ngoc_hoi});
    CHECK(fleet.right("post-a", ngoc_hoi, 2) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == nothing);
    CHECK(fleet.right("post-a", dak_glei, 1) == post);
    for (const char* name : {"post-a", "post-b"}) {
        REQUIRE(fleet.carry_trust(name));
    }
    CHECK(fleet.has_newest_key("post-a", dak_glei));
    CHECK_FALSE(fleet.has_newest_key("post-a", ngoc_hoi));
    CHECK(fleet.has_newest_key("post-b", ngoc_hoi));
    const crypto::TrustState& trust = fleet.replica("authority").trust();
    CHECK(trust.withdrawn(fleet.device("post-a")) == std::vector<SpaceId>{fleet.space(ngoc_hoi)});

    // What it had written there is re-admitted; the space stays away.
    auto& authority = fleet.replica("authority");
    for (std::int64_t position = 0;;) {
        const auto row = must(fleet.replica("post-a").next_envelope(fleet.space(ngoc_hoi), position));
        REQUIRE(row);
        position = row->position;
        if (row->seq == 3 && row->author == fleet.device("post-a").index) {
            CHECK(must(authority.accept(row->bytes)).acceptance == sync::Acceptance::stored);
            must(authority.commit());
            break;
        }
    }
    must(fleet.authority().readmit("post-a", {{"kon-tum/ngoc-hoi:3"}, {}}));
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 4) == nothing);
    CHECK_FALSE(trust.may_write(fleet.device("post-a"), fleet.space(ngoc_hoi)));
    CHECK(code_of(fleet.authority().readmit("post-a", {{}, {{dak_glei, 0}}})) == ErrorCode::not_revoked);
    // A revocation now leaves the withdrawn space as it was ended.
    must(fleet.authority().revoke("post-a", RightsReason::left));
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 4) == nothing);
    CHECK(fleet.right("post-a", dak_glei, 1) == nothing);

    CHECK(code_of(fleet.authority().change("hub-1", Role::border_post, {})) == ErrorCode::not_allowed);
    CHECK(code_of(fleet.authority().change("post-b", Role::hub, {})) == ErrorCode::not_allowed);
    CHECK(code_of(fleet.authority().change("post-b", {}, std::vector<std::string>{})) ==
          ErrorCode::space_needed);
}

TEST_CASE("other writers of a space: who loses the right is cut, who gains it begins from now") {
    Posts fleet;
    fleet.write("post-a", 2);
    auto losers = must(fleet.authority().set_writers(ngoc_hoi, std::vector{Role::province_officer}));
    CHECK(losers == std::vector<std::string>{"post-a", "post-b"});
    CHECK(fleet.right("post-a", ngoc_hoi, 2) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == nothing);
    CHECK(fleet.right("post-b", ngoc_hoi, 1) == nothing);
    CHECK(fleet.right("so-1", ngoc_hoi, 1) == Role::province_officer);
    // A device revoked and re-admitted meanwhile keeps what counted.
    must(fleet.authority().revoke("post-a", RightsReason::lost));
    must(fleet.authority().readmit("post-a"));
    CHECK(fleet.right("post-a", ngoc_hoi, 2) == post);
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == nothing);
    losers = must(fleet.authority().set_writers(ngoc_hoi, {}));
    CHECK(losers.empty());
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == post);
    CHECK(fleet.right("post-b", ngoc_hoi, 1) == post);
    const std::uint64_t position = fleet.replica("authority").trust().position();
    CHECK(must(fleet.authority().set_writers(ngoc_hoi, {})).empty());
    CHECK(fleet.replica("authority").trust().position() == position);
}

TEST_CASE("devices are named by name or by the beginning of their id; a revoked hub is called no more") {
    Posts fleet;
    const DeviceId id = fleet.device("post-a").id;
    CHECK(must(fleet.authority().find_device("post-a"))->id == id);
    CHECK(must(fleet.authority().find_device(id.hex()))->id == id);
    CHECK(must(fleet.authority().find_device(id.hex().substr(0, 8)))->id == id);
    CHECK(code_of(fleet.authority().find_device(id.hex().substr(0, 7))) == ErrorCode::unknown_device);
    CHECK(code_of(fleet.authority().find_device("")) == ErrorCode::unknown_device);
    CHECK(fleet.replica("authority").hub_key());
    const auto done = must(fleet.authority().revoke("hub-1", RightsReason::stolen));
    CHECK(done.cuts.empty());
    CHECK(done.rotated.empty());
    CHECK_FALSE(fleet.replica("authority").hub_key());
}

TEST_CASE("a device was last seen when it stamped its newest change set") {
    Posts fleet;
    const auto last_seen = [&] {
        return must(fleet.replica("authority").last_seen(fleet.device("post-a").index));
    };
    CHECK_FALSE(last_seen());
    fleet.advance(5000);
    fleet.write("post-a", 1);
    const auto first = last_seen();
    REQUIRE(first);
    CHECK(*first == static_cast<std::uint64_t>(fleet["post-a"].clock.wall_ms()));
    fleet.advance(7000);
    fleet.write("post-b", 1);
    CHECK(last_seen() == first);
}

TEST_CASE("terms say for each change set what was done to it last") {
    SeededRandom random(9);
    const auto place = [](std::uint64_t seq) {
        Hash256 hash;
        hash.octets[0] = static_cast<std::uint8_t>(seq);
        return sync::FeedPosition{DeviceIndex{}, seq, seq == 0 ? Hash256() : hash};
    };
    const auto some_right = [&] {
        const std::uint64_t n = random.next() % 3;
        return n == 0 ? nothing : n == 1 ? post : std::optional(Role::district_officer);
    };
    for (int round = 0; round < 2000; ++round) {
        constexpr std::uint64_t last = 9;
        sync::FeedTerms terms({}, some_right());
        std::array<std::optional<Role>, last + 1> model;
        model.fill(terms.after());
        for (int step = 0; step < 6; ++step) {
            const std::uint64_t seq = random.next() % last;
            const auto right = some_right();
            if (random.next() % 2 == 0) {
                terms.end_at(place(seq), right);
                std::fill(model.begin() + static_cast<std::ptrdiff_t>(seq) + 1, model.end(), right);
            } else if (seq > 0) {
                terms.set(place(seq - 1), place(seq), right);
                model[seq] = right;
            }
            std::uint64_t before = 0;
            for (const auto& term : terms.terms()) {
                CHECK(term.through_seq > before);
                CHECK(term.through_hash == place(term.through_seq).hash);
                before = term.through_seq;
            }
            for (std::uint64_t each = 1; each <= last; ++each) {
                CHECK(terms.at(each) == model[each]);
            }
        }
    }
}
