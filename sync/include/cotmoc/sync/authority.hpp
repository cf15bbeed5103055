// What the authority does: make the root and the spaces, enrol devices, give and take rights, change epoch
// keys, publish catalogues. Its directory is a replica too; `sync` publishes what it signed.
#pragma once

#include <cotmoc/crypto/recovery.hpp>
#include <cotmoc/sync/replica.hpp>
#include <cotmoc/sync/root_keys.hpp>

namespace cotmoc::sync {

struct SpacePlan {
    std::string name;
    std::string label;
    std::vector<crypto::Role> writers;  // empty: every data role that holds the space
};

/// The `spaces` of a file shaped like fleet.json: [{"id","label","writers":[roles]}]. bad_fleet.
Result<std::vector<SpacePlan>> parse_spaces(std::string_view json);

/// After its certificate has ended a device has so long to be renewed before it gets no fresh keys any more.
inline constexpr std::uint64_t certificate_grace_ms = 60ull * 24 * 60 * 60 * 1000;
/// An epoch key that is older is changed at the authority's next sync.
inline constexpr std::uint64_t epoch_lifetime_ms = 30ull * 24 * 60 * 60 * 1000;
/// What people call the key of names and catalogues, beside the spaces.
inline constexpr std::string_view directory_name = "directory";

/// By space name: the last change set of the device's feed that counts; 0: none does.
using Cuts = std::map<std::string, std::uint64_t, std::less<>>;

/// What a change of a device's rights does.
struct RightsChange {
    DeviceId device;
    std::string name;
    struct Space {
        std::string space;
        std::uint64_t cut_seq = 0;
        Hash256 cut_hash;  // zero for 0
        // Held here, counted until now, and count no more.
        std::uint64_t void_change_sets = 0;
        std::uint64_t void_ops = 0;
    };
    std::vector<Space> cuts;  // of the spaces in which a right ends; by name
    std::vector<std::string> rotated;
};

class Chain;
class FeedTerms;

class Authority {
public:
    /// Makes the directory's replica with a root, an issuer key, a recovery key, the spaces, their keys and
    /// the catalogue. The space named like the province is the province-wide one. Without `root` the
    /// directory keeps the one root key itself.
    static Result<void> create(const ReplicaEnvironment& environment, std::string_view province,
                               std::span<const SpacePlan> spaces, std::string_view catalogue_json,
                               const crypto::Secret& passphrase, crypto::KdfPreset preset,
                               RootKeys root = {});
    /// The part of create() after the keys: signs the beginning of the trust feed in a replica that has none.
    static Result<void> begin(Replica& replica, std::string_view province, std::span<const SpacePlan> spaces,
                              std::string_view catalogue_json, Clock& clock, Random& random,
                              const RootKeys& root = {});
    /// The seeds that an authority's key file holds besides a device's.
    static std::vector<crypto::KeyFileContents::Extra> seeds(Random& random, const RootKeys& root = {});
    /// not_authority if the replica's key file holds no issuer key, or one that the root does not name (any
    /// more).
    static Result<Authority> of(Replica& replica, Clock& clock, Random& random);

    Hash256 fingerprint() const { return replica_->trust().root_fingerprint(); }
    /// `spaces` are names; "*" means every space. The grant's text.
    Result<std::string> enrol(std::string_view request, crypto::Role role,
                              std::span<const std::string> spaces);
    /// The office recovery: the data key of a device's wrap for the session that asks. Whether the person may
    /// have it is for the caller to ask. no_recovery if this key file holds no recovery key, wrong_root,
    /// unknown_device, revoked, bad_recovery.
    Result<std::string> answer_recovery(const crypto::RecoveryRequest& request);
    /// catalogue_conflict if it contradicts the one in use.
    Result<void> publish_catalogue(std::string_view json);
    /// Names the branch of a forked feed that stays (S17): the change set `seq` whose hash begins with these
    /// hexadecimal digits. The device keeps its other rights. unknown_device, unknown_change,
    /// ambiguous_change.
    Result<void> settle(std::string_view device, const SpaceId& space, std::uint64_t seq,
                        std::string_view digits);

