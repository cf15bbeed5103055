// The history of one record, told from the change sets that touched it, in an order that respects causality.
#pragma once

#include <cotmoc/core/store.hpp>

namespace cotmoc::core {

struct HistoryOp {
    Dot dot;
    Hlc at;
    std::string field;  // "" for create, delete and restore of the record
    OpKind kind{};
    Value before;  // what the field showed before and after the op
    Value after;
    bool is_void = false;
};

class HistoryReplay {
public:
    /// `devices` by index. `void_dots` have no effect; they are listed and marked.
    HistoryReplay(const RecordId& id, const Catalogue* catalogue, const Hasher& hasher,
                  std::vector<DeviceId> devices, std::vector<Dot> void_dots);
    ~HistoryReplay();

    /// The ops of the next change set that concern the record.
    std::vector<HistoryOp> add(const IncomingChangeSet& change_set);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cotmoc::core
