// An authority, a hub and two posts of one space: real replicas on disk, enrolled as any other, keys
// unlocked.
#pragma once

#include "seeded_random.hpp"
#include "workload.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/sync/authority.hpp>
#include <cotmoc/sync/hub.hpp>
#include <cotmoc/system/clock.hpp>

#include <thread>

namespace cotmoc::bench {

/// Keys that are unlocked already are saved nowhere.
class NoKeyStore final : public crypto::KeyStore {
public:
    Result<Bytes> load() override { return fail(ErrorCode::no_replica); }
    Result<void> save(BytesView) override { return {}; }
};

/// One installed replica. The seed decides its keys, so that another process can open it.
class Post {
public:
    Post(std::string path, std::uint64_t seed, std::vector<crypto::KeyFileContents::Extra> extra = {});
    Result<void> create(std::string_view name);
    Result<void> open();
    /// The same with keys that were copied before the time is taken.
    Result<void> open(crypto::KeyFileContents unlocked);
    /// Checkpoints and closes the database.
    void close() { replica_.reset(); }
    bool is_open() const { return replica_ != nullptr; }
    sync::Replica& replica() const { return *replica_; }
    crypto::KeyFileContents keys() const;
    const std::string& path() const { return path_; }
    Random& random() { return random_; }
    Result<sync::SpaceInfo> space() { return replica_->default_space(); }

    /// Adds the records in transactions of `size`.
    Result<void> write(const Workload& workload, std::span<const BenchRecord> records, std::size_t size);
    Result<sync::SessionReport> sync(std::uint16_t port);

private:
    std::string path_;
    SeededRandom random_;
    crypto::KeyFileContents keys_;
    NoKeyStore key_store_;
    system::SystemClock clock_;
    std::unique_ptr<sync::Replica> replica_;
};

/// Signs the beginning of a province in the office's new replica, which holds Authority::seeds().
Result<void> begin_province(Post& office, std::string_view catalogue, Clock& clock, Random& random);
/// Makes the post's replica, enrols it for the one space that posts write, and joins it.
Result<void> enrol_post(Post& office, Post& post, const std::string& name, crypto::Role role, Clock& clock,
                        Random& random);

/// Its hub answers on loopback in a thread of its own.
class Province {
public:
    static Result<std::unique_ptr<Province>> make(const std::string& directory, const Workload& workload);
    ~Province();

    Post& writer() { return *writer_; }
    Post& reader() { return *reader_; }
    /// Of the reader, for another process.
    static constexpr std::uint64_t reader_seed = 3;
    std::uint16_t port() const { return server_->port(); }

private:
    Province() : hub_random_(5), hub_keys_(crypto::DeviceKeys::generate(hub_random_)) {}
    Result<void> start_hub(const std::string& path);

    system::SystemClock clock_;
    SeededRandom random_{7};
    SeededRandom hub_random_;
    crypto::DeviceKeys hub_keys_;
    std::unique_ptr<Post> office_;
    std::unique_ptr<Post> writer_;
    std::unique_ptr<Post> reader_;
    std::unique_ptr<sync::HubStore> hub_store_;
    std::unique_ptr<sync::Hub> hub_;
    std::unique_ptr<asio::TcpServer> server_;
    std::thread thread_;
};

}  // namespace cotmoc::bench
