// What the trust feed up to some position says: a pure function of its entries. Hub and devices share it.
#pragma once

#include <cotmoc/crypto/trust_entry.hpp>

#include <map>

namespace cotmoc::crypto {

/// What a draft of a root lacks: how many signatures, of which keys that have not signed yet.
struct MissingSignatures {
    struct Side {
        std::size_t count = 0;
        std::vector<SigningPublicKey> keys;
    };
    Side former;  // of the root before
    Side next;    // of its own keys
    bool none() const { return former.count == 0 && next.count == 0; }
};

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
        // What later entries said of it. Role, spaces and not_after_ms above are those of the last one.
        bool revoked = false;
        RightsReason reason{};
        std::uint64_t rights_position = 0;  // of the entry that gave it its present rights
        SigningPublicKey rights_signer;     // of that entry; zero: a root took them (T23)
        std::map<SpaceId, std::vector<RightsEntry::Term>> terms;
        std::vector<SpaceId> ever_held;  // sorted: spaces that it could read at some time
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
        std::uint64_t position = 0;           // of its entry
        std::uint64_t issued_ms = 0;          // of its entry, by the issuer's clock
        std::map<DeviceId, EpochWrap> wraps;  // of the epoch entry and of later enrolments and rights
    };

    /// Applies the next position: it must continue the chain, be signed by whom the root names (position 1 by
    /// a root key it lists), enrol no key twice, name known spaces and epochs in order. A position already
    /// held is accepted if it is the same, else forked_feed. On an error nothing changes.
    Result<void> apply(BytesView entry);

    /// Whether a draft could be the next position once enough keys have signed it. trust_moved_on if others
    /// came there first; not_root_key; what apply() would say of its body.
    Result<MissingSignatures> check_draft(BytesView draft) const;

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

    /// The version that a new catalogue must exceed.
    std::uint32_t catalogue_version() const;

    /// The epoch that was newest at a trust position, whoever signed it; null before the first.
    const Epoch* epoch_at(const SpaceId& space, std::uint64_t position) const;

    /// The spaces that a device reads: those of its certificate and, for a data role, the province-wide one;
    /// all for the authority; none for a hub or a revoked device.
    std::vector<SpaceId> readable(const Device& device) const;
    /// The spaces whose envelopes a hub or peer may pass to the device: readable ones; for a hub, all.
    std::vector<SpaceId> carried(const Device& device) const;
    /// Spaces that it reads no more: of these it may still hand over its own feed (S14), and gets nothing.
    std::vector<SpaceId> withdrawn(const Device& device) const;
    /// The present right: a data role that reads the space and that `writer_roles` allows.
    bool may_write(const Device& device, const SpaceId& space) const;
    /// Whether it has or once had a right to write the space.
    bool ever_wrote(const Device& device, const SpaceId& space) const;
    /// S13: the role under which the ops of a change set count; nothing: they are void. A function of the
    /// trust feed held, of its latest word and not of what was said when the change set came.
    std::optional<Role> right_at(const Device& device, const SpaceId& space, std::uint64_t seq) const;
    /// The last word about a device that did not revoke it, without wraps: what a re-admission gives back.
    RightsEntry standing(const Device& device) const;
    /// The hash that the trust feed demands at this place of a feed, if it names one there (S14, S17).
    const Hash256* named_hash(const Device& device, const SpaceId& space, std::uint64_t seq) const;

private:
    /// A word about a device, kept so that a later root can void it.
    template <class Said>
    struct Spoken {
        std::uint64_t position = 0;
        SigningPublicKey signer;
        Said said;
        std::uint64_t void_since = 0;  // position of the root that made it void
    };
    using Word = Spoken<RightsEntry>;
    Result<void> check_signer(const ParsedTrustEntry& parsed) const;
    Result<void> check_new_root(const ParsedTrustEntry& parsed) const;
    void take_first_root(ParsedTrustEntry& parsed);
    void take(ParsedTrustEntry& parsed);
    void take(RootEntry& entry);
    void take(SpacesEntry& entry, const ParsedTrustEntry& parsed);
    void take(EpochEntry& entry, const ParsedTrustEntry& parsed);
    void take(EnrolEntry& entry, const ParsedTrustEntry& parsed);
    void take(RightsEntry& entry, const ParsedTrustEntry& parsed);
    /// Its role may write the space, if it holds it.
    bool is_writer(const Device& device, const SpaceId& space) const;
    bool is_cut(const SigningPublicKey& signer, std::uint64_t position) const;
    /// What a dismissed issuer signed after its last position counts no more.
    void mark_void();
    void settle_spaces();
    /// Brings a device's rights up to the last word about it that is not void.
    void settle_rights(Device& device);
    void note_held(Device& device) const;
    void advance(const Hash256& hash);

    std::uint64_t position_ = 0;
    Hash256 head_;
    Hash256 root_fingerprint_;
    SpaceId directory_;
    RootEntry root_;
    std::vector<Device> devices_;
    std::vector<std::vector<Word>> words_;  // by device index, the first is its enrolment
    std::vector<Spoken<SpacesEntry>> spaces_words_;
    std::vector<Space> spaces_;
    std::vector<Epoch> epochs_;
    std::vector<Spoken<std::uint32_t>> catalogue_words_;  // their versions
    std::vector<CatalogueEntry> catalogues_;

    std::vector<Hash256> hashes_;            // of each position, to tell a repeat from a fork
    std::map<DeviceId, std::size_t> by_id_;  // places in devices_
    std::map<AgreementPublicKey, std::size_t> by_agreement_key_;
    std::map<SpaceId, std::size_t> newest_epochs_;  // places in epochs_
};

}  // namespace cotmoc::crypto
