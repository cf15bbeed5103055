// Volumes that come in another order, one at a time, cut short, changed, or not at all.
#include "sticks.hpp"
#include "taken_apart.hpp"

#include <cotmoc/base/binary.hpp>

#include <algorithm>

namespace cotmoc::sync_test {
namespace {

constexpr int change_sets = 16;

/// A post with change sets of about 30 KiB, so that its bundle has several of the smallest volumes.
struct LongStick : StickPosts {
    explicit LongStick(std::uint64_t seed = 1) : StickPosts(seed) {
        for (int i = 0; i < change_sets; ++i) {
            ids.push_back(add_record("post-a", "log", {{"line", noise(30'000)}}));
            must(replica("post-a").begin_session());
        }
        stick = write_to("post-a", {}, {sync::bundle_volume_min, false, false});
        REQUIRE(stick.volumes.size() >= 4);
    }
    /// Hexadecimal text, which compresses to half.
    std::string noise(std::size_t size) {
        Bytes octets(size / 2);
        random.fill(octets);
        return to_hex(octets);
    }
    /// Nothing of the records, and nothing of what is held, has changed at the reader.
    Hash256 state(const std::string& name) {
        Hash256 sum = digest(name, ngoc_hoi);
        sum.octets[0] =
            static_cast<std::uint8_t>(sum.octets[0] + replica(name).frontier(space(ngoc_hoi)).size());
        return sum;
    }

    std::vector<RecordId> ids;
    Stick stick;
};

std::string details(const sync::BundleRead& read) {
    std::string text;
    for (const Error& problem : read.problems) {
        text += std::string(error_name(problem.code)) + " (" + problem.detail + ") ";
    }
    return text;
}

TEST_CASE("bundle volumes: in any order, twice, and each imported by itself") {
    LongStick fleet;
    std::vector<Bytes> shuffled = fleet.stick.volumes;
    std::ranges::reverse(shuffled);
    shuffled.push_back(shuffled.front());
    const sync::BundleRead read = must(fleet.try_read("so-1", shuffled));
    CHECK(details(read) == "");
    CHECK(read.received.change_sets == change_sets);
    CHECK(fleet.digest("so-1", ngoc_hoi) == fleet.digest("post-a", ngoc_hoi));

    for (std::size_t i = 0; i < fleet.stick.volumes.size(); ++i) {
        const sync::BundleRead one = must(fleet.try_read("post-b", {fleet.stick.volumes[i]}));
        const bool last = i + 1 == fleet.stick.volumes.size();
        CHECK(one.problems.empty() == last);
        CHECK(one.waiting == 0);
    }
    CHECK(fleet.digest("post-b", ngoc_hoi) == fleet.digest("post-a", ngoc_hoi));
}

TEST_CASE(
    "bundle volumes: a missing one is named, what does not wait for it is taken in, and later the rest") {
    LongStick fleet;
    std::vector<Bytes> some = fleet.stick.volumes;
    const Bytes missing = some[1];
    some.erase(some.begin() + 1);
    const sync::BundleRead read = must(fleet.try_read("so-1", some));
    CHECK(details(read) ==
          "bundle_incomplete (v1: missing volume 2 of " + std::to_string(fleet.stick.volumes.size()) + ") ");
    CHECK(read.received.change_sets > 0);
    CHECK(read.waiting > 0);
    // What waited was not kept: the later volumes are needed again, and said to be.
    const sync::BundleRead second = must(fleet.try_read("so-1", {missing}));
    REQUIRE(second.problems.size() == 1);
    CHECK(second.problems[0].code == ErrorCode::bundle_incomplete);
    CHECK(second.problems[0].detail.find("missing volume 3") != std::string::npos);
    some.erase(some.begin());
    CHECK(details(must(fleet.try_read("so-1", some))) == "");
    CHECK(fleet.digest("so-1", ngoc_hoi) == fleet.digest("post-a", ngoc_hoi));
    // Until all is there a province confirms nothing by this session.
    const RecordId last = fleet.ids.back();
    fleet.read_from("post-a", fleet.write_to("so-1"));
    CHECK(fleet.progress("post-a", last) == core::Progress::province);
}

TEST_CASE("bundle volumes: a first volume that is missing leaves the others unread, and is named") {
    LongStick fleet;
    std::vector<Bytes> some(fleet.stick.volumes.begin() + 1, fleet.stick.volumes.end());
    const Hash256 before = fleet.state("so-1");
    const sync::BundleRead read = must(fleet.try_read("so-1", some));
    REQUIRE(read.problems.size() == 1);
    CHECK(read.problems[0].detail.find("missing volume 1 of") != std::string::npos);
    CHECK(fleet.state("so-1") == before);
}

TEST_CASE("bundle volumes: bundles given in the wrong order are taken in all the same") {
    StickPosts fleet;
    fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    const Stick first = fleet.write_to("post-a", {"so-1"});
    fleet.carry("post-a", "hub");
    fleet.carry("hub", "post-a");
    fleet.add_record("post-a", "delegation", {{"partner", "2"}});
    const Stick second = fleet.write_to("post-a", {"hub"});
    const sync::BundleRead alone = must(fleet.try_read("so-1", second.volumes));
    REQUIRE(alone.problems.size() == 1);
    CHECK(alone.problems[0].code == ErrorCode::bundle_incomplete);
    CHECK(alone.waiting == 1);
    const sync::BundleRead both = must(fleet.try_read("so-1", {second.volumes[0], first.volumes[0]}));
    CHECK(details(both) == "");
    CHECK(both.received.change_sets == 2);
    CHECK(both.waiting == 0);
}

TEST_CASE("bundle volumes: cut at any octet, one is told from a whole one, and nothing of it is taken in") {
    LongStick fleet;
    const Bytes whole = fleet.write_to("post-a").volumes.at(0);
    const Hash256 before = fleet.state("so-1");
    for (std::size_t size = 0; size < whole.size(); size += size < 400 ? 1 : 997) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const sync::BundleRead read = must(fleet.try_read("so-1", {cut}));
        REQUIRE(read.problems.size() == 1);
        REQUIRE(read.problems[0].code == ErrorCode::bundle_damaged);
        REQUIRE(read.problems[0].detail.starts_with("v1: "));
        REQUIRE(read.trust_received + read.received.change_sets == 0);
    }
    CHECK(fleet.state("so-1") == before);
}

TEST_CASE(
    "bundle volumes: changed at any octet, one is refused by a named error, and nothing of it is taken in") {
    LongStick fleet;
    Bytes volume = fleet.write_to("post-a").volumes.at(0);
    const Hash256 before = fleet.state("so-1");
    std::map<ErrorCode, int> seen;
    std::set<std::size_t> places;
    for (std::size_t i = 0; i < 300; ++i) {
        places.insert({i, volume.size() - 1 - i, i * (volume.size() / 300)});
    }
    for (const std::size_t place : places) {
        volume[place] ^= 0x20;
        const sync::BundleRead read = must(fleet.try_read("so-1", {volume}));
        volume[place] ^= 0x20;
        REQUIRE(read.problems.size() == 1);
        REQUIRE(read.received.change_sets == 0);
        ++seen[read.problems[0].code];
    }
    CHECK(fleet.state("so-1") == before);
    CHECK(seen[ErrorCode::bundle_damaged] > 200);
    CHECK(seen[ErrorCode::unsupported_version] == 1);
    CHECK(seen[ErrorCode::bad_signature] == 64);
    fleet.read_from("so-1", with_volume(volume));
    CHECK(fleet.digest("so-1", ngoc_hoi) == fleet.digest("post-a", ngoc_hoi));
}

TEST_CASE("bundle volumes: a newer format is refused by name, whatever else it holds") {
    StickPosts fleet;
    Bytes volume = fleet.write_to("post-a").volumes.at(0);
    volume[4] = 2;
    const sync::BundleRead read = must(fleet.try_read("so-1", {volume}));
    CHECK(details(read) == "unsupported_version (v1: bundle format 2) ");
}

TEST_CASE("bundles: a receipt that the hub did not sign makes no work count as held by the hub") {
    StickPosts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    fleet.carry("post-a", "hub");
    const Bytes honest = fleet.write_to("hub", {"post-a"}).volumes.at(0);
    TakenApart parts(honest);
    const sync::Replica& neighbour = fleet.replica("post-b");
    const Bytes forged = make_volume(parts.header, neighbour.keys().device.signing, parts.items);
    const sync::BundleRead read = must(fleet.try_read("post-a", {forged}));
    CHECK(details(read) == "bad_signature (v1) ");
    CHECK(fleet.progress("post-a", id) == core::Progress::sealed);
    // In its own name the neighbour may say what it likes: it is no hub.
    parts.header.writer = neighbour.id();
    fleet.read_from("post-a",
                    with_volume(make_volume(parts.header, neighbour.keys().device.signing, parts.items)));
    CHECK(fleet.progress("post-a", id) == core::Progress::sealed);
    fleet.read_from("post-a", with_volume(honest));
    CHECK(fleet.progress("post-a", id) == core::Progress::hub);
}

TEST_CASE("bundles: the word of a hub that was revoked counts no more") {
    StickPosts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    fleet.carry("post-a", "hub");
    const Bytes receipt = fleet.write_to("hub", {"post-a"}).volumes.at(0);
    must(fleet.authority().revoke("hub-2", crypto::RightsReason::stolen));
    must(fleet.carry_trust("post-a"));
    (void)must(fleet.try_read("post-a", {receipt}));
    CHECK(fleet.progress("post-a", id) == core::Progress::sealed);
}

TEST_CASE("bundles: from another province, by a stranger, with a forked trust feed: refused by name") {
    StickPosts fleet;
    StickPosts other(7);
    CHECK(details(must(fleet.try_read("so-1", other.write_to("post-a").volumes))) == "wrong_root (v1) ");

    const crypto::DeviceKeys stranger = crypto::DeviceKeys::generate(fleet.random);
    TakenApart parts(fleet.write_to("post-a").volumes.at(0));
    parts.header.writer = stranger.public_keys().id();
    const sync::BundleRead unknown =
        must(fleet.try_read("so-1", {make_volume(parts.header, stranger.signing, parts.items)}));
    REQUIRE(unknown.problems.size() == 1);
    CHECK(unknown.problems[0].code == ErrorCode::unknown_author);

    parts.header.writer = fleet.id_of("post-a");
    auto holdings = must(sync::decode_holdings(parts.items.at(0).second));
    holdings.trust_head.octets[0] ^= 1;
    parts.items[0].second = sync::encode_holdings(holdings);
    const auto& key = fleet.replica("post-a").keys().device.signing;
    const sync::BundleRead forked =
        must(fleet.try_read("so-1", {make_volume(parts.header, key, parts.items)}));
    CHECK(details(forked) == "forked_feed (v1: trust feed) ");
}

TEST_CASE("bundles: items out of turn, unknown, too long or too many are refused before they take memory") {
    StickPosts fleet;
    fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    const TakenApart whole(fleet.write_to("post-a").volumes.at(0));
    const auto& key = fleet.replica("post-a").keys().device.signing;
    const auto code = [&](const std::vector<std::pair<sync::ItemType, Bytes>>& items) {
        const sync::BundleRead read = must(fleet.try_read("so-1", {make_volume(whole.header, key, items)}));
        REQUIRE(read.problems.size() == 1);
        CHECK(read.received.change_sets == 0);
        return read.problems[0].code;
    };
    REQUIRE(whole.items.size() >= 3);
    CHECK(code({whole.items[1], whole.items[0]}) == ErrorCode::bundle_damaged);
    CHECK(code({whole.items[0], whole.items[0]}) == ErrorCode::bundle_damaged);
    CHECK(code({whole.items[0], whole.items.back(), whole.items[1]}) == ErrorCode::bundle_damaged);
    CHECK(code({whole.items[0], {static_cast<sync::ItemType>(4), {}}}) == ErrorCode::bundle_damaged);
    CHECK(code({whole.items[0], {sync::ItemType::envelope, Bytes(1024 * 1024 + 1)}}) ==
          ErrorCode::limit_exceeded);
    CHECK(code({{sync::ItemType::holdings, Bytes{1, 2, 3}}}) == ErrorCode::bundle_damaged);

    std::vector<std::pair<sync::ItemType, Bytes>> many(sync::bundle_items_max + 1,
                                                       {sync::ItemType::envelope, {}});
    many[0] = whole.items[0];
    const Bytes crowded = make_volume(whole.header, key, many);
    const sync::BundleRead read = must(fleet.try_read("so-1", {crowded}));
    CHECK(read.problems.at(0).code == ErrorCode::limit_exceeded);
}

/// Says that it is endless.
class EndlessVolume final : public sync::VolumeSource {
public:
    explicit EndlessVolume(Bytes head) : head_(std::move(head)) {}
    const std::string& name() const override { return name_; }
    Result<std::uint64_t> size() override { return sync::bundle_volume_max + 1; }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        ++reads;
        for (std::size_t i = 0; i < into.size(); ++i) {
            into[i] = offset + i < head_.size() ? head_[static_cast<std::size_t>(offset) + i] : 0;
        }
        return into.size();
    }
    int reads = 0;

private:
    Bytes head_;
    std::string name_ = "endless";
};

TEST_CASE("bundle volumes: one that says to be larger than 256 MiB is not read") {
    StickPosts fleet;
    Bytes head = fleet.write_to("post-a").volumes.at(0);
    head.resize(sync::volume_header_size);
    BinaryWriter size;
    size.u64(sync::bundle_volume_max + 1);
    std::copy(size.bytes().begin(), size.bytes().end(), head.end() - 8);
    EndlessVolume volume(head);
    const auto refused = sync::inspect_volume(volume);
    CHECK(code_of(refused) == ErrorCode::limit_exceeded);
    CHECK(volume.reads == 1);
}

TEST_CASE("bundles: holdings have one encoding") {
    sync::BundleHoldings holdings;
    holdings.trust_position = 300;
    holdings.trust_head.octets.fill(0x40);
    SpaceId space;
    space.octets.fill(0x10);
    holdings.spaces[space] = {{static_cast<DeviceIndex>(1), 5, holdings.trust_head},
                              {static_cast<DeviceIndex>(4), 300, holdings.trust_head}};
    space.octets.fill(0x20);
    holdings.spaces[space] = {};
    const Bytes bytes = sync::encode_holdings(holdings);
    std::string expected = "ac02" + std::string(64, '4');
    for (std::size_t i = 5; i < expected.size(); i += 2) {
        expected[i] = '0';
    }
    const std::string head = expected.substr(4);
    expected += "02" + std::string("10101010101010101010101010101010") + "02" + "0105" + head + "02ac02" +
                head + "20202020202020202020202020202020" + "00";
    CHECK(to_hex(bytes) == expected);
    CHECK(must(sync::decode_holdings(bytes)) == holdings);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK(code_of(sync::decode_holdings(BytesView(bytes).first(size))) == ErrorCode::bad_encoding);
    }
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(code_of(sync::decode_holdings(longer)) == ErrorCode::bad_encoding);
}

}  // namespace
}  // namespace cotmoc::sync_test
