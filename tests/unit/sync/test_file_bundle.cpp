// Attached files on sticks: a post and an office that never meet otherwise.
#include <cotmoc/sync/attachments.hpp>
#include <cotmoc/sync/file_bundle.hpp>

#include "support/fleet.hpp"
#include "unit/sync/attachment_support.hpp"
#include "unit/sync/sticks.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using test_support::Fleet;
using test_support::must;

namespace {

constexpr std::string_view catalogue = R"({"catalogue":"test","version":1,
"common":{"note":{"type":"text","merge":"latest"}},
"kinds":{"delegation":{"label":"Đoàn","fields":{
 "partner":{"type":"text","merge":"latest"},
 "papers":{"type":"attachments","merge":"set"}}}}})";

/// The records travel by a hub that carries no files.
struct Stations : Fleet {
    Stations() : Fleet(1, catalogue) {
        add("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        add("so", crypto::Role::province_officer, {"*"});
        add("far", crypto::Role::border_post, {"kon-tum/dak-glei"});
        for (const char* name : {"post", "so", "far"}) {
            stores.emplace(name, open_store(":memory:"));
        }
        record = add_record("post", "delegation", {{"partner", "Lào"}});
        sync_all();
    }
    core::Attachment attach(const std::string& device, std::size_t size, std::uint64_t seed,
                            std::size_t thumbnail = 0) {
        const Bytes octets = random_octets(size, seed);
        sync::AttachmentSource source{std::to_string(seed) + ".jpg", "image/jpeg", size, {}};
        source.read = [&](std::uint64_t offset, std::size_t length) -> Result<Bytes> {
            const auto from = octets.begin() + static_cast<std::ptrdiff_t>(offset);
            return Bytes(from, from + static_cast<std::ptrdiff_t>(length));
        };
        source.thumbnail = [&] { return Result<Bytes>(random_octets(thumbnail, seed + 100)); };
        return must(sync::attach(replica(device), *stores.at(device), random, record, "papers", source))
            .attachment;
    }
    void follow(const std::string& device) {
        must(sync::follow_attachments(replica(device), *stores.at(device)));
    }
    sync::FileBundleExport options(const std::string& device, const std::vector<std::string>& readers) {
        follow(device);
        sync::FileBundleExport bundle{replica(device).trust(), replica(device).keys().device,
                                      *stores.at(device)};
        for (const std::string& reader : readers) {
            bundle.readers.push_back(replica(reader).id());
        }
        return bundle;
    }
    Stick write(const std::string& device, const std::vector<std::string>& readers) {
        Stick stick;
        must(sync::export_files(options(device, readers), stick));
        return stick;
    }
    sync::FileBundleRead read(const std::string& device, const Stick& stick) {
        follow(device);
        std::vector<std::unique_ptr<MemoryVolume>> volumes;
        std::vector<sync::VolumeSource*> sources;
        for (const Bytes& volume : stick.volumes) {
            volumes.push_back(std::make_unique<MemoryVolume>(volume, "v" + std::to_string(volumes.size())));
            sources.push_back(volumes.back().get());
        }
        return must(
            sync::import_files({replica(device).trust(), replica(device).id(), *stores.at(device)}, sources));
    }
    std::size_t missing(const std::string& device) {
        follow(device);
        return must(stores.at(device)->missing()).size();
    }
    std::string problem(const std::string& device, const Bytes& volume) {
        const sync::FileBundleRead result = read(device, with_volume(volume));
        return result.problems.empty() ? "taken" : std::string(error_name(result.problems[0].code));
    }

    RecordId record;
    std::map<std::string, std::unique_ptr<sync::AttachmentStore>> stores;
};

}  // namespace

