// What a record shows, as semantics S2, S5 and S7 to S12 define it: a function of the set of ops, with
// nothing remembered from one op to the next. Slow and plain on purpose; the merge is compared with it.
#pragma once

#include "merge/device_table.hpp"

#include <cotmoc/core/change_set.hpp>

#include <functional>
#include <map>
#include <set>

namespace cotmoc::core::test {

/// One op on one field or on the record. A create is one op on the record and one op for each field it sets.
struct ModelOp {
    OpKind kind{};
    std::string field;  // empty: on the record
    Shape shape{};
    Dot dot;
    std::vector<std::uint64_t> seen;  // by device: what its change set had seen
    Hlc at;
    Value value;
    std::optional<Dot> over;
    TextEdit edit;
    Dot text_dot;  // names the elements that `edit` inserts
};

using ModelOps = std::vector<const ModelOp*>;
using Roles = std::set<std::string>;
/// What roles a device has; S13 makes it depend on the seq too, which histories of one catalogue do not need.
using RolesOf = std::function<Roles(DeviceIndex)>;

struct ModelView {
    std::map<std::string, Value> shown;              // what is not null
    std::map<std::string, std::vector<Dot>> listed;  // where anything is listed
    bool deleted = false;
    bool edited_while_deleted = false;
    friend bool operator==(const ModelView&, const ModelView&) = default;
};

/// S2: x lies in y's past.
bool in_past(const ModelOp& x, const ModelOp& y);

/// S12: whether `op`, a set of the workflow field or a resolution with a value, is valid for an author with
/// these roles. `past`: the valid ops of the record in the op's past. Ops of other fields and kinds always
/// are.
bool workflow_allows(const ModelOp& op, const ModelOps& past, const Roles& roles, const Field& field);

/// S5: the valid ones. `ops` in any order in which each follows its past.
ModelOps valid_ops(const ModelOps& ops, const Kind& kind, const RolesOf& roles);

/// `ops` in any order in which each follows its past, void ones too.
ModelView reference_view(const ModelOps& ops, const Kind& kind, const DeviceTable& devices,
                         const RolesOf& roles);

}  // namespace cotmoc::core::test
