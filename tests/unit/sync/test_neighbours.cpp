// What stands in an announcement, and who can tell whose it is.
#include "posts.hpp"

#include <cotmoc/sync/neighbours.hpp>

#include <set>

using namespace cotmoc;
using namespace cotmoc::sync_test;

namespace {

sync::Announcement announced_by(Fleet& fleet, const std::string& name) {
    const sync::Replica& replica = fleet.replica(name);
    const auto made = sync::announce(replica.trust(), replica.key_ring(), replica.id(), fleet.random);
    REQUIRE(made.has_value());
    return *made;
}

std::optional<DeviceId> recognised(Fleet& fleet, const std::string& by,
                                   const sync::Announcement& announcement) {
    const sync::Replica& replica = fleet.replica(by);
    return sync::recognise(replica.trust(), replica.key_ring(), replica.id(), announcement);
}

}  // namespace

TEST_CASE("devices of the province recognise each other, and nobody else does") {
    Posts fleet;
    fleet.sync_all();
    Posts stranger(99);
    stranger.sync_all();
    const sync::Announcement announcement = announced_by(fleet, "post-a");
    for (const char* name : {"post-b", "post-c", "so-1", "authority"}) {
        CHECK(recognised(fleet, name, announcement) == fleet.replica("post-a").id());
    }
    CHECK_FALSE(recognised(fleet, "post-a", announcement));  // it does not call itself
    CHECK_FALSE(recognised(stranger, "post-b", announcement));
    crypto::LanTag other = announcement.tags.front();
    other.octets[15] ^= 1;
    CHECK_FALSE(recognised(fleet, "post-b", {announcement.nonce, {other}}));
    crypto::LanNonce nonce = announcement.nonce;
    nonce.octets[0] ^= 1;
    CHECK_FALSE(recognised(fleet, "post-b", {nonce, announcement.tags}));
}

TEST_CASE(
    "two announcements of one device have nothing in common, and nothing of the device stands in them") {
    Posts fleet;
    fleet.sync_all();
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        const sync::Announcement announcement = announced_by(fleet, "post-a");
        CHECK(seen.insert(announcement.nonce.hex()).second);
        for (const crypto::LanTag& tag : announcement.tags) {
            CHECK(seen.insert(tag.hex()).second);
        }
        std::string all;
        for (const std::string& text : sync::encode_announcement(announcement)) {
            CHECK(text.size() <= sync::lan_text_max);
            all += text + ";";
        }
        const std::string id = fleet.replica("post-a").id().hex();
        CHECK(all.find(id.substr(0, 12)) == std::string::npos);
        CHECK(all.find("post") == std::string::npos);
        CHECK(all.find("kon") == std::string::npos);
    }
}

TEST_CASE("who lacks the newest key still recognises, and whoever was revoked is nobody") {
    Posts fleet;
    fleet.sync_all();
    must(fleet.authority().rotate("kon-tum"));
    fleet.sync("authority");
    fleet.sync("post-a");
    const sync::Announcement newer = announced_by(fleet, "post-a");
    CHECK(newer.tags.size() == 2);
    CHECK(recognised(fleet, "post-b", newer) == fleet.replica("post-a").id());
    const sync::Announcement older = announced_by(fleet, "post-b");
    CHECK(recognised(fleet, "post-a", older) == fleet.replica("post-b").id());

    must(fleet.authority().revoke("post-a", crypto::RightsReason::lost));
    fleet.sync("authority");
    fleet.sync("post-b");
    CHECK_FALSE(recognised(fleet, "post-b", newer));
}

TEST_CASE("texts of strangers are taken only in the one form") {
    Posts fleet;
    const sync::Announcement announcement = announced_by(fleet, "post-a");
    std::vector<std::string> texts = sync::encode_announcement(announcement);
    CHECK(sync::decode_announcement(texts) == announcement);
    texts.push_back("later=something");  // a newer program's
    CHECK(sync::decode_announcement(texts) == announcement);

    const std::string nonce = "n=0011223344556677";
    const std::string tag(32, 'a');
    CHECK(sync::decode_announcement({"v=1", nonce, "t=" + tag}));
    CHECK(sync::decode_announcement({"t=" + tag + "," + tag, nonce, "v=1"}));
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"v=1"},
        {"v=2", nonce, "t=" + tag},
        {"v=1", nonce},
        {"v=1", "t=" + tag},
        {"v=1", "n=", "t=" + tag},
        {"v=1", "n=00112233445566", "t=" + tag},
        {"v=1", "n=00112233445566GG", "t=" + tag},
        {"v=1", "n=001122334455667A", "t=" + tag},
        {"v=1", nonce, "t="},
        {"v=1", nonce, "t=" + tag + ","},
        {"v=1", nonce, "t=" + tag + "," + tag + "," + tag},
        {"v=1", nonce, "t=" + std::string(32, 'A')},
        {"v=1", nonce, "t=" + tag, "x=" + std::string(sync::lan_text_max, 'x')},
    };
    for (const auto& each : wrong) {
        CHECK_FALSE(sync::decode_announcement(each));
    }
}
