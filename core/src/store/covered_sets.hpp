// The change sets that a snapshot covers as one row of numbers: those of the first feed, then those of the
// second, and so on. An op names its change set by that number, and its stamp by what it differs from what
// the change set lets expect.
#pragma once

#include <cotmoc/core/change_set.hpp>
#include <cotmoc/core/hlc.hpp>

#include <optional>
#include <span>
#include <vector>

namespace cotmoc::core {

class CoveredSets {
public:
    /// Precondition: devices rise, `last` is not 0.
    void add_feed(DeviceIndex device, std::uint64_t last);
    std::uint64_t size() const { return size_; }
    /// Nothing if it is not covered.
    std::optional<std::uint64_t> number(DeviceIndex device, std::uint64_t seq) const;
    /// Index 0 of the change set. Precondition: number < size().
    Dot first_dot(std::uint64_t number) const;

    /// The stamp that ops of each change set are told by: one of a transaction all have it, others stand near
    /// it. In order of the numbers; a reader adds those of one block after the other.
    std::vector<Hlc> bases;

private:
    struct Feed {
        DeviceIndex device{};
        std::uint64_t first = 0;  // the number of its change set 1
        std::uint64_t last = 0;   // seq
    };
    std::vector<Feed> feeds_;
    std::uint64_t size_ = 0;
};

/// Finds the bases: of each change set the stamp of its lowest op that is shown here. One without any goes
/// with the one before, so that the column stays short.
class StampBases {
public:
    explicit StampBases(CoveredSets& sets);
    /// False if the op's change set is not covered.
    bool note(const Dot& dot, Hlc at);
    void finish();

private:
    CoveredSets& sets_;
    std::vector<std::uint32_t> lowest_;
};

}  // namespace cotmoc::core
