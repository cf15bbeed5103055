// A small province in memory: an authority, its trust feed and devices, all from a seed. Link cotmoc::crypto.
#pragma once

#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/key_ring.hpp>

#include "support/seeded_random.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace cotmoc::test_support {

class TestProvince {
public:
    static constexpr std::uint64_t start_ms = 1'700'000'000'000;
    static constexpr std::uint64_t year_ms = 365ull * 24 * 3600 * 1000;

    struct Member {
        std::string name;
        crypto::Role role{};
        crypto::DeviceKeys keys;
        DeviceId id;
    };

    /// Root, directory key, spaces (the first is the province-wide one; the others' writers are all data
    /// roles), space keys, the authority's device.
    explicit TestProvince(
        std::uint64_t seed = 1,
        std::vector<std::string> space_names = {"kon-tum", "kon-tum/ngoc-hoi", "kon-tum/dak-glei"},
        std::uint8_t province_writer_roles = 1u << static_cast<unsigned>(crypto::Role::province_officer))
        : random(initialised(seed)),
          root_key(signing_key()),
          issuer_key(signing_key()),
          names_(std::move(space_names)) {
        make_root();
        crypto::EpochKey directory = crypto::EpochKey::generate(trust.directory(), 1, random);
        append(epoch_entry(directory));
        keys.add(std::move(directory));
        append(spaces_entry(province_writer_roles));
        for (const std::string& name : names_) {
            crypto::EpochKey key = crypto::EpochKey::generate(space(name), 1, random);
            append(epoch_entry(key));
            keys.add(std::move(key));
        }
        enrol("authority", crypto::Role::authority, {}, true);
    }

    SpaceId space(std::string_view name) const { return crypto::space_id(trust.root_fingerprint(), name); }
    const std::vector<std::string>& space_names() const { return names_; }
    const Member& member(std::string_view name) const {
        const auto found = std::ranges::find(members, name, &Member::name);
        COTMOC_CHECK(found != members.end());
        return *found;
    }

    /// Makes keys for a device and enrols it with wraps of the newest epochs that it may read.
    const Member& enrol(std::string name, crypto::Role role, const std::vector<std::string>& spaces = {},
                        bool all_spaces = false) {
        crypto::DeviceKeys device = crypto::DeviceKeys::generate(random);
        append(enrol_entry(name, device.public_keys(), role, spaces, all_spaces));
        const DeviceId id = device.public_keys().id();
        members.push_back({std::move(name), role, std::move(device), id});
        return members.back();
    }

    /// A new epoch of a space (or of trust.directory()) with wraps for all who read it.
    void rotate(const SpaceId& id) {
        const crypto::EpochKey* older = keys.newest(id);
        COTMOC_CHECK(older != nullptr);
        crypto::EpochKey newer = crypto::EpochKey::generate(id, older->epoch + 1, random);
        crypto::EpochEntry entry = epoch_entry(newer);
        entry.previous_key = crypto::seal_previous_key(newer, *older, random);
        for (const crypto::TrustState::Device& device : trust.devices()) {
            if (reads(device, id)) {
                entry.wraps.push_back(
                    {device.id, crypto::wrap(newer, device.id, device.keys.agreement, random)});
            }
        }
        std::ranges::sort(entry.wraps, {}, &crypto::EpochEntry::Wrap::device);
        append(std::move(entry));
        keys.add(std::move(newer));
    }

    void publish_catalogue(std::string_view json) {
        auto sealed =
            crypto::seal_catalogue(*keys.newest(trust.directory()), trust.root_fingerprint(), json, random);
        COTMOC_CHECK(sealed.has_value());
        append(crypto::CatalogueEntry{static_cast<std::uint32_t>(trust.catalogues().size() + 1),
                                      std::move(*sealed)});
    }

    /// The keys that a device finds in the feed.
    crypto::KeyRing key_ring(const Member& device) const {
        crypto::KeyRing ring;
        COTMOC_CHECK(ring.update(trust, device.keys).empty());
        return ring;
    }

