#include "authority/access.hpp"
#include "authority/chain.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/authority.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::uint64_t day_ms = 24ull * 60 * 60 * 1000;
constexpr std::uint64_t root_lifetime_ms = 3 * 365 * day_ms;
constexpr std::uint64_t device_lifetime_ms = 180 * day_ms;

std::uint64_t now_ms(Clock& clock) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(clock.wall_ms(), 0));
}

/// An epoch that nobody is wrapped to yet; enrolments bring the wraps.
crypto::EpochEntry epoch_entry(const crypto::EpochKey& key) {
    return {key.space, key.epoch, key.check(), {}, {}};
}

crypto::EnrolEntry::Wrap wrap_for(const crypto::DevicePublicKeys& device, const crypto::EpochKey& key,
                                  Random& random) {
    return {key.space, key.epoch, crypto::wrap(key, device.id(), device.agreement, random)};
}

/// Position 1, signed by all root keys: those of `root`, or the one that the replica keeps.
Result<std::pair<crypto::RootEntry, Bytes>> first_root(const Replica& replica,
                                                       const crypto::SigningPublicKey& issuer,
                                                       std::uint64_t issued_ms, const RootKeys& root) {
    std::vector<crypto::SigningKey> keys;
    for (const crypto::SigningKey& key : root.keys) {
        keys.push_back(key.clone());
    }
    if (keys.empty()) {
        keys.push_back(crypto::SigningKey::from_seed(replica.keys().find(root_seed)->clone()));
    }
    crypto::RootEntry entry;
    entry.expires_ms = issued_ms + root_lifetime_ms;
    entry.threshold = root.threshold;
    for (const crypto::SigningKey& key : keys) {
        entry.root_keys.push_back(key.public_key());
    }
    entry.issuers = {{issuer, true, {}, 0}};
    entry.recovery_key =
        crypto::AgreementKey::from_seed(replica.keys().find(recovery_seed)->clone()).public_key();
    entry.suites = {1};
    Bytes bytes = crypto::draft_root_entry({1, {}, issued_ms, entry});
    for (const crypto::SigningKey& key : keys) {
        COTMOC_ASSIGN(bytes, crypto::add_root_signature(bytes, key));
    }
    return std::pair(std::move(entry), std::move(bytes));
}

/// Everything that a new authority signs, in feed order.
Result<void> sign_beginning(Replica& replica, std::span<const SpacePlan> plans,
                            std::string_view catalogue_json, std::uint64_t issued_ms, Random& random,
                            const RootKeys& root) {
    const crypto::SigningKey issuer =
        crypto::SigningKey::from_seed(replica.keys().find(issuer_seed)->clone());
    const crypto::DevicePublicKeys own = replica.keys().device.public_keys();
    COTMOC_ASSIGN(const auto first, first_root(replica, issuer.public_key(), issued_ms, root));
    const auto& [root_entry, signed_root] = first;
    const Hash256 fingerprint = crypto::root_fingerprint(root_entry);
    const crypto::EpochKey directory =
        crypto::EpochKey::generate(crypto::space_id(fingerprint, ""), 1, random);

    crypto::SpacesEntry spaces;
    std::vector<crypto::EpochKey> keys;
    for (const SpacePlan& plan : plans) {
        const SpaceId id = crypto::space_id(fingerprint, plan.name);
        spaces.spaces.push_back(
            {id, role_bits(plan.writers),
             crypto::seal_space_name(directory, fingerprint, id, {plan.name, plan.label}, random)});
        keys.push_back(crypto::EpochKey::generate(id, 1, random));
    }
    COTMOC_ASSIGN(const Bytes catalogue,
                  crypto::seal_catalogue(directory, fingerprint, catalogue_json, random));
    COTMOC_ASSIGN(const core::Catalogue parsed, core::Catalogue::parse(catalogue_json));

    crypto::EnrolEntry self{
        own,
        crypto::Role::authority,
        {},
        true,
        issued_ms,
        issued_ms + root_lifetime_ms,
        crypto::seal_device_name(directory, fingerprint, own.id(), replica.name(), random),
        {}};
    self.wraps.push_back(wrap_for(own, directory, random));
    for (const crypto::EpochKey& key : keys) {
        self.wraps.push_back(wrap_for(own, key, random));
    }
    std::ranges::sort(self.wraps, {}, &crypto::EnrolEntry::Wrap::space);

    Chain chain({}, issued_ms);
    chain.append(signed_root);
    chain.sign(epoch_entry(directory), issuer);
    chain.sign(std::move(spaces), issuer);
    for (const crypto::EpochKey& key : keys) {
        chain.sign(epoch_entry(key), issuer);
    }
    chain.sign(std::move(self), issuer);
    chain.sign(crypto::CatalogueEntry{parsed.version(), catalogue}, issuer);
    COTMOC_ASSIGN(const auto entries, chain.entries());
    return replica.take_trust(entries);
}

/// The trust feed's first space is the province-wide one (S16).
Result<std::vector<SpacePlan>> province_first(std::string_view province, std::span<const SpacePlan> spaces) {
    std::vector<SpacePlan> plans(spaces.begin(), spaces.end());
    const auto wide = std::ranges::find(plans, province, &SpacePlan::name);
    if (wide == plans.end()) {
        return fail(ErrorCode::bad_fleet, "no space is named " + std::string(province));
    }
    std::rotate(plans.begin(), wide, std::next(wide));
    return plans;
}

}  // namespace

