// What the authority does: make the root and the spaces, enrol devices, publish catalogues. Its directory is
// a replica too; `sync` publishes what it signed.
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

struct SpacePlan {
    std::string name;
    std::string label;
    std::vector<crypto::Role> writers;  // empty: every data role that holds the space
};

/// The `spaces` of a file shaped like fleet.json: [{"id","label","writers":[roles]}]. bad_fleet.
Result<std::vector<SpacePlan>> parse_spaces(std::string_view json);

class Authority {
public:
    /// Makes the directory's replica with a 1-of-1 root, an issuer key, the spaces, their keys and the
    /// catalogue. The space named like the province is the province-wide one.
    static Result<void> create(const ReplicaEnvironment& environment, std::string_view province,
                               std::span<const SpacePlan> spaces, std::string_view catalogue_json,
                               const crypto::Secret& passphrase, crypto::KdfPreset preset);
    /// The part of create() after the keys: signs the beginning of the trust feed in a replica that has none.
    static Result<void> begin(Replica& replica, std::string_view province, std::span<const SpacePlan> spaces,
                              std::string_view catalogue_json, Clock& clock, Random& random);
    /// The seeds that an authority's key file holds besides a device's.
    static std::vector<crypto::KeyFileContents::Extra> seeds(Random& random);
    /// not_authority if the replica's key file holds no issuer key.
    static Result<Authority> of(Replica& replica, Clock& clock, Random& random);

    Hash256 fingerprint() const { return replica_->trust().root_fingerprint(); }
    /// `spaces` are names; "*" means every space. The grant's text.
    Result<std::string> enrol(std::string_view request, crypto::Role role,
                              std::span<const std::string> spaces);
    /// catalogue_conflict if it contradicts the one in use.
    Result<void> publish_catalogue(std::string_view json);
    /// Names the branch of a forked feed that stays (S17): the change set `seq` whose hash begins with these
    /// hexadecimal digits. The device keeps its other rights. unknown_device, unknown_change,
    /// ambiguous_change.
    Result<void> settle(std::string_view device, const SpaceId& space, std::uint64_t seq,
                        std::string_view digits);

private:
    Authority(Replica& replica, crypto::SigningKey issuer, Clock& clock, Random& random)
        : replica_(&replica), issuer_(std::move(issuer)), clock_(&clock), random_(&random) {}
    Replica* replica_;
    crypto::SigningKey issuer_;
    Clock* clock_;
    Random* random_;
};

}  // namespace cotmoc::sync
