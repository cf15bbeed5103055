#include "replica/hub_memory.hpp"
#include "replica/space_forks.hpp"

#include <cotmoc/core/database.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

const crypto::Blake2bHasher hasher;

core::StoreOptions store_options(const ReplicaEnvironment& environment, const crypto::KeyFileContents& keys) {
    return {environment.database_path, keys.database_key.view(crypto::SecretAccess()), keys.cipher,
            environment.clock, hasher};
}

bool is_valid_name(std::string_view name) {
    return !name.empty() && name.size() <= 63 && name.front() != '-' && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

}  // namespace

Replica::Replica(const ReplicaEnvironment& environment, crypto::KeyFileContents keys,
                 std::unique_ptr<core::Store> store)
    : environment_(environment),
      keys_(std::move(keys)),
      store_(std::move(store)),
      forks_(std::make_unique<Forks>()) {}

Replica::~Replica() = default;

Result<void> Replica::create(const ReplicaEnvironment& environment, std::string_view name,
                             const crypto::Secret& passphrase, crypto::KdfPreset preset,
                             std::vector<crypto::KeyFileContents::Extra> extra,
                             const std::function<Result<void>(Replica&)>& fill) {
    COTMOC_TRY(crypto::initialise());
    if (!is_valid_name(name)) {
        return fail(ErrorCode::wrong_usage, "a name has a to z, 0 to 9 and -, 63 at most");
    }
    if (const auto existing = environment.key_store.load();
        existing || existing.error().code != ErrorCode::no_replica) {
        return fail(ErrorCode::already_exists);
    }
    crypto::KeyFileContents keys{crypto::DeviceKeys::generate(environment.random),
                                 crypto::Secret::random(32, environment.random), core::preferred_cipher(),
                                 std::move(extra)};
    COTMOC_ASSIGN(const crypto::Secret hardware, environment.key_store.hardware_secret());
    // Before anything is made: it may refuse the passphrase.
    COTMOC_ASSIGN(const Bytes file,
                  crypto::seal_key_file(keys, passphrase, preset, environment.random, hardware));
    COTMOC_TRY(create_unlocked(environment, name, keys));
    if (fill) {
        COTMOC_ASSIGN(const std::unique_ptr<Replica> replica, open_unlocked(environment, keys.clone()));
        COTMOC_TRY(fill(*replica));
    }
    // Last, so that a directory with a key file is a whole replica; what a crash left before is made anew.
    return environment.key_store.save(file);
}

Result<void> Replica::create_unlocked(const ReplicaEnvironment& environment, std::string_view name,
                                      const crypto::KeyFileContents& keys) {
    COTMOC_TRY(crypto::initialise());
    core::remove_database(environment.database_path);
    COTMOC_ASSIGN(const std::unique_ptr<core::Store> store,
                  core::Store::open(store_options(environment, keys)));
    return store->write([&]() -> Result<void> {
        COTMOC_TRY(store->set_setting("name", as_bytes(name)));
        return store->set_setting("device", keys.device.public_keys().id().view());
    });
}

Result<std::unique_ptr<core::Store>> Replica::open_store(const ReplicaEnvironment& environment,
                                                         const crypto::KeyFileContents& keys) {
    return core::Store::open(store_options(environment, keys));
}

Result<std::unique_ptr<Replica>> Replica::open(const ReplicaEnvironment& environment,
                                               const crypto::Secret& passphrase) {
    COTMOC_TRY(crypto::initialise());
    COTMOC_ASSIGN(crypto::KeyFileContents keys, crypto::unlock(environment.key_store, passphrase));
    return open_unlocked(environment, std::move(keys));
}

Result<std::unique_ptr<Replica>> Replica::open_unlocked(const ReplicaEnvironment& environment,
                                                        crypto::KeyFileContents keys) {
    COTMOC_TRY(crypto::initialise());
    COTMOC_ASSIGN(std::unique_ptr<core::Store> store, open_store(environment, keys));
    std::unique_ptr<Replica> replica(new Replica(environment, std::move(keys), std::move(store)));
    COTMOC_TRY(replica->settle_identity());
    COTMOC_ASSIGN(const std::optional<Bytes> name, replica->store_->setting("name"));
    replica->name_ = name ? as_text(*name) : std::string_view();
    COTMOC_TRY(replica->load_trust());
    COTMOC_TRY(replica->load_restored());
    return replica;
}

