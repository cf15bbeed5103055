// What writers of bundles say that is not so, or not so any more.
#include "sticks.hpp"
#include "taken_apart.hpp"

#include <algorithm>

namespace cotmoc::sync_test {
namespace {

std::string details(const sync::BundleRead& read) {
    std::string text;
    for (const Error& problem : read.problems) {
        text += std::string(error_name(problem.code)) + " (" + problem.detail + ") ";
    }
    return text;
}

/// Five change sets of post-a that the hub holds, and what may be said of them.
struct Claims : StickPosts {
    Claims() {
        for (int i = 0; i < 5; ++i) {
            add_record("post-a", "delegation", {{"partner", std::to_string(i)}});
            must(replica("post-a").begin_session());
        }
        carry("post-a", "hub");
        position = far_hub->trust().position();
    }
    DeviceIndex author() { return device("post-a").index; }
    /// "I hold so much of post-a's feed."
    sync::BundleHoldings claim(std::uint64_t seq, std::uint64_t trust_position) {
        sync::BundleHoldings holdings;
        holdings.trust_position = trust_position;
        const SpaceId id = space(ngoc_hoi);
        holdings.spaces[id] = {{author(), seq, *must(far_hub->hash_at(id, author(), seq))}};
        return holdings;
    }
    std::uint64_t seq_of(const sync::KnownHoldings& known) { return known.seq(space(ngoc_hoi), author()); }
    std::uint64_t position = 0;
};

TEST_CASE(
    "bundles: said of an earlier place of the trust feed, less takes the place of more, and more does not") {
    Claims fleet;
    const auto& post = *fleet.far_hub->trust().find(fleet.id_of("post-b"));
    const auto known = [&] { return fleet.seq_of(must(fleet.peers->known(post))); };
    must(fleet.peers->said(post.id, fleet.claim(5, fleet.position)));
    CHECK(known() == 5);
    must(fleet.peers->said(post.id, fleet.claim(3, fleet.position - 1)));
    CHECK(known() == 3);
    must(fleet.peers->said(post.id, fleet.claim(5, fleet.position - 2)));
    CHECK(known() == 3);
    sync::BundleHoldings nothing = fleet.claim(1, fleet.position - 2);
    nothing.spaces.begin()->second.clear();
    must(fleet.peers->said(post.id, nothing));
    CHECK(known() == 0);
    must(fleet.peers->said(post.id, fleet.claim(4, fleet.position)));
    CHECK(known() == 4);
}

TEST_CASE("bundles: a hub that says to hold less than was remembered of it gets the rest again") {
    Claims fleet;
    fleet.carry("hub", "post-a");
    sync::ReplicaPeers peers(fleet.replica("post-a"));
    const auto& hub = *fleet.replica("post-a").trust().find(fleet.id_of("hub"));
    REQUIRE(fleet.seq_of(must(peers.known(hub))) == 5);
    must(peers.said(hub.id, fleet.claim(2, fleet.position)));
    CHECK(fleet.seq_of(must(peers.known(hub))) == 2);
    Stick stick;
    CHECK(must(fleet.try_write("post-a", stick, {"hub"}, {})).content.change_sets == 3);
}

TEST_CASE("bundles: a trust position above every honest one is no holdings") {
    sync::BundleHoldings holdings;
    holdings.trust_position = std::uint64_t{1} << 48;
    CHECK(sync::decode_holdings(sync::encode_holdings(holdings)));
    ++holdings.trust_position;
    CHECK(code_of(sync::decode_holdings(sync::encode_holdings(holdings))) == ErrorCode::bad_encoding);
}

TEST_CASE("bundles: what a copy made counts as unsent when the hub holds another feed of the device") {
    StickPosts fleet;
    fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    must(fleet.replica("post-a").begin_session());
    fleet.copy("post-a", "backup");
    for (const char* partner : {"2", "3"}) {
        fleet.add_record("post-a", "delegation", {{"partner", partner}});
        must(fleet.replica("post-a").begin_session());
    }
    fleet.carry("post-a", "hub");
    const RecordId id = fleet.add_record("backup", "delegation", {{"partner", "other"}});
    must(fleet.replica("backup").begin_session());
    fleet.read_from("backup", fleet.write_to("hub", {"post-a"}));
    CHECK(fleet.progress("backup", id) == core::Progress::sealed);
}

TEST_CASE("bundles: of two volumes of one number the one counts that the writer signed") {
    StickPosts fleet;
    fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    const Bytes honest = fleet.write_to("post-a").volumes.at(0);
    TakenApart parts(honest);
    const auto& other = fleet.replica("post-b").keys().device.signing;
    const Bytes forged = make_volume(parts.header, other, parts.items);
    const sync::BundleRead read = must(fleet.try_read("so-1", {forged, honest}));
    CHECK(details(read) == "bad_signature (v1) ");
    CHECK(read.received.change_sets == 1);

    // One that cannot even be read is left out by itself, too.
    parts.items.insert(parts.items.begin() + 1, {sync::ItemType::trust, Bytes{1, 2, 3}});
    const Bytes broken = make_volume(parts.header, other, parts.items);
    const sync::BundleRead second = must(fleet.try_read("post-b", {broken, honest}));
    REQUIRE(second.problems.size() == 1);
    CHECK(second.problems[0].code == ErrorCode::bad_trust_entry);
    CHECK(second.problems[0].detail.starts_with("v1"));
    CHECK(second.received.change_sets == 1);
}

TEST_CASE("bundles: holdings of a trust feed that has gone on further count when its head was checked") {
    StickPosts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    fleet.carry("post-a", "hub");
    TakenApart parts(fleet.write_to("hub", {"post-a"}).volumes.at(0));
    auto holdings = must(sync::decode_holdings(parts.items.at(0).second));
    holdings.trust_position += 1;
    holdings.trust_head.octets[0] ^= 1;
    parts.items[0].second = sync::encode_holdings(holdings);
    const sync::BundleRead read =
        must(fleet.try_read("post-a", {make_volume(parts.header, fleet.hub_keys.signing, parts.items)}));
    REQUIRE(read.problems.size() == 1);
    CHECK(read.problems[0].code == ErrorCode::bundle_incomplete);
    CHECK(fleet.progress("post-a", id) == core::Progress::sealed);
}

/// A medium that gives other octets when its items are read for the second time.
class TurningVolume final : public sync::VolumeSource {
public:
    TurningVolume(Bytes first, Bytes later) : first_(std::move(first)), later_(std::move(later)) {}
    const std::string& name() const override { return name_; }
    Result<std::uint64_t> size() override { return first_.size(); }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        if (offset == sync::volume_header_size) {
            ++reads_;
        }
        const Bytes& from = reads_ > 1 ? later_ : first_;
        const std::size_t size = std::min(into.size(), from.size() - static_cast<std::size_t>(offset));
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(offset), size, into.begin());
        return size;
    }

private:
    Bytes first_;
    Bytes later_;
    std::string name_ = "turning";
    int reads_ = 0;
};