std::vector<crypto::KeyFileContents::Extra> Authority::seeds(Random& random, const RootKeys& root) {
    std::vector<crypto::KeyFileContents::Extra> seeds;
    if (root.keys.empty()) {
        seeds.push_back({std::string(root_seed), crypto::Secret::random(32, random)});
    }
    seeds.push_back({std::string(issuer_seed), crypto::Secret::random(32, random)});
    seeds.push_back({std::string(recovery_seed),
                     root.recovery.empty() ? crypto::Secret::random(32, random) : root.recovery.clone()});
    return seeds;
}

Result<void> Authority::create(const ReplicaEnvironment& environment, std::string_view province,
                               std::span<const SpacePlan> spaces, std::string_view catalogue_json,
                               const crypto::Secret& passphrase, crypto::KdfPreset preset, RootKeys root) {
    // Bad input is found before anything is made.
    COTMOC_TRY(core::Catalogue::parse(catalogue_json));
    COTMOC_TRY(province_first(province, spaces));
    return Replica::create(environment, "authority", passphrase, preset, seeds(environment.random, root),
                           [&](Replica& replica) {
                               return begin(replica, province, spaces, catalogue_json, environment.clock,
                                            environment.random, root);
                           });
}

Result<void> Authority::begin(Replica& replica, std::string_view province, std::span<const SpacePlan> spaces,
                              std::string_view catalogue_json, Clock& clock, Random& random,
                              const RootKeys& root) {
    COTMOC_ASSIGN(const std::vector<SpacePlan> plans, province_first(province, spaces));
    return sign_beginning(replica, plans, catalogue_json, now_ms(clock), random, root);
}

Result<Authority> Authority::of(Replica& replica, Clock& clock, Random& random) {
    const crypto::Secret* issuer = replica.keys().find(issuer_seed);
    if (issuer == nullptr) {
        return fail(ErrorCode::not_authority);
    }
    auto key = crypto::SigningKey::from_seed(issuer->clone());
    const auto& issuers = replica.trust().root().issuers;
    const auto named = std::ranges::find(issuers, key.public_key(), &crypto::RootEntry::Issuer::key);
    if (named == issuers.end() || named->last_position != 0) {
        return fail(ErrorCode::not_authority, named == issuers.end() ? "the root does not name its issuer key"
                                                                     : "the issuer key is dismissed");
    }
    return Authority(replica, std::move(key), clock, random);
}

Chain Authority::begin_chain() const { return {replica_->trust(), now_ms(*clock_)}; }

Result<void> Authority::publish(const Chain& chain) {
    COTMOC_ASSIGN(const auto entries, chain.entries());
    return replica_->take_trust(entries);
}

Result<std::string> Authority::enrol(std::string_view text, crypto::Role role,
                                     std::span<const std::string> names) {
    COTMOC_ASSIGN(const crypto::EnrolmentRequest request, crypto::parse_request(text));
    const crypto::TrustState& trust = replica_->trust();
    for (const crypto::TrustState::Device& device : trust.devices()) {
        if (device.id == request.keys.id() || replica_->device_name(device.index) == request.name) {
            return fail(ErrorCode::already_enrolled, request.name);
        }
    }
    const crypto::EpochKey* directory = replica_->key_ring().newest(trust.directory());
    if (directory == nullptr) {
        return fail(ErrorCode::no_epoch_key, "directory");
    }
    const std::uint64_t issued = now_ms(*clock_);
    if (issued > trust.root().expires_ms && !switched_off("root-expiry")) {
        return fail(ErrorCode::root_expired);
    }
    crypto::EnrolEntry entry{
        request.keys,
        role,
        {},
        false,
        issued,
        issued + device_lifetime_ms,
        crypto::seal_device_name(*directory, fingerprint(), request.keys.id(), request.name, *random_),
        {}};
    COTMOC_ASSIGN(auto found, find_spaces(names));
    entry.spaces = std::move(found.first);
    entry.all_spaces = found.second;
    if (crypto::is_data_role(role)) {
        if (entry.spaces.empty() && !entry.all_spaces) {
            return fail(ErrorCode::space_needed, request.name);
        }
        crypto::TrustState::Device device;
        device.role = role;
        device.spaces = entry.spaces;
        device.all_spaces = entry.all_spaces;
        std::vector<SpaceId> readable = trust.readable(device);
        readable.push_back(trust.directory());
        std::ranges::sort(readable);
        for (const SpaceId& id : readable) {
            const crypto::EpochKey* key = replica_->key_ring().newest(id);
            if (key == nullptr) {
                return fail(ErrorCode::no_epoch_key, id.hex());
            }
            entry.wraps.push_back(wrap_for(request.keys, *key, *random_));
        }
    } else if (!entry.spaces.empty()) {
        return fail(ErrorCode::wrong_usage, "a hub holds no space");
    }
    Chain chain(trust, issued);
    chain.sign(std::move(entry), issuer_);
    COTMOC_TRY(publish(chain));
    COTMOC_ASSIGN(const std::vector<Bytes> entries, replica_->store().trust_entries());
    return crypto::encode_grant(entries);
}

Result<void> Authority::publish_catalogue(std::string_view json) {
    COTMOC_ASSIGN(const core::Catalogue next, core::Catalogue::parse(json));
    if (const core::Catalogue* current = replica_->catalogue()) {
        COTMOC_TRY(current->check_successor(next));
    }
    const crypto::TrustState& trust = replica_->trust();
    const crypto::EpochKey* directory = replica_->key_ring().newest(trust.directory());
    if (directory == nullptr) {
        return fail(ErrorCode::no_epoch_key, "directory");
    }
    COTMOC_ASSIGN(const Bytes sealed, crypto::seal_catalogue(*directory, fingerprint(), json, *random_));
    Chain chain = begin_chain();
    chain.sign(crypto::CatalogueEntry{next.version(), sealed}, issuer_);
    return publish(chain);
}

}  // namespace cotmoc::sync