    // The parts, for tests that build entries of their own.
    crypto::TrustEntry next(crypto::TrustBody body) const {
        return {trust.position() + 1, trust.head(), start_ms + trust.position(), std::move(body)};
    }
    crypto::SignedTrustEntry sign(crypto::TrustBody body) const {
        const bool root = std::holds_alternative<crypto::RootEntry>(body);
        return crypto::sign_trust_entry(next(std::move(body)), root ? root_key : issuer_key);
    }
    /// Signs, applies and keeps an entry that must be right.
    void append(crypto::TrustBody body) {
        crypto::SignedTrustEntry entry = sign(std::move(body));
        COTMOC_CHECK(trust.apply(entry.bytes).has_value());
        entries.push_back(std::move(entry.bytes));
    }
    /// A member's present rights as an entry that changes nothing.
    crypto::RightsEntry rights(std::string_view name) const {
        const crypto::TrustState::Device& device = *trust.find(member(name).id);
        crypto::RightsEntry entry;
        entry.device = device.id;
        entry.role = device.role;
        entry.spaces = device.spaces;
        entry.all_spaces = device.all_spaces;
        entry.not_after_ms = device.not_after_ms;
        for (const auto& [space, terms] : device.terms) {
            entry.feeds.push_back({space, terms});
        }
        return entry;
    }
    crypto::EpochEntry epoch_entry(const crypto::EpochKey& key) const {
        return {key.space, key.epoch, key.check(), {}, {}};
    }
    crypto::SpacesEntry spaces_entry(std::uint8_t province_writer_roles) {
        crypto::SpacesEntry entry;
        for (const std::string& name : names_) {
            const std::uint8_t writers = entry.spaces.empty() ? province_writer_roles : std::uint8_t{0};
            Bytes sealed = crypto::seal_space_name(*keys.newest(trust.directory()), trust.root_fingerprint(),
                                                   space(name), {name, "label of " + name}, random);
            entry.spaces.push_back({space(name), writers, std::move(sealed)});
        }
        return entry;
    }
    crypto::EnrolEntry enrol_entry(std::string_view name, const crypto::DevicePublicKeys& device,
                                   crypto::Role role, const std::vector<std::string>& spaces,
                                   bool all_spaces) {
        crypto::EnrolEntry entry;
        entry.keys = device;
        entry.role = role;
        entry.all_spaces = all_spaces;
        entry.not_before_ms = start_ms;
        entry.not_after_ms = start_ms + year_ms;
        entry.sealed_name = crypto::seal_device_name(*keys.newest(trust.directory()),
                                                     trust.root_fingerprint(), device.id(), name, random);
        for (const std::string& space_name : all_spaces ? names_ : spaces) {
            entry.spaces.push_back(space(space_name));
        }
        std::ranges::sort(entry.spaces);
        add_wraps(entry);
        return entry;
    }

    SeededRandom random;
    crypto::SigningKey root_key;
    crypto::SigningKey issuer_key;
    crypto::TrustState trust;
    std::vector<Bytes> entries;   // the trust feed, positions 1, 2, 3 …
    crypto::KeyRing keys;         // the authority's: every epoch of every space
    std::vector<Member> members;  // in the order of enrolment; the first is the authority's device

private:
    static std::uint64_t initialised(std::uint64_t seed) {
        COTMOC_CHECK(crypto::initialise().has_value());
        return seed;
    }
    crypto::SigningKey signing_key() {
        return crypto::SigningKey::from_seed(crypto::Secret::random(32, random));
    }
    void make_root() {
        crypto::RootEntry root;
        root.expires_ms = start_ms + 3 * year_ms;
        root.root_keys = {root_key.public_key()};
        root.issuers = {{issuer_key.public_key(), true, {}, 0}};
        root.suites = {1};
        append(std::move(root));
    }
    bool reads(const crypto::TrustState::Device& device, const SpaceId& id) const {
        return id == trust.directory() ? device.role != crypto::Role::hub && !device.revoked
                                       : std::ranges::count(trust.readable(device), id) != 0;
    }
    void add_wraps(crypto::EnrolEntry& entry) {
        crypto::TrustState::Device device;
        device.role = entry.role;
        device.spaces = entry.spaces;
        device.all_spaces = entry.all_spaces;
        std::vector<SpaceId> readable = trust.readable(device);
        if (device.role != crypto::Role::hub) {
            readable.push_back(trust.directory());
        }
        std::ranges::sort(readable);
        for (const SpaceId& id : readable) {
            const crypto::EpochKey* key = keys.newest(id);
            entry.wraps.push_back(
                {id, key->epoch, crypto::wrap(*key, entry.keys.id(), entry.keys.agreement, random)});
        }
    }

    std::vector<std::string> names_;
};

}  // namespace cotmoc::test_support
