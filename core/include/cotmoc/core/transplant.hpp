// Unsent ops of a device's former feed, made anew in the feed of its new identity (docs/restored-backups.md).
#pragma once

#include <cotmoc/core/change_set.hpp>

#include <map>

namespace cotmoc::core {

/// What a change set that was set aside has in common with the one that came back for the same place.
struct Unshared {
    ChangeSet ops;  // those that the other one does not hold
    bool any_shared = false;
};

/// An op is shared if its dot and its content are the same. `shared_until` is the newest stamp of an op known
/// to be shared: the copies parted no earlier, so a value of before that which the other feed has under the
/// same dot with a later stamp is the same one, replaced before it was sealed (S3). It rises with what is
/// found here.
Unshared without_shared(const ChangeSet& mine, const ChangeSet& held, Hlc& shared_until);

/// Gives ops new dots in another feed and follows them in whatever refers to them. An op keeps its index.
class Transplant {
public:
    Transplant(DeviceIndex from, DeviceIndex to) : from_(from), to_(to) {}

    /// `set` stood at `seq` of the former feed and will stand at `new_seq` of the new one. In rising order.
    /// What it says of ops that were not moved stays as it is.
    void move(ChangeSet& set, std::uint64_t seq, std::uint64_t new_seq);

private:
    void note(const ChangeSet& set, std::uint64_t seq, std::uint64_t new_seq);
    void rename(Dot& dot) const;

    DeviceIndex from_;
    DeviceIndex to_;
    struct Moved {
        std::uint32_t last = 0;  // the last index of the run that begins here
        std::uint64_t new_seq = 0;
    };
    std::map<std::pair<std::uint64_t, std::uint32_t>, Moved> moved_;  // by former seq and first index
};

}  // namespace cotmoc::core
