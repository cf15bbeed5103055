// Bundles: what their reading takes of memory, and what a stick shows to who finds it.
#include "allocation.hpp"
#include "support/fleet.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/bundle.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

/// On a disk, so that memory is what the bundle takes and not the stick.
class DiskStick final : public sync::VolumeSink {
public:
    explicit DiskStick(const TemporaryDirectory& directory) : directory_(directory) {}
    Result<void> begin(std::uint32_t number, std::uint32_t) override {
        names.push_back(directory_.file("volume." + std::to_string(number)));
        file_.open(names.back(), std::ios::binary);
        return {};
    }
    Result<void> write(BytesView bytes) override {
        file_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return {};
    }
    Result<void> end() override {
        file_.close();
        return file_ ? Result<void>() : fail(ErrorCode::io_error);
    }
    std::vector<std::string> names;

private:
    const TemporaryDirectory& directory_;
    std::ofstream file_;
};

class DiskVolume final : public sync::VolumeSource {
public:
    explicit DiskVolume(std::string name) : name_(std::move(name)) {}
    const std::string& name() const override { return name_; }
    Result<std::uint64_t> size() override { return std::filesystem::file_size(name_); }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        std::ifstream in(name_, std::ios::binary);
        in.seekg(static_cast<std::streamoff>(offset));
        in.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
        return static_cast<std::size_t>(in.gcount());
    }

private:
    std::string name_;
};

struct Peaks {
    std::size_t writing = 0;
    std::size_t reading = 0;
    std::uint64_t size = 0;
};

/// So many change sets of about 40 KiB from a post to the province.
Peaks carry(int change_sets) {
    Fleet fleet(5);
    fleet.add("so-1", Role::province_officer, {"*"});
    fleet.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
    for (int i = 0; i < change_sets; ++i) {
        Bytes octets(20'000);
        fleet.random.fill(octets);
        fleet.add_record("post-a", "log", {{"line", to_hex(octets)}});
        must(fleet.replica("post-a").begin_session());
    }
    sync::Replica& post = fleet.replica("post-a");
    sync::ReplicaPeers post_peers(post);
    DiskStick stick(fleet.directory);
    Peaks peaks;
    {
        const PeakMemory memory;
        const auto written = must(sync::export_bundle(
            {post, post.keys().device, fleet.random, post_peers, {}, false, sync::bundle_volume_min}, stick));
        peaks.writing = memory.peak();
        peaks.size = written.bytes;
    }
    std::vector<DiskVolume> volumes(stick.names.begin(), stick.names.end());
    std::vector<sync::VolumeSource*> sources;
    for (DiskVolume& volume : volumes) {
        sources.push_back(&volume);
    }
    sync::Replica& office = fleet.replica("so-1");
    sync::ReplicaPeers office_peers(office);
    const PeakMemory memory;
    const auto read = must(sync::import_bundles({office, office.keys().device, office_peers}, sources));
    peaks.reading = memory.peak();
    CHECK(read.problems.empty());
    CHECK(read.received.change_sets == static_cast<std::uint64_t>(change_sets));
    return peaks;
}

TEST_CASE("T16: writing and reading a bundle take the same memory, however long it is") {
    const Peaks small = carry(40);
    const Peaks large = carry(240);
    CHECK(large.size > 4'500'000);
    CHECK(large.size > 5 * small.size);
    CHECK(large.writing < small.writing + 512 * 1024);
    CHECK(large.reading < small.reading + 1024 * 1024);
    MESSAGE("a bundle of " << large.size << " octets: " << large.writing << " octets to write, "
                           << large.reading << " to read");
}

TEST_CASE("T13: a stick shows no name, no text and no record id, and its clear part is as listed") {
    Fleet fleet(6);
    fleet.add("so-1", Role::province_officer, {"*"});
    fleet.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
    const RecordId id =
        fleet.add_record("post-a", "delegation", {{"partner", "Attapeu"}, {"head", "Khamla"}});
    sync::Replica& post = fleet.replica("post-a");
    sync::ReplicaPeers peers(post);
    DiskStick stick(fleet.directory);
    const auto written = must(sync::export_bundle(
        {post, post.keys().device, fleet.random, peers, {fleet.replica("so-1").id()}}, stick));
    const std::string octets = octets_of(stick.names.at(0));
    REQUIRE(octets.size() == written.bytes);
    for (const std::string_view word :
         {"Attapeu", "Khamla", "delegation", "partner", "post-a", "so-1", "kon-tum"}) {
        CHECK(octets.find(word) == std::string::npos);
    }
    CHECK(octets.find(std::string(as_text(id.view()))) == std::string::npos);

    // docs/spec/bundle.md: header 133, holdings, trust entries, envelopes, check 32, signature 64. No more.
    const sync::BundleHoldings holdings{post.trust().position(), post.trust().head(), {}};
    std::uint64_t expected = 133 + 96;
    const auto item = [](std::uint64_t size) {
        return 1 + (size < 128 ? 1u : size < 16'384 ? 2u : 3u) + size;
    };
    sync::BundleHoldings said = holdings;
    for (const sync::SpaceInfo& space : post.spaces()) {
        said.spaces[space.id] = post.frontier(space.id);
    }
    expected += item(sync::encode_holdings(said).size());
    for (std::uint64_t position = 1; position <= post.trust().position(); ++position) {
        expected += item(must(post.trust_entry(position)).size());
    }
    const SpaceId space = must(post.find_space("kon-tum/ngoc-hoi")).id;
    const auto envelope = must(post.next_envelope(space, 0));
    expected += item(envelope->bytes.size());
    CHECK(written.content.change_sets == 1);
    CHECK(octets.size() == expected);
}

}  // namespace
