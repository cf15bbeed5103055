// What a store holds of feeds: change sets on their way in and out, envelopes, and the branches of forked
// feeds.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>
#include <cotmoc/core/change_set.hpp>
#include <cotmoc/core/hlc.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cotmoc::core {

/// The position of a feed in the store.
struct FeedState {
    DeviceIndex device{};
    std::uint64_t seq = 0;
    Hash256 hash;
};

/// A change set that is ready to be sealed: its place in the own feed and its ops.
struct PendingChangeSet {
    std::uint64_t seq = 0;
    Hlc newest;
    ChangeSet ops;
    std::uint64_t ops_made = 0;  // for counts shown to people
};

/// A change set to be applied, decoded, with what its author had seen.
struct IncomingChangeSet {
    SpaceId space;
    DeviceIndex author{};
    std::uint64_t seq = 0;
    Hlc newest;
    const ChangeSet* ops = nullptr;
    /// By device index, own feed included at seq - 1.
    std::vector<std::uint64_t> seen;
    std::uint64_t trust_position = 0;
    /// Why the author had no right to write this (S13): all its ops are void. Nothing: it had the right.
    std::optional<ErrorCode> no_right = {};
    std::string_view author_role = {};  // as catalogues name it; workflows ask for it (S12)
    /// What the author's frontier names, if that is not `seen`: of a branch that lost, only what it has in
    /// common with the feed lies in the past (S17).
    std::optional<std::vector<std::uint64_t>> claimed = {};
};

struct ApplyOutcome {
    std::uint64_t ops = 0;
    std::uint64_t void_ops = 0;
    std::uint64_t new_conflicts = 0;  // fields that have a listed loser now and had none
};

enum class EnvelopeStatus : std::uint8_t { applied = 0, quarantined = 1 };

struct EnvelopeRow {
    std::int64_t position = 0;
    SpaceId space;
    DeviceIndex author{};
    std::uint64_t seq = 0;
    Hash256 hash;
    std::uint64_t ops = 0;
    EnvelopeStatus status{};
    std::string reason;  // of quarantine: an error name
    Bytes bytes;
};

/// An envelope of a forked feed that stands beside the feed (S17).
struct SideEnvelope {
    DeviceIndex author{};
    std::uint64_t seq = 0;
    Hash256 hash;
    Hash256 previous;
};

/// One of several change sets that a device signed for one place.
struct ForkPlace {
    DeviceIndex author{};
    std::uint64_t seq = 0;
    Hash256 hash;
    bool stands = false;  // it is the one in the feed
};

/// How a feed that is forked was judged last.
struct ForkJudgement {
    DeviceIndex device{};
    std::uint64_t void_from = 0;  // what _envelope holds from here on has no effect; 0: all of it counts
    friend bool operator==(const ForkJudgement&, const ForkJudgement&) = default;
};

}  // namespace cotmoc::core
