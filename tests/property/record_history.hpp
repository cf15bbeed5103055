// The history of one record on several replicas that a script of commands makes.
#pragma once

#include "property/command.hpp"
#include "property/record_replica.hpp"

namespace cotmoc::core::test {

struct HistoryOptions {
    std::size_t replicas = 3;
    std::size_t changes = 1000;  // change sets, at most; commands beyond them make no ops
    /// With ops that no honest author makes: any `over`, ops on deleted records, acknowledgements of nothing,
    /// edits of text that the author has not seen.
    bool dishonest = false;
};

class RecordHistory {
public:
    RecordHistory(const Script& script, const HistoryOptions& options);

    /// Sealed, in an order in which each follows its past.
    const std::vector<Change>& changes() const { return changes_; }
    const std::vector<RecordReplica>& replicas() const { return replicas_; }
    RecordReplica empty_replica() const { return RecordReplica(options_.replicas); }
    /// A replica with all change sets, delivered as the choices say.
    RecordReplica delivered(const Choices& choices) const;
    /// The ops that a replica holds, in an order in which each follows its past.
    ModelOps held_by(const RecordReplica& replica) const;
    ModelView reference_of(const RecordReplica& replica) const;
    /// The change sets and their ops, for people.
    std::string story() const;

private:
    void run(const Command& command);
    void pull(std::size_t who, const Command& command);
    void seal(std::size_t who);
    void write(std::size_t who, const Command& command);
    MadeOp make_op(const Command& command, const RecordReplica& replica, const Dot& dot);
    MadeOp make_create(const Command& command);
    void make_field_op(MadeOp& made, const Command& command, const RecordReplica& replica, const Dot& dot);
    void choose_over(MadeOp& made, const Command& command, const RecordReplica& replica);
    void judge_roles(MadeOp& made, std::vector<ModelOp>& model, std::size_t who);
    const ModelOp* unseen_op(const RecordReplica& replica, OpKind kind, std::string_view field) const;
    bool tricky(const Command& command) const { return options_.dishonest && command.trick > 200; }

    HistoryOptions options_;
    std::vector<RecordReplica> replicas_;
    std::vector<std::optional<Change>> open_;  // by replica
    std::vector<Change> changes_;
    std::size_t begun_ = 0;  // change sets, sealed or open
};

/// `to` takes all that `from` holds and it lacks: the join of the two.
void take_all(RecordReplica& to, const RecordReplica& from, const std::vector<Change>& changes);

}  // namespace cotmoc::core::test