TEST_CASE("a photo and its thumbnail travel by stick to the province, and another one back") {
    Stations stations;
    const core::Attachment up = stations.attach("post", 600'000, 1, 9'000);
    stations.sync_all();
    CHECK(stations.missing("so") == 2);
    const auto came = stations.read("so", stations.write("post", {"so"}));
    CHECK(came.files == 2);
    CHECK(came.problems.empty());
    CHECK(came.confirmed == 2);  // the post holds them
    CHECK(stations.missing("so") == 0);
    must(sync::open_attachment(*stations.stores.at("so"), up.file, [](BytesView) { return Result<void>(); }));

    stations.attach("so", 300'000, 2);
    stations.sync_all();
    CHECK(stations.missing("post") == 1);
    const Stick down = stations.write("so", {"post"});
    const auto back = stations.read("post", down);
    CHECK(back.files == 1);
    CHECK(back.confirmed == 3);  // what came up is not carried up again
    CHECK(stations.missing("post") == 0);
    CHECK(must(stations.stores.at("post")->unsent(stations.replica("post").id(),
                                                  {stations.replica("so").id()})) == 0);
    const Stick again = stations.write("post", {"so"});
    CHECK(again.volumes.at(0).size() < 10'000);
    CHECK(stations.read("so", again).chunks == 0);
    // Reading a stick once more changes nothing.
    const auto twice = stations.read("post", down);
    CHECK(twice.chunks == 0);
    CHECK(twice.files == 0);
}

TEST_CASE("a volume of files is known by its first octets") {
    Stations stations;
    stations.attach("post", 1'000, 1);
    const Bytes volume = stations.write("post", {"so"}).volumes.at(0);
    MemoryVolume of_files(volume, "v");
    CHECK(must(sync::is_file_volume(of_files)));
    for (const Bytes& other : {Bytes(), Bytes{'C', 'M', 'F'}, Bytes{'C', 'M', 'B', '1', 1}}) {
        MemoryVolume of_others(other, "v");
        CHECK_FALSE(must(sync::is_file_volume(of_others)));
    }
}

TEST_CASE("what the reader is known to hold is not carried, unless everything is asked for") {
    Stations stations;
    stations.attach("post", 300'000, 1);
    stations.sync_all();
    stations.read("so", stations.write("post", {"so"}));
    stations.read("post", stations.write("so", {"post"}));
    Stick stick;
    sync::FileBundleExport options = stations.options("post", {"so"});
    CHECK(must(sync::export_files(options, stick)).files == 0);
    options.everything = true;
    Stick all;
    CHECK(must(sync::export_files(options, all)).files == 1);
}

TEST_CASE("a stick carries what its reader may read, and files up to a size; thumbnails always") {
    Stations stations;
    stations.attach("post", 600'000, 1, 9'000);
    stations.sync_all();
    CHECK(stations.write("post", {"far"}).volumes.empty());
    Stick stick;
    sync::FileBundleExport options = stations.options("post", {"so"});
    options.size_max = 0;
    CHECK(must(sync::export_files(options, stick)).files == 1);
    CHECK(stations.read("so", stick).files == 1);
    CHECK(stations.missing("so") == 1);
    options.held_only = true;
    Stick held;
    CHECK(must(sync::export_files(options, held)).files == 0);
    CHECK(held.volumes.size() == 1);
    options.volume_size = sync::file_volume_min - 1;
    CHECK(sync::export_files(options, held).error().code == ErrorCode::out_of_bounds);
    // Nobody waits for a file that no record names.
    CHECK(stations.read("far", stations.write("post", {"so"})).not_named == 2);
    CHECK(must(stations.stores.at("far")->spaces()).empty());
}

TEST_CASE("volumes are read in any order, each by itself, and a missing one leaves its chunks only") {
    Stations stations;
    stations.attach("post", 3'000'000, 1);
    stations.sync_all();
    Stick stick;
    sync::FileBundleExport options = stations.options("post", {"so"});
    options.volume_size = sync::file_volume_min;
    const auto written = must(sync::export_files(options, stick));
    REQUIRE(written.volumes >= 3);
    for (const Bytes& volume : stick.volumes) {
        CHECK(volume.size() <= sync::file_volume_min);
    }
    Stick last = with_volume(stick.volumes.back());
    CHECK(stations.read("so", last).files == 0);
    Stick rest;
    rest.volumes.assign(stick.volumes.rbegin(), stick.volumes.rend());
    const auto read = stations.read("so", rest);
    CHECK(read.files == 1);
    CHECK(read.known > 0);
    CHECK(stations.missing("so") == 0);
}

TEST_CASE("a volume that was cut or changed anywhere is named, and never more than what was signed is kept") {
    Stations stations;
    const core::Attachment attachment = stations.attach("post", 300'000, 1);
    stations.sync_all();
    const Bytes whole = stations.write("post", {"so"}).volumes.at(0);
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{36}, std::size_t{40},
                                   std::size_t{200}, whole.size() - 6, whole.size() - 1}) {
        CAPTURE(size);
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(stations.problem("so", cut) == "bundle_incomplete");
    }
    // All chunks had come before the end that was missing.
    CHECK(stations.missing("so") == 0);
    must(stations.stores.at("so")->forget(attachment.file.id));
    const auto changed = [&](std::size_t at) {
        Bytes bytes = whole;
        bytes[at] ^= 1;
        return stations.problem("so", bytes);
    };
    CHECK(changed(0) == "bundle_damaged");
    CHECK(changed(4) == "unsupported_version");
    CHECK(changed(5) == "wrong_root");
    const std::size_t held = whole.size() - 5 - (5 + 32 + 64 + 32);
    CHECK(changed(37) == "bundle_damaged");          // a type that there is not here
    CHECK(changed(held - 100) == "bundle_damaged");  // the last chunk
    CHECK_FALSE(must(stations.stores.at("so")->find(attachment.file.id))->chunks.has(1));
    CHECK(changed(held) == "bundle_damaged");               // a chunk of another length
    CHECK(changed(held + 5) == "unknown_author");           // who says that it holds files
    CHECK(changed(held + 5 + 32) == "bad_signature");       // and signed that
    CHECK(changed(held + 5 + 32 + 64) == "bad_signature");  // and what
    must(stations.stores.at("so")->forget(attachment.file.id));
    Bytes longer = whole;
    longer.push_back(0);
    CHECK(stations.problem("so", longer) == "bundle_damaged");
    Bytes endless = whole;
    std::fill_n(endless.begin() + 38, 4, std::uint8_t{0xff});
    CHECK(stations.problem("so", endless) == "bundle_damaged");
    CHECK(stations.problem("so", whole) == "taken");
    CHECK(stations.missing("so") == 0);
}

TEST_CASE("a manifest by somebody who may not write the space is not taken from a stick") {
    Stations stations;
    const SpaceId space = must(stations.replica("authority").find_space("kon-tum/ngoc-hoi")).id;
    const SealedFile forged(1'000, 7, space, stations.replica("far").keys().device);
    // A record names it, and a stick brings it.
    auto& far = *stations.stores.at("far");
    forged.put_into(far);
    forged.name_in(*stations.stores.at("so"));
    Stick stick;
    sync::FileBundleExport options{stations.replica("so").trust(), stations.replica("so").keys().device, far};
    options.readers = {stations.replica("post").id()};
    must(sync::export_files(options, stick));
    std::vector<std::unique_ptr<MemoryVolume>> volumes;
    volumes.push_back(std::make_unique<MemoryVolume>(stick.volumes.at(0), "v"));
    std::vector<sync::VolumeSource*> sources{volumes[0].get()};
    const auto read = must(sync::import_files(
        {stations.replica("so").trust(), stations.replica("so").id(), *stations.stores.at("so")}, sources));
    CHECK(read.refused == 1);
    CHECK_FALSE(must(stations.stores.at("so")->find(forged.id)));
}

TEST_CASE("a chunk that the disk has changed is not carried, and fetched again") {
    Stations stations;
    const core::Attachment attachment = stations.attach("post", 300'000, 1);
    sync::AttachmentStore& store = *stations.stores.at("post");
    Bytes damaged = must(store.chunk(attachment.file.id, 0));
    damaged[9] ^= 1;
    must(store.drop_chunk(attachment.file.id, 0));
    must(store.keep_chunk(attachment.file.id, 0, damaged));
    Stick stick;
    const auto written = must(sync::export_files(stations.options("post", {"so"}), stick));
    CHECK(written.damaged == 1);
    CHECK_FALSE(must(store.find(attachment.file.id))->chunks.has(0));
    stations.sync_all();
    const auto read = stations.read("so", stick);
    CHECK(read.chunks == 1);
    CHECK(read.problems.empty());
    CHECK(read.confirmed == 0);  // the post does not say that it holds it
}

namespace {

/// A hub that takes sticks.
struct StickHub {
    explicit StickHub(Stations& from, const sync::AttachmentLimits& limits = {})
        : stations(from), store(open_store(":memory:", limits)) {}
    sync::FileBundleRead read(const Bytes& volume, bool as_hub = true) {
        const crypto::TrustState& trust = stations.replica("so").trust();
        const auto hub =
            std::ranges::find(trust.devices(), crypto::Role::hub, &crypto::TrustState::Device::role);
        MemoryVolume memory(volume, "v");
        std::vector<sync::VolumeSource*> sources{&memory};
        return must(sync::import_files({trust, hub->id, *store, as_hub}, sources));
    }
    Stations& stations;
    std::unique_ptr<sync::AttachmentStore> store;
};

}  // namespace

TEST_CASE("a hub takes from a stick what its authors may write, whether or not it can read who names it") {
    Stations stations;
    const core::Attachment up = stations.attach("post", 600'000, 1, 9'000);
    const Bytes volume = stations.write("post", {"so"}).volumes.at(0);
    StickHub hub(stations);
    CHECK(hub.read(volume, false).not_named == 2);
    const auto came = hub.read(volume);
    CHECK(came.files == 2);
    CHECK(came.problems.empty());
    CHECK(came.confirmed == 0);
    CHECK(must(hub.store->find(up.file.id))->chunks.whole());
    CHECK(hub.read(volume).chunks == 0);

    StickHub narrow(stations, {100'000, 100});  // the author's share
    const auto little = narrow.read(volume);
    CHECK(little.files == 1);
    CHECK(little.refused == 1);
    StickHub full(stations, {.disk_free = [] { return std::optional<std::uint64_t>(1'000); }});
    CHECK(full.read(volume).refused == 2);

    must(stations.authority().revoke("post", crypto::RightsReason::lost));
    stations.sync("authority");
    stations.sync("so");
    StickHub later(stations);
    CHECK(later.read(volume).refused == 2);
    CHECK(must(later.store->spaces()).empty());
}

TEST_CASE("a hub takes from a stick no manifest of which one octet is not as its author signed it") {
    Stations stations;
    stations.attach("post", 1'000, 1);
    const Bytes volume = stations.write("post", {"so"}).volumes.at(0);
    StickHub hub(stations);
    constexpr std::size_t manifest = 37 + 5;  // after the volume's head and the item's
    for (std::size_t at = 0; at < 186; ++at) {
        CAPTURE(at);
        Bytes changed = volume;
        changed[manifest + at] ^= 1;
        const auto came = hub.read(changed);
        CHECK(came.refused + came.problems.size() >= 1);
        CHECK(came.chunks == 0);
    }
    CHECK(must(hub.store->spaces()).empty());
    CHECK(hub.read(volume).files == 1);
}

TEST_CASE("anybody can count what a volume of files holds, and damage is found without keys") {
    Stations stations;
    stations.attach("post", 300'000, 1, 9'000);
    stations.attach("so", 1'000, 2);
    stations.sync_all();
    stations.read("so", stations.write("post", {"so"}));
    const Bytes whole = stations.write("so", {"post"}).volumes.at(0);
    const auto inspect = [](const Bytes& bytes) {
        MemoryVolume volume(bytes, "v");
        return sync::inspect_file_volume(volume);
    };
    const sync::FileVolumeInfo info = must(inspect(whole));
    CHECK(info.bytes == whole.size());
    CHECK(info.files.count == 1);  // its author has the others
    CHECK(info.files.bytes == 1'000);
    CHECK(info.chunks.count == 1);
    CHECK(info.chunks.bytes == 1'016);
    CHECK(info.by_author.at(stations.replica("so").id()).count == 1);
    CHECK(info.by_space.size() == 1);
    CHECK(info.held == std::map<DeviceId, std::uint64_t>{{stations.replica("so").id(), 3}});
    CHECK(info.root_fingerprint == stations.replica("so").trust().root_fingerprint());
    Bytes cut = whole;
    cut.pop_back();
    CHECK(inspect(cut).error().code == ErrorCode::bundle_incomplete);
    Bytes changed = whole;
    changed[37 + 5 + 186 + 5 + 4 + 100] ^= 1;  // in the chunk, after the manifest
    CHECK(inspect(changed).error().code == ErrorCode::bundle_damaged);
    changed = whole;
    changed[4] = 2;
    CHECK(inspect(changed).error().code == ErrorCode::unsupported_version);
}
