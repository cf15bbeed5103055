// A province of real replicas and a real hub in one process: temporary directories, a virtual clock, seeded
// keys.
#pragma once

#include "support/seeded_random.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/sync/authority.hpp>
#include <cotmoc/sync/hub.hpp>
#include <cotmoc/sync/session.hpp>

#include <filesystem>
#include <functional>
#include <map>

namespace cotmoc::test_support {

class FakeClock final : public Clock {
public:
    std::int64_t wall = 1'704'067'200'000;  // 2024-01-01
    std::int64_t offset = 0;                // of this device's wall clock
    std::int64_t wall_ms() override { return wall + offset; }
    std::int64_t steady_ms() override { return wall; }
};

class MemoryKeyStore final : public crypto::KeyStore {
public:
    Result<Bytes> load() override {
        return file.empty() ? Result<Bytes>(fail(ErrorCode::no_replica)) : Result<Bytes>(file);
    }
    Result<void> save(BytesView key_file) override {
        file.assign(key_file.begin(), key_file.end());
        return {};
    }
    bool keeps_recovery() const override { return true; }
    Result<Bytes> load_recovery() override {
        return recovery.empty() ? Result<Bytes>(fail(ErrorCode::no_recovery)) : Result<Bytes>(recovery);
    }
    Result<void> save_recovery(BytesView wrap) override {
        recovery.assign(wrap.begin(), wrap.end());
        return {};
    }
    Bytes file;
    Bytes recovery;
};

/// A directory that goes away with the object.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string file(std::string_view name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Aborts the test run with the error's words; for set-up that must work.
template <class T>
T must(Result<T> result) {
    if (!result) {
        check_failed(describe(result.error()), "test set-up", 0);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

/// What the file holds; nothing if there is none.
std::string octets_of(const std::filesystem::path& file);

/// Starts both sessions and carries octets between them until neither has any, whatever comes of it.
/// `overhear` gets all of them and who sent them.
using Overhear = std::function<void(BytesView octets, bool from_caller)>;
void exchange(sync::Session& caller, sync::Session& responder, const Overhear& overhear = nullptr);

struct FleetDevice {
    std::string name;
    FakeClock clock;
    MemoryKeyStore key_store;
    std::string path;
    crypto::KeyFileContents keys;
    std::unique_ptr<sync::Replica> replica;
    /// What this device's program reads of catalogues; an older one reads less. From the next reopen() on.
    std::function<Result<core::Catalogue>(std::string_view)> read_catalogue = core::Catalogue::parse;
    std::uint64_t quarantine_max = 50'000;  // likewise
    /// Null: the device keeps none. From the next reopen() on.
    crypto::HighWaterMark* high_water_mark = nullptr;
    /// Set: reopen() opens the key store's file with it instead of using `keys`.
    std::string passphrase = {};
};

class Fleet {
public:
    explicit Fleet(std::uint64_t seed, std::string_view catalogue = small_catalogue);

    FleetDevice& add(const std::string& name, crypto::Role role, const std::vector<std::string>& spaces);
    /// Two devices with the same keys: what an image of the disk makes, or somebody who forks on purpose.
    FleetDevice& copy(const std::string& name, const std::string& as);
    /// The same by another issuer than the authority.
    FleetDevice& add_by(sync::Authority issuer, const std::string& name, crypto::Role role,
                        const std::vector<std::string>& spaces);
    FleetDevice& operator[](const std::string& name) { return *devices_.at(name); }
    sync::Replica& replica(const std::string& name) { return *devices_.at(name)->replica; }
    sync::Authority authority();
    sync::Hub& hub() { return *hub_; }
    /// As after a crash or a stop: the replica is opened anew from its files.
    void reopen(const std::string& name);
    void reopen_hub();
    void close_hub();

    std::unique_ptr<sync::Session> call(const std::string& name);
    std::unique_ptr<sync::Session> answer();
    /// The hub's side over another store: a backup of it, or one that lies.
    std::unique_ptr<sync::Session> answer(sync::FeedStore& store);
    /// One whole session over a perfect pipe; the caller's report.
    sync::SessionReport sync(const std::string& name);
    /// The same between two devices, without a hub.
    sync::SessionReport meet(const std::string& caller, const std::string& responder);
    /// Rounds of all devices until no session has anything left to do.
    void sync_all();
    void advance(std::int64_t ms);

    /// Short forms for tests: the only writable space, values as on the command line.
    RecordId add_record(const std::string& device, std::string_view kind,
                        const std::vector<std::pair<std::string, std::string>>& fields,
                        std::string_view space = "");
    Result<void> set(const std::string& device, const RecordId& id, std::string_view field,
                     std::string_view value);
    std::string body(const std::string& device, const RecordId& id);
    Hash256 digest(const std::string& device, std::string_view space);

    SeededRandom random;
    TemporaryDirectory directory;
    std::vector<std::string> names;

    static const std::string_view small_catalogue;
    static const std::string_view small_fleet;

private:
    FleetDevice& make(const std::string& name, std::vector<crypto::KeyFileContents::Extra> extra);
    static sync::SessionReport converse(sync::Session& caller, sync::Session& responder);
    std::map<std::string, std::unique_ptr<FleetDevice>> devices_;
    crypto::DeviceKeys hub_keys_;
    std::unique_ptr<sync::HubStore> hub_store_;
    std::unique_ptr<sync::Hub> hub_;
};

}  // namespace cotmoc::test_support
