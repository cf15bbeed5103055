// Random histories of one record on several replicas: real merge states, change sets, causal deliveries.
#pragma once

#include "merge/record_apply.hpp"
#include "property/reference_model.hpp"
#include "store/state_codec.hpp"
#include "support/seeded_random.hpp"

namespace cotmoc::core::test {

/// Ids whose order is not that of the indexes; the pseudo device of initial texts has the highest.
class RecordDevices final : public DeviceTable {
public:
    RecordDevices();
    const DeviceId& id(DeviceIndex index) const override;

private:
    std::vector<DeviceId> ids_;
    DeviceId content_;
};

/// Not for anything but tests: FNV-1a in four lanes.
class PlainHasher final : public Hasher {
public:
    Hash256 hash(std::string_view label, std::span<const BytesView> parts) const override;
};

/// What all histories share: devices, a kind with every shape and policy, an interning over a database in memory.
class Ground {
public:
    Ground();
    Interning& interning() { return *interning_; }

    const RecordDevices devices;
    const PlainHasher hasher;
    const Kind kind;
    const RecordId record;

private:
    std::optional<Database> database_;
    std::optional<Interning> interning_;
};
Ground& ground();

/// An op of a change set: a create with its values, or an op on a field or the record.
struct MadeOp {
    OpKind kind{};
    std::string field;
    Shape shape{};
    FieldOp op;
    const StoredLayout* layout = nullptr;
    std::vector<Value> values;
    bool is_void = false;              // names what its author cannot have seen, so nobody may apply it
};

struct Change {
    DeviceIndex author{};
    std::uint64_t seq = 0;
    std::vector<std::uint64_t> seen;
    std::vector<MadeOp> ops;           // by rising index
    std::vector<ModelOp> model;        // the same for the reference
};

class RecordReplica {
public:
    RecordState state;
    std::vector<std::uint64_t> seen;
    std::vector<ModelOp> known;        // in the order of arrival

    bool ready_for(const Change& change) const;
    /// Precondition: ready_for.
    void deliver(const Change& change);
    void apply(const Change& change, const MadeOp& op);
    /// Saves and loads the state; false if that changed anything.
    bool survives_reload();
    Bytes form() const;
    ModelView view() const;
};

struct HistoryOptions {
    std::size_t replicas = 3;
    std::size_t changes = 10;
    std::size_t ops = 3;               // of one change set, at most
    /// With ops that no honest author makes: any `over`, ops on deleted records, acknowledgements of nothing, edits
    /// of text that the author has not seen.
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
