#include "province.hpp"

#include <cotmoc/core/database.hpp>

#include <algorithm>

namespace cotmoc::bench {
namespace {

constexpr const char* space_name = "kon-tum/dak-glei";
constexpr std::string_view spaces =
    R"({"spaces":[{"id":"kon-tum","label":"Toàn tỉnh","writers":["province_officer"]},
 {"id":"kon-tum/dak-glei","label":"Huyện Đắk Glei"}]})";

}  // namespace

Post::Post(std::string path, std::uint64_t seed, std::vector<crypto::KeyFileContents::Extra> extra)
    : path_(std::move(path)),
      random_(seed),
      keys_{crypto::DeviceKeys::generate(random_), crypto::Secret::random(32, random_),
            core::preferred_cipher(), std::move(extra)} {}

crypto::KeyFileContents Post::keys() const {
    crypto::KeyFileContents copy{keys_.device.clone(), keys_.database_key.clone(), keys_.cipher, {}};
    for (const auto& entry : keys_.extra) {
        copy.extra.push_back({entry.name, entry.secret.clone()});
    }
    return copy;
}

Result<void> Post::create(std::string_view name) {
    COTMOC_TRY(sync::Replica::create_unlocked({path_, key_store_, clock_, random_}, name, keys_));
    return open();
}

Result<void> Post::open() { return open(keys()); }

Result<void> Post::open(crypto::KeyFileContents unlocked) {
    COTMOC_ASSIGN(replica_,
                  sync::Replica::open_unlocked({path_, key_store_, clock_, random_}, std::move(unlocked)));
    return {};
}

Result<void> Post::write(const Workload& workload, std::span<const BenchRecord> records, std::size_t size) {
    COTMOC_ASSIGN(const sync::SpaceInfo where, space());
    for (std::size_t first = 0; first < records.size(); first += size) {
        const auto part = records.subspan(first, std::min(size, records.size() - first));
        const auto add_all = [&]() -> Result<void> {
            for (const BenchRecord& record : part) {
                COTMOC_TRY(replica_->add(where, workload.kind, record.fields, record.id));
            }
            return {};
        };
        COTMOC_TRY(replica_->batch(add_all));
    }
    return {};
}

Result<sync::SessionReport> Post::sync(std::uint16_t port) {
    const auto hub = replica_->hub_key();
    if (!hub) {
        return fail(ErrorCode::internal, "no hub in the trust feed");
    }
    const sync::SessionOptions session{*replica_, keys_.device, random_};
    COTMOC_ASSIGN(const sync::SessionReport report,
                  asio::sync_over_tcp("127.0.0.1", port, session, *hub, {}, clock_));
    if (!report.complete) {
        return fail(ErrorCode::internal, "the session ended early");
    }
    return report;
}

Result<std::unique_ptr<Post>> make_office(const std::string& directory, const Workload& workload,
                                          Clock& clock, Random& random) {
    auto office = std::make_unique<Post>(directory + "/office.db", 1, sync::Authority::seeds(random));
    COTMOC_TRY(office->create("office"));
    COTMOC_ASSIGN(const auto plans, sync::parse_spaces(spaces));
    COTMOC_TRY(
        sync::Authority::begin(office->replica(), "kon-tum", plans, workload.catalogue, clock, random));
    return office;
}

Result<void> enrol(Post& office, Post& post, const std::string& name, crypto::Role role, Clock& clock,
                   Random& random) {
    COTMOC_TRY(post.create(name));
    COTMOC_ASSIGN(sync::Authority authority, sync::Authority::of(office.replica(), clock, random));
    const std::vector<std::string> held{space_name};
    COTMOC_ASSIGN(const std::string text, authority.enrol(post.replica().request(), role, held));
    COTMOC_ASSIGN(const crypto::Grant grant, crypto::parse_grant(text));
    return post.replica().join(grant, grant.root_fingerprint);
}

Result<std::unique_ptr<Province>> Province::make(const std::string& directory, const Workload& workload) {
    COTMOC_TRY(crypto::initialise());
    std::unique_ptr<Province> made(new Province());
    COTMOC_ASSIGN(made->office_, make_office(directory, workload, made->clock_, made->random_));
    made->writer_ = std::make_unique<Post>(directory + "/writer.db", 2);
    made->reader_ = std::make_unique<Post>(directory + "/reader.db", reader_seed);
    COTMOC_ASSIGN(sync::Authority authority,
                  sync::Authority::of(made->office_->replica(), made->clock_, made->random_));
    const std::string request = crypto::encode_request("hub-1", made->hub_keys_, made->random_);
    COTMOC_TRY(authority.enrol(request, crypto::Role::hub, {}));
    COTMOC_TRY(enrol(*made->office_, *made->writer_, "writer", crypto::Role::border_post, made->clock_,
                     made->random_));
    COTMOC_TRY(enrol(*made->office_, *made->reader_, "reader", crypto::Role::district_officer, made->clock_,
                     made->random_));
    COTMOC_TRY(made->start_hub(directory + "/hub.db"));
    return made;
}

Result<void> Province::start_hub(const std::string& path) {
    COTMOC_ASSIGN(hub_store_, sync::open_sqlite_hub_store(path));
    COTMOC_ASSIGN(hub_, sync::Hub::open(*hub_store_));
    sync::Replica& office = office_->replica();
    for (std::uint64_t position = 1; position <= office.trust().position(); ++position) {
        COTMOC_ASSIGN(const Bytes entry, office.trust_entry(position));
        COTMOC_TRY(hub_->add_trust_entry(entry));
    }
    COTMOC_TRY(hub_->commit());
    const sync::SessionOptions session{*hub_, hub_keys_, hub_random_};
    COTMOC_ASSIGN(server_, asio::TcpServer::listen("127.0.0.1", 0, session, {}, clock_));
    thread_ = std::thread([this] { server_->run(); });
    return {};
}

Province::~Province() {
    if (thread_.joinable()) {
        server_->stop();
        thread_.join();
    }
}

}  // namespace cotmoc::bench
