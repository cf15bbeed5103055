// What a record shows, as semantics S7 to S11 define it: a function of the set of ops, with nothing
// remembered from one op to the next. Slow and plain on purpose; the merge is compared with it.
#pragma once

#include "merge/device_table.hpp"

#include <cotmoc/core/change_set.hpp>

#include <map>
#include <span>

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

struct ModelView {
    std::map<std::string, Value> shown;              // what is not null
    std::map<std::string, std::vector<Dot>> listed;  // where anything is listed
    bool deleted = false;
    bool edited_while_deleted = false;
    friend bool operator==(const ModelView&, const ModelView&) = default;
};

/// S2: x lies in y's past.
bool in_past(const ModelOp& x, const ModelOp& y);

/// `ops` in any order in which each follows its past.
ModelView reference_view(std::span<const ModelOp> ops, const Kind& kind, const DeviceTable& devices);

}  // namespace cotmoc::core::test
