// Random histories of one record on several replicas: change sets, pulls, causal deliveries.
#pragma once

#include "property/record_replica.hpp"
#include "support/seeded_random.hpp"

namespace cotmoc::core::test {

struct HistoryOptions {
    std::size_t replicas = 3;
    std::size_t changes = 10;
    std::size_t ops = 3;  // of one change set, at most
    /// With ops that no honest author makes: any `over`, ops on deleted records, acknowledgements of nothing,
    /// edits of text that the author has not seen.
    bool dishonest = false;
};

class RecordHistory {
public:
    RecordHistory(std::uint64_t seed, const HistoryOptions& options);

    const std::vector<Change>& changes() const { return changes_; }
    std::vector<RecordReplica>& replicas() { return replicas_; }
    test_support::SeededRandom& random() { return random_; }
    /// The changes in a random order in which each follows its past.
    std::vector<const Change*> random_order();

private:
    void write(std::size_t author);
    void pull(std::size_t who, std::size_t from);
    MadeOp make_op(const RecordReplica& replica, const Dot& dot);
    MadeOp make_create(const Dot& dot);
    MadeOp make_field_op(const RecordReplica& replica, const Dot& dot);
    void choose_kind(MadeOp& made, const RecordReplica& replica, const Dot& dot);
    void choose_over(MadeOp& made, const RecordReplica& replica);
    const ModelOp* unseen_op(const RecordReplica& replica, OpKind kind, std::string_view field);
    TextEdit random_edit(const RecordReplica& replica, const Dot& dot);
    Value random_value(const Field& field);
    std::size_t pick(std::size_t limit) { return static_cast<std::size_t>(random_.below(limit)); }

    test_support::SeededRandom random_;
    HistoryOptions options_;
    std::vector<RecordReplica> replicas_;
    std::vector<Change> changes_;
};

}  // namespace cotmoc::core::test
