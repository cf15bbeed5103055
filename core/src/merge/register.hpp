// The register shape (semantics S7, S8): which sets are live, which losers still need a person, and which
// sets a workflow's rights (S12) have to remember.
#pragma once

#include "merge/device_table.hpp"
#include "merge/past.hpp"

namespace cotmoc::core {

/// A set that still matters: live, or lost without having been settled.
struct RegisterOp {
    Dot dot;
    Hlc at;
    Value value;
    bool settled = false;
    bool resolving = false;  // made by `resolve`; says why there is a conflict, decides nothing
    friend bool operator==(const RegisterOp&, const RegisterOp&) = default;
};

/// A set that is live no more, as a workflow remembers it: whoever did not see what stands above it still had
/// it in his sight.
struct PassedOp {
    Dot dot;
    Value value;
    std::vector<Dot> above;  // the earliest sets that saw it, in dot order
    friend bool operator==(const PassedOp&, const PassedOp&) = default;
};

/// How a set is applied.
struct SetMode {
    bool settling = false;      // a `resolve`
    bool keeps_passed = false;  // the field is a workflow
};

/// How a register's live values are ordered for display; a view, not part of the state.
struct RegisterView {
    const DeviceTable& devices;
    const Field* field = nullptr;  // nothing: an unknown field, shown as `latest`
};

class Register {
public:
    /// Applies a set, or a `resolve` with a value. Ops arrive in causal order.
    void apply_set(RegisterOp op, const std::optional<Dot>& over, SetMode mode, const Past& past);
    /// Applies an `acknowledge`: settles what lies in its past.
    void apply_acknowledge(const Past& past);
    /// What a create set in vain: its author set the field anew before anybody could see it.
    void forget_passed(const Dot& dot);
    /// Replaces the value of the author's own, not yet sealed set (S3). False if it is not live any more.
    bool replace_pending(const Dot& dot, Hlc at, Value value);

    /// The first in the view's order; nothing if no set was ever made.
    const RegisterOp* displayed(const RegisterView& view) const;
    /// Losers that differ from what is displayed and are not settled, in dot order.
    std::vector<const RegisterOp*> listed(const RegisterView& view) const;

    /// The values that were live for somebody who had seen `past` and nothing else. Precondition: every set
    /// was applied with keeps_passed.
    std::vector<const Value*> live_within(const Past& past) const;

    /// In dot order, so that equal histories have equal forms.
    const std::vector<RegisterOp>& live() const { return live_; }
    const std::vector<RegisterOp>& lost() const { return lost_; }
    const std::vector<PassedOp>& passed() const { return passed_; }
    static Register from_parts(std::vector<RegisterOp> live, std::vector<RegisterOp> lost,
                               std::vector<PassedOp> passed = {});

private:
    std::vector<RegisterOp> live_;
    void keep_passed(const Dot& above, const Past& past);
    std::vector<RegisterOp> lost_;
    std::vector<PassedOp> passed_;
};

/// Whether `a` stands before `b` for display: enum position for worst and workflow, then HLC, device id,
/// index.
bool displays_before(const RegisterOp& a, const RegisterOp& b, const RegisterView& view);

}  // namespace cotmoc::core