TEST_CASE("bundles: holdings that were changed after the volume was checked are not believed") {
    StickPosts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    fleet.read_from("hub", fleet.write_to("post-a", {"hub"}));
    const Bytes says_so = fleet.write_to("hub", {"post-a"}).volumes.at(0);
    TakenApart parts(says_so);
    auto holdings = must(sync::decode_holdings(parts.items.at(0).second));
    holdings.spaces.at(fleet.space(ngoc_hoi)).at(0).hash.octets[0] ^= 1;
    parts.items[0].second = sync::encode_holdings(holdings);
    const Bytes signed_one = make_volume(parts.header, fleet.hub_keys.signing, parts.items);
    REQUIRE(signed_one.size() == says_so.size());
    TurningVolume volume(signed_one, says_so);
    std::vector<sync::VolumeSource*> sources{&volume};
    sync::Replica& replica = fleet.replica("post-a");
    sync::ReplicaPeers peers(replica);
    const auto read = must(sync::import_bundles({replica, replica.keys().device, peers}, sources));
    REQUIRE(read.problems.size() == 1);
    CHECK(read.problems[0].code == ErrorCode::bundle_damaged);
    CHECK(fleet.progress("post-a", id) == core::Progress::sealed);
}

/// A hub's store with more feeds than one volume's first item can name.
class Crowded final : public sync::FeedStore {
public:
    explicit Crowded(sync::Hub& hub) : hub_(hub) {}
    const crypto::TrustState& trust() const override { return hub_.trust(); }
    Result<Bytes> trust_entry(std::uint64_t position) override { return hub_.trust_entry(position); }
    Result<void> add_trust_entry(BytesView entry) override { return hub_.add_trust_entry(entry); }
    sync::Frontier frontier(const SpaceId&) override {
        sync::Frontier feeds;
        for (std::uint32_t i = 0; i < 160'000; ++i) {
            feeds.push_back({static_cast<DeviceIndex>(i), 1, Hash256{}});
        }
        return feeds;
    }
    Result<std::optional<sync::StoredEnvelope>> next_envelope(const SpaceId&, std::int64_t) override {
        return std::optional<sync::StoredEnvelope>();
    }
    Result<std::int64_t> position_before(const SpaceId&, DeviceIndex, std::uint64_t) override { return 0; }
    Result<std::optional<Hash256>> hash_at(const SpaceId&, DeviceIndex, std::uint64_t) override {
        return std::optional<Hash256>();
    }
    Result<sync::AcceptResult> accept(BytesView envelope) override { return hub_.accept(envelope); }
    Result<void> commit() override { return hub_.commit(); }

private:
    sync::Hub& hub_;
};

TEST_CASE("bundles: nothing is written that no reader would take") {
    StickPosts fleet;
    Crowded crowded(*fleet.far_hub);
    MemoryPeers peers(crowded);
    Stick stick;
    const auto written =
        sync::export_bundle({crowded, fleet.hub_keys, fleet.random, peers, {fleet.id_of("post-a")}}, stick);
    CHECK(code_of(written) == ErrorCode::out_of_bounds);
    CHECK(stick.volumes.empty());
}

TEST_CASE("bundle volumes: of many only the one in use takes memory") {
    StickPosts fleet;
    const Bytes octets = fleet.write_to("post-a").volumes.at(0);
    std::vector<MemoryVolume> sources(200, MemoryVolume(octets, "v"));
    std::vector<sync::VolumeReader> readers;
    std::size_t held = 0;
    for (MemoryVolume& source : sources) {
        readers.push_back(must(sync::VolumeReader::open(source)));
        REQUIRE(must(readers.back().next()));
        CHECK(readers.back().memory() >= 4'000);
        readers.back().rewind();
    }
    for (const sync::VolumeReader& reader : readers) {
        held += reader.memory();
    }
    CHECK(held == 0);
}

}  // namespace
}  // namespace cotmoc::sync_test
