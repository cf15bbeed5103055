// What each device entered, written down beside the replicas, and whether the history that was signed still
// has all of it.
#pragma once

#include "support/fleet.hpp"

#include <set>

namespace cotmoc::test_support {

/// One value that a person entered on a device and that was committed there.
struct Entered {
    std::string device;
    RecordId record;
    std::string field;     // "" for delete and restore
    core::OpKind kind{};   // set for what a creation sets
    core::Value value;     // add: the amount. edit_text: what the text was after it
    bool initial = false;  // by a creation
};

class EntryLog {
public:
    /// `folds`: the kind's pending edits may be folded together. A value that replaces one of the same device
    /// that is not sealed yet takes its place (S3).
    void note(Entered entered, bool folds);
    /// The device begins a session: what it entered is sealed now.
    void seal(const std::string& device) { unsealed_.erase(device); }

    std::size_t size() const { return entered_.size(); }
    const std::vector<Entered>& entered() const { return entered_; }

private:
    std::vector<Entered> entered_;
    std::map<std::string, std::vector<std::size_t>> unsealed_;  // places in entered_
};

/// The first thing entered that the history which `holder` holds does not have; "" if it has all of it.
/// Sets, sums of increments, elements, texts, deletes, restores and acknowledgements are looked for under
/// the device that made them.
std::string find_missing(Fleet& fleet, const std::string& holder, const SpaceId& space, const EntryLog& log);

}  // namespace cotmoc::test_support
