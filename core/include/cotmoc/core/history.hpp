// The history of one record, told from the change sets that touched it, in causal order.
#pragma once

#include <cotmoc/core/store.hpp>

namespace cotmoc::core {

struct HistoryOp {
    Dot dot;
    Hlc at;
    std::string field;  // "" for create, delete and restore of the record
    OpKind kind{};
    Value before;  // what the field showed before the op
    Value after;   // what a set, a resolve or a create entered; of other ops what the field showed after it
    bool is_void = false;
    bool in_create = false;  // a field that a create sets
};

/// A change set that touched the record.
struct RecordChange {
    DeviceIndex author{};
    std::uint64_t seq = 0;
    /// What its author had seen, by device index, own feed included at seq - 1.
    std::vector<std::uint64_t> seen;
    ChangeSet ops;  // those on the record (decode_record_ops)

    /// Whether it was made with the other one in its past.
    bool saw(const RecordChange& other) const;
};

class RecordHistory {
public:
    /// `devices` by index. `void_ops`, sorted, have no effect; they are told and marked.
    RecordHistory(const RecordId& id, const Hasher& hasher, std::vector<DeviceId> devices,
                  std::vector<Dot> void_ops);
    RecordHistory(RecordHistory&&) noexcept;
    RecordHistory& operator=(RecordHistory&&) = delete;
    ~RecordHistory();

    /// In any order.
    void add(RecordChange change);

    /// All ops, each after its past; edits of one text in one change set, if nothing came between, as one.
    /// Concurrent ones stand by stamp, device id, seq and index, so that equal histories are told alike on
    /// every replica. `view` decides what is shown; null: each field as `latest`.
    std::vector<HistoryOp> ops(const Catalogue* view) const;
    /// What the record showed to the author of an op of this history right after it: only what lies in that
    /// op's past counts. The op may be a field of a create; the whole create counts then.
    Store::Appearance after(const Dot& op, const Catalogue* view) const;
    /// The ops of soft conflicts, in the same order: edits of different fields by change sets of different
    /// devices that did not know of each other, while no later op has seen both.
    std::vector<HistoryOp> soft_conflicts(const Catalogue* view) const;

    /// Whether soft_conflicts() can find something, asked without the ops: some two of these change sets did
    /// not know of each other, and none has seen both.
    static bool has_unseen_pair(std::span<const RecordChange> changes);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cotmoc::core
