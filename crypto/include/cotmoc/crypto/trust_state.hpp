// What the trust feed up to some position says: a pure function of its entries. Hub and devices share it.
#pragma once

#include <cotmoc/crypto/trust_entry.hpp>

#include <map>

namespace cotmoc::crypto {

class TrustState {
public:
    struct Device {
        DeviceIndex index{};
        DeviceId id;
        DevicePublicKeys keys;
        Role role{};
        std::vector<SpaceId> spaces;  // sorted
        bool all_spaces = false;
        std::uint64_t not_before_ms = 0;
        std::uint64_t not_after_ms = 0;
        Bytes sealed_name;
        std::uint64_t position = 0;  // of the entry that enrolled it
    };
    struct Space {
        SpaceId id;
        std::uint8_t writer_roles = 0;
        Bytes sealed_name;
    };
    struct Epoch {
        SpaceId space;
        std::uint32_t epoch = 0;
        Hash256 check;
        Bytes previous_key;
        std::map<DeviceId, EpochWrap> wraps;  // of the epoch entry and of later enrolments
    };

    /// Applies the next position: it must continue the chain, be signed by whom the root names (position 1 by
    /// a root key it lists), enrol no key twice, name known spaces and epochs in order. A position already
    /// held is accepted if it is the same, else forked_feed. On an error nothing changes.
    Result<void> apply(BytesView entry);

    std::uint64_t position() const { return position_; }
    const Hash256& head() const { return head_; }  // hash of the last position
    bool empty() const { return position_ == 0; }
    const Hash256& root_fingerprint() const { return root_fingerprint_; }
    const RootEntry& root() const { return root_; }

    const Device* find(const DeviceId& id) const;
    const Device* find(const AgreementPublicKey& key) const;
    const Device* find(DeviceIndex index) const;
    const std::vector<Device>& devices() const { return devices_; }
    const std::vector<Space>& spaces() const { return spaces_; }  // the province-wide one first
    const Space* find_space(const SpaceId& id) const;
    SpaceId directory() const { return directory_; }
    const std::vector<Epoch>& epochs() const { return epochs_; }  // in feed order
    const Epoch* newest_epoch(const SpaceId& space) const;
    const std::vector<CatalogueEntry>& catalogues() const { return catalogues_; }

    /// The spaces that a device reads: those of its certificate and, for a data role, the province-wide one;
    /// all for the authority; none for a hub.
    std::vector<SpaceId> readable(const Device& device) const;
    /// The spaces whose envelopes a hub or peer may pass to the device: readable ones; for a hub, all.
    std::vector<SpaceId> carried(const Device& device) const;
    /// S13 as far as this version goes: a data role that reads the space and that `writer_roles` allows.
    bool may_write(const Device& device, const SpaceId& space) const;

private:
    Result<void> check_signer(const ParsedTrustEntry& parsed) const;
    void take_root(ParsedTrustEntry& parsed);
    void take(ParsedTrustEntry& parsed);
    void take(SpacesEntry& entry);
    void take(EpochEntry& entry);
    void take(EnrolEntry& entry, std::uint64_t position);
    void advance(const Hash256& hash);

    std::uint64_t position_ = 0;
    Hash256 head_;
    Hash256 root_fingerprint_;
    SpaceId directory_;
    RootEntry root_;
    std::vector<Device> devices_;
    std::vector<Space> spaces_;
    std::vector<Epoch> epochs_;
    std::vector<CatalogueEntry> catalogues_;

    std::vector<Hash256> hashes_;            // of each position, to tell a repeat from a fork
    std::map<DeviceId, std::size_t> by_id_;  // places in devices_
    std::map<AgreementPublicKey, std::size_t> by_agreement_key_;
    std::map<SpaceId, std::size_t> newest_epochs_;  // places in epochs_
};

}  // namespace cotmoc::crypto