Result<void> Replica::load_trust() {
    COTMOC_ASSIGN(const std::vector<Bytes> entries, store_->trust_entries());
    for (const Bytes& entry : entries) {
        COTMOC_TRY(apply_trust(entry));
    }
    return follow_trust();
}

Result<void> Replica::take_back_trust(std::uint64_t position) {
    COTMOC_TRY(store_->truncate_trust(position));
    trust_ = {};
    trust_hashes_.clear();
    catalogue_positions_.clear();
    ring_ = {};
    self_ = nullptr;
    trust_followed_ = false;
    return load_trust();
}

Result<void> Replica::apply_trust(BytesView entry) {
    const std::size_t catalogues = trust_.catalogues().size();
    COTMOC_TRY(trust_.apply(entry));
    if (trust_hashes_.size() < trust_.position()) {
        trust_hashes_.push_back(trust_.head());
    }
    if (trust_.catalogues().size() > catalogues) {
        catalogue_positions_.push_back(trust_.position());
    }
    self_ = nullptr;
    trust_followed_ = false;
    return {};
}

Result<void> Replica::follow_trust() {
    if (trust_followed_) {
        return {};
    }
    self_ = trust_.find(id());
    ring_.update(trust_, keys_.device);
    std::vector<DeviceId> ids;
    std::vector<DeviceIndex> province;
    for (const crypto::TrustState::Device& device : trust_.devices()) {
        ids.push_back(device.id);
        if (device.role == crypto::Role::province_officer && !device.revoked) {
            province.push_back(device.index);
        }
    }
    store_->set_devices(std::move(ids), self_ != nullptr ? std::optional(self_->index) : former_index(),
                        std::move(province));
    store_->set_role(self_ != nullptr ? crypto::role_name(self_->role) : std::string_view());
    COTMOC_TRY(follow_catalogues());
    COTMOC_TRY(follow_spaces());
    COTMOC_TRY(load_forks());
    COTMOC_TRY(follow_recovery());
    trust_followed_ = true;
    COTMOC_TRY(replay_if_more_is_readable());
    COTMOC_TRY(follow_rights());
    return settle_forks();
}

Result<void> Replica::follow_catalogues() {
    std::vector<core::CatalogueInForce> catalogues;
    unreadable_catalogues_.clear();
    for (std::size_t i = 0; i < trust_.catalogues().size(); ++i) {
        // One whose key is not for this device (yet), or that a newer program wrote, is in force all the
        // same.
        const auto json = ring_.catalogue(trust_, trust_.catalogues()[i]);
        auto catalogue = json ? environment_.read_catalogue(*json) : tl::unexpected(json.error());
        catalogues.push_back({catalogue_positions_[i], std::nullopt});
        if (catalogue) {
            catalogues.back().catalogue = std::move(*catalogue);
        } else {
            unreadable_catalogues_.push_back(catalogue_positions_[i]);
        }
    }
    return store_->set_catalogues(std::move(catalogues));
}

Result<void> Replica::follow_spaces() {
    spaces_.clear();
    if (self_ == nullptr) {
        return {};
    }
    for (const SpaceId& id : trust_.readable(*self_)) {
        const crypto::TrustState::Space* space = trust_.find_space(id);
        const auto name = space != nullptr ? ring_.space_name(trust_, *space) : std::nullopt;
        if (!name) {
            continue;
        }
        const bool writable = trust_.may_write(*self_, id) && sealing_key(id) != nullptr;
        spaces_.push_back({id, name->name, name->label, writable});
        COTMOC_TRY(store_->set_space_name(id, name->name));
    }
    std::ranges::sort(spaces_, {}, &SpaceInfo::name);
    return {};
}

std::string Replica::request() { return crypto::encode_request(name_, keys_.device, environment_.random); }

Result<void> Replica::join(const crypto::Grant& grant, const Hash256& confirmed_root) {
    if (grant.root_fingerprint != confirmed_root) {
        return fail(ErrorCode::wrong_root, crypto::fingerprint_text(grant.root_fingerprint));
    }
    if (std::optional<crypto::DeviceKeys> next = next_keys();
        next && grant.device == next->public_keys().id()) {
        return join_anew(grant, std::move(*next));
    }
    if (key_lost_ && grant.device == id()) {
        return join_anew(grant, keys_.device.clone());
    }
    if (!joined()) {
        return grant.device == id() ? take_trust(grant.entries) : fail(ErrorCode::wrong_grant, name_);
    }
    // A renewal by file: whatever is newer of the same trust feed.
    if (grant.root_fingerprint != trust_.root_fingerprint()) {
        return fail(ErrorCode::wrong_root, crypto::fingerprint_text(grant.root_fingerprint));
    }
    if (grant.entries.size() <= trust_.position()) {
        return fail(ErrorCode::already_joined, name_);
    }
    return take_trust(grant.entries);
}

