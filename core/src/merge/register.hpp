// The register shape (semantics S7, S8): which sets are live, which losers still need a person.
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

/// How a register's live values are ordered for display; a view, not part of the state.
struct RegisterView {
    const DeviceTable& devices;
    const Field* field = nullptr;  // nothing: an unknown field, shown as `latest`
};

class Register {
public:
    /// Applies a set, or a `resolve` with a value (settling). Ops arrive in causal order.
    void apply_set(RegisterOp op, const std::optional<Dot>& over, bool settling, const Past& past);
    /// Applies an `acknowledge`: settles what lies in its past.
    void apply_acknowledge(const Past& past);
    /// Replaces the value of the author's own, not yet sealed set (S3). False if it is not live any more.
    bool replace_pending(const Dot& dot, Hlc at, Value value);

    /// The first in the view's order; nothing if no set was ever made.
    const RegisterOp* displayed(const RegisterView& view) const;
    /// Losers that differ from what is displayed and are not settled, in dot order.
    std::vector<const RegisterOp*> listed(const RegisterView& view) const;

    /// In dot order, so that equal histories have equal forms.
    const std::vector<RegisterOp>& live() const { return live_; }
    const std::vector<RegisterOp>& lost() const { return lost_; }
    static Register from_parts(std::vector<RegisterOp> live, std::vector<RegisterOp> lost);

private:
    std::vector<RegisterOp> live_;
    std::vector<RegisterOp> lost_;
};

/// Whether `a` stands before `b` for display: enum position for worst and workflow, then HLC, device id,
/// index.
bool displays_before(const RegisterOp& a, const RegisterOp& b, const RegisterView& view);

}  // namespace cotmoc::core
