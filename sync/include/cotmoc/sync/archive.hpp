// Signed history without keys: what a hub holds, or a file of the same form that a replica wrote. Anyone who
// knows the root's fingerprint can check it, and nobody can read it.
#pragma once

#include <cotmoc/sync/hub.hpp>

namespace cotmoc::sync {

struct ArchiveCheck {
    std::vector<Error> wrong;  // the detail begins with the place: space id, device id and seq
    Hash256 root_fingerprint;  // the one that the trust feed has
    std::uint64_t trust_entries = 0;
    std::uint64_t change_sets = 0;
    std::uint64_t without_right = 0;  // change sets whose author had no right there (S13): kept, void
};

/// The trust feed from position 1, and of each change set its form, author, signature, place in its feed, and
/// whether it is the one that the trust feed names there. Not what a key is needed for: what is inside.
/// wrong_root, among what is wrong, if `root` is another one.
Result<ArchiveCheck> check_archive(HubStore& archive, const std::optional<Hash256>& root);

/// Copies the trust feed and all envelopes of `source` into an empty archive; the number of change sets.
Result<std::uint64_t> write_archive(FeedStore& source, HubStore& archive);

}  // namespace cotmoc::sync