Result<void> Replica::take_trust(std::span<const Bytes> entries) {
    COTMOC_TRY(store_trust(entries));
    COTMOC_TRY(follow_trust());
    store_->notify();
    return {};
}

Result<void> Replica::store_trust(std::span<const Bytes> entries) {
    COTMOC_TRY(end_receiving());
    COTMOC_ASSIGN(const std::vector<SpaceId> unsealed, store_->spaces_with_pending());
    if (!unsealed.empty()) {
        // Pending ops were made under the trust position held until now (S3).
        COTMOC_TRY(follow_trust());
        COTMOC_TRY(seal());
    }
    const crypto::TrustState before = trust_;
    const auto hashes = trust_hashes_;
    const auto positions = catalogue_positions_;
    const auto stored = store_->write([&]() -> Result<void> {
        for (const Bytes& entry : entries) {
            const std::uint64_t held = trust_.position();
            COTMOC_TRY(apply_trust(entry));
            if (trust_.position() > held) {
                COTMOC_TRY(store_->append_trust(trust_.position(), entry));
            }
        }
        return {};
    });
    if (!stored) {
        trust_ = before;
        trust_hashes_ = hashes;
        catalogue_positions_ = positions;
        trust_followed_ = false;
        // The error of the entry is the one to report; what was held before is followed again.
        (void)follow_trust();
    }
    return stored;
}

std::optional<crypto::AgreementPublicKey> Replica::hub_key() const {
    const auto& devices = trust_.devices();
    const auto newest =
        std::find_if(devices.rbegin(), devices.rend(), [](const crypto::TrustState::Device& device) {
            return device.role == crypto::Role::hub && !device.revoked;
        });
    return newest == devices.rend() ? std::nullopt : std::optional(newest->keys.agreement);
}

Result<SpaceInfo> Replica::find_space(std::string_view name) const {
    const auto found = std::ranges::find(spaces_, name, &SpaceInfo::name);
    if (found == spaces_.end()) {
        return fail(joined() ? ErrorCode::unknown_space : ErrorCode::not_joined, std::string(name));
    }
    return *found;
}

Result<SpaceInfo> Replica::default_space() const {
    if (!joined()) {
        return fail(ErrorCode::not_joined);
    }
    std::vector<const SpaceInfo*> writable;
    for (const SpaceInfo& space : spaces_) {
        const bool province_wide = !trust_.spaces().empty() && trust_.spaces().front().id == space.id;
        const bool named = std::ranges::binary_search(self_->spaces, space.id);
        if (space.writable && (named || self_->all_spaces || !province_wide)) {
            writable.push_back(&space);
        }
    }
    if (writable.empty()) {
        return fail(ErrorCode::not_allowed, "no space to write in");
    }
    if (writable.size() > 1) {
        return fail(ErrorCode::space_needed);
    }
    return *writable.front();
}

std::string Replica::device_name(DeviceIndex index) const {
    const crypto::TrustState::Device* device = trust_.find(index);
    return device != nullptr ? ring_.device_name(trust_, *device).value_or("") : "";
}

const DeviceId& Replica::device_id(DeviceIndex index) const {
    static const DeviceId nobody{};
    const crypto::TrustState::Device* device = trust_.find(index);
    return device != nullptr ? device->id : nobody;
}

std::vector<DeviceInfo> Replica::devices() const {
    std::vector<DeviceInfo> all;
    for (const crypto::TrustState::Device& device : trust_.devices()) {
        DeviceInfo info{device.index,      device.id, device_name(device.index), device.role,
                        device.all_spaces, {},        device.not_after_ms};
        for (const SpaceId& id : device.spaces) {
            const crypto::TrustState::Space* space = trust_.find_space(id);
            const auto name = space != nullptr ? ring_.space_name(trust_, *space) : std::nullopt;
            info.spaces.push_back(name ? name->name : id.hex());
        }
        all.push_back(std::move(info));
    }
    return all;
}

}  // namespace cotmoc::sync