    /// By name, or by 8 or more hexadecimal digits that begin its id. unknown_device. Valid until something
    /// is signed.
    Result<const crypto::TrustState::Device*> find_device(std::string_view name_or_id) const;
    /// Ends all rights of a device: what is held here of its feeds stays, or in spaces of `cuts` what lies up
    /// to the cut; the keys of all that it could read are changed. Of a revoked device only the cuts that are
    /// named move. unknown_space, out_of_bounds if less is held than a cut names.
    Result<RightsChange> revoke(std::string_view device, crypto::RightsReason reason, const Cuts& cuts = {});
    /// What comes back of what was taken away.
    struct Readmission {
        std::vector<std::string> changes;  // single change sets: SPACE:SEQ, or 8 digits or more of their hash
        Cuts cuts;                         // ends lie here now
    };
    /// Without either the device has its rights again, and all that it wrote meanwhile counts. not_revoked,
    /// unknown_change, ambiguous_change; not_allowed where it never had a right.
    Result<RightsChange> readmit(std::string_view device, const Readmission& what = {});
    /// Another role, other spaces, or both. What is held here of the feeds concerned counts under the old
    /// rights, what comes after under the new ones.
    Result<RightsChange> change(std::string_view device, std::optional<crypto::Role> role,
                                const std::optional<std::vector<std::string>>& spaces);
    /// A certificate that ends so many days from now, with the newest keys; as a grant that the device can
    /// join again. revoked.
    Result<std::string> renew(std::string_view device, unsigned days);
    /// Who writes a space from now on; none named: every data role that holds it. Ends the rights of those
    /// who lose them, which are returned by name.
    Result<std::vector<std::string>> set_writers(std::string_view space, std::span<const crypto::Role> roles);

    /// A new epoch key of a space or of the directory, for the devices that may read it now.
    Result<void> rotate(std::string_view space);
    /// Spaces whose key is too old, or is held by a device that may have it no more.
    std::vector<std::string> rotation_due(std::uint64_t now_ms) const;
    /// Rotates them; their names.
    Result<std::vector<std::string>> rotate_due();

private:
    Chain begin_chain() const;
    Result<void> publish(const Chain& chain);
    std::string space_name(const SpaceId& id) const;
    /// "*" stands for every space, the second half.
    Result<std::pair<std::vector<SpaceId>, bool>> find_spaces(std::span<const std::string> names) const;
    FeedPosition held(const crypto::TrustState::Device& device, const SpaceId& space) const;
    Result<FeedPosition> place(const crypto::TrustState::Device& device, const SpaceId& space,
                               std::uint64_t seq) const;
    Result<std::pair<SpaceId, std::uint64_t>> find_change(const crypto::TrustState::Device& device,
                                                          std::string_view change) const;
    Result<RightsChange::Space> loss(const crypto::TrustState::Device& device, const SpaceId& space,
                                     const FeedTerms& before, const FeedTerms& after) const;
    Result<void> move_cut(const crypto::TrustState::Device& device, crypto::RightsEntry& rights,
                          const std::string& space, std::uint64_t seq, RightsChange& result) const;
    Result<void> end_all(const crypto::TrustState::Device& device, crypto::RightsEntry& rights,
                         const Cuts& cuts, RightsChange& result) const;
    Result<void> end_old_rights(const crypto::TrustState::Device& device, crypto::RightsEntry& rights,
                                RightsChange& result) const;
    Result<void> give_back(const crypto::TrustState::Device& device, crypto::RightsEntry& rights) const;
    Result<void> give_back(const crypto::TrustState::Device& device, crypto::RightsEntry& rights,
                           const std::vector<std::string>& changes) const;
    Result<void> add_missing_wraps(crypto::RightsEntry& rights, std::uint64_t now_ms) const;
    std::vector<SpaceId> due(std::uint64_t now_ms) const;
    Result<void> rotate(Chain& chain, std::span<const SpaceId> spaces, std::vector<std::string>& names);
    Result<crypto::EpochEntry> next_epoch(const crypto::TrustState& state, const SpaceId& space,
                                          std::uint64_t now_ms) const;

    Authority(Replica& replica, crypto::SigningKey issuer, Clock& clock, Random& random)
        : replica_(&replica), issuer_(std::move(issuer)), clock_(&clock), random_(&random) {}
    Replica* replica_;
    crypto::SigningKey issuer_;
    Clock* clock_;
    Random* random_;
};

}  // namespace cotmoc::sync
