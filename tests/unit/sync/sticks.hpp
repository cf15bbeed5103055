// USB sticks in memory, and a hub that nobody can call: for tests of bundles.
#pragma once

#include "posts.hpp"

#include <cotmoc/sync/bundle.hpp>

namespace cotmoc::sync_test {

/// Volumes as they lie on a stick.
struct Stick final : sync::VolumeSink {
    std::vector<Bytes> volumes;
    std::uint32_t announced = 0;
    int ended = 0;

    Result<void> begin(std::uint32_t number, std::uint32_t count) override {
        CHECK(number == volumes.size() + 1);
        announced = count;
        volumes.emplace_back();
        return {};
    }
    Result<void> write(BytesView bytes) override {
        volumes.back().insert(volumes.back().end(), bytes.begin(), bytes.end());
        return {};
    }
    Result<void> end() override {
        ++ended;
        return {};
    }
};

inline Stick with_volume(const Bytes& volume) {
    Stick stick;
    stick.volumes.push_back(volume);
    return stick;
}

class MemoryVolume final : public sync::VolumeSource {
public:
    MemoryVolume(const Bytes& bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}
    const std::string& name() const override { return name_; }
    Result<std::uint64_t> size() override { return bytes_.size(); }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        const std::size_t from = std::min<std::size_t>(static_cast<std::size_t>(offset), bytes_.size());
        const std::size_t part = std::min(into.size(), bytes_.size() - from);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(from), part, into.begin());
        return part;
    }

private:
    const Bytes& bytes_;
    std::string name_;
};

class MemoryPeers final : public sync::BundlePeers {
public:
    using BundlePeers::BundlePeers;

protected:
    Result<std::optional<Bytes>> load(const DeviceId& peer, Kind kind) override {
        const auto found = kept_.find({peer, kind});
        return found != kept_.end() ? std::optional(found->second) : std::nullopt;
    }
    Result<void> save(const DeviceId& peer, Kind kind, BytesView bytes) override {
        kept_[{peer, kind}] = Bytes(bytes.begin(), bytes.end());
        return {};
    }

private:
    std::map<std::pair<DeviceId, Kind>, Bytes> kept_;
};

/// Readers by name; none: everybody. "hub" is the one below.
using Names = std::vector<std::string>;

struct StickPosts : Posts {
    explicit StickPosts(std::uint64_t seed = 1)
        : Posts(seed), hub_keys(crypto::DeviceKeys::generate(random)) {
        const std::string request = crypto::encode_request("hub-2", hub_keys, random);
        const auto grant = must(crypto::parse_grant(must(authority().enrol(request, Role::hub, {}))));
        open_hub();
        for (const Bytes& entry : grant.entries) {
            must(far_hub->add_trust_entry(entry));
        }
        must(far_hub->commit());
        for (const char* name : {"so-1", "post-a", "post-b", "post-c"}) {
            must(carry_trust(name));
        }
    }
    void open_hub() {
        peers.reset();
        far_hub.reset();
        hub_store.reset();
        hub_store = must(sync::open_sqlite_hub_store(directory.file("far-hub.db")));
        far_hub = must(sync::Hub::open(*hub_store));
        peers = std::make_unique<MemoryPeers>(*far_hub);
    }

    DeviceId id_of(const std::string& name) {
        return name == "hub" ? hub_keys.public_keys().id() : replica(name).id();
    }
    std::vector<DeviceId> ids_of(const Names& readers) {
        std::vector<DeviceId> ids;
        for (const std::string& name : readers) {
            ids.push_back(id_of(name));
        }
        return ids;
    }

    struct How {
        std::uint64_t volume_size = sync::bundle_volume_max;
        bool everything = false;
        bool answer = false;
    };
    Result<sync::BundleWritten> try_write(const std::string& from, Stick& stick, const Names& readers,
                                          How how) {
        if (from == "hub") {
            return sync::export_bundle({*far_hub, hub_keys, random, *peers, ids_of(readers), how.everything,
                                        how.volume_size, how.answer},
                                       stick);
        }
        sync::Replica& replica = Fleet::replica(from);
        sync::ReplicaPeers known(replica);
        return sync::export_bundle({replica, replica.keys().device, random, known, ids_of(readers),
                                    how.everything, how.volume_size, how.answer},
                                   stick);
    }
    Stick write_to(const std::string& from, const Names& readers, How how) {
        Stick stick;
        const sync::BundleWritten written = must(try_write(from, stick, readers, how));
        CHECK(written.volumes == stick.volumes.size());
        CHECK(stick.announced == written.volumes);
        CHECK(stick.ended == static_cast<int>(written.volumes));
        std::uint64_t size = 0;
        for (const Bytes& volume : stick.volumes) {
            CHECK(volume.size() <= how.volume_size);
            size += volume.size();
        }
        CHECK(size == written.bytes);
        return stick;
    }
    Stick write_to(const std::string& from, const Names& readers = {}) { return write_to(from, readers, {}); }

    Result<sync::BundleRead> try_read(const std::string& into, const std::vector<Bytes>& volumes) {
        std::vector<MemoryVolume> memory;
        std::vector<sync::VolumeSource*> sources;
        for (std::size_t i = 0; i < volumes.size(); ++i) {
            memory.emplace_back(volumes[i], "v" + std::to_string(i + 1));
        }
        for (MemoryVolume& volume : memory) {
            sources.push_back(&volume);
        }
        if (into == "hub") {
            return sync::import_bundles({*far_hub, hub_keys, *peers}, sources);
        }
        sync::Replica& replica = Fleet::replica(into);
        sync::ReplicaPeers known(replica);
        return sync::import_bundles({replica, replica.keys().device, known}, sources);
    }
    sync::BundleRead read_from(const std::string& into, const Stick& stick) {
        sync::BundleRead read = must(try_read(into, stick.volumes));
        for (const Error& problem : read.problems) {
            FAIL_CHECK(describe(problem));
        }
        CHECK(read.waiting == 0);
        return read;
    }
    /// From one to the other by stick.
    sync::BundleRead carry(const std::string& from, const std::string& to) {
        return read_from(to, write_to(from, {to}));
    }
    core::Progress progress(const std::string& device, const RecordId& id) {
        return must(replica(device).store().find(id))->progress;
    }

    crypto::DeviceKeys hub_keys;
    std::unique_ptr<sync::HubStore> hub_store;
    std::unique_ptr<sync::Hub> far_hub;
    std::unique_ptr<MemoryPeers> peers;
};

}  // namespace cotmoc::sync_test
