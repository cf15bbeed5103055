// A replica of one record, made of the real merge; and the ground that all histories stand on.
#pragma once

#include "merge/record_apply.hpp"
#include "property/reference_model.hpp"
#include "store/state_codec.hpp"

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

/// What all histories share: devices, a kind with every shape and policy, an interning over a database in
/// memory.
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
    bool is_void = false;  // nobody may apply it: it names what its author cannot have seen, or lacks a role
};

struct Change {
    DeviceIndex author{};
    std::uint64_t seq = 0;
    std::vector<std::uint64_t> seen;
    std::vector<MadeOp> ops;     // by rising index
    std::vector<ModelOp> model;  // the same for the reference
};

/// The only place that hands ops to the engine: here it is told what the author may do. An error means that
/// the op is void. Of a create, only a field's op can be void: the engine leaves it out by itself.
Result<void> apply_by_engine(RecordState& state, const Change& change, const MadeOp& made,
                             const Roles& roles);
Roles roles_of(DeviceIndex device);

/// A replica of one record: the state that the real merge keeps, and what it holds.
class RecordReplica {
public:
    explicit RecordReplica(std::size_t replicas) : seen(replicas) {}

    RecordState state;
    std::vector<std::uint64_t> seen;

    bool ready_for(const Change& change) const;
    bool holds(const Change& change) const { return seen[to_number(change.author)] >= change.seq; }
    /// Precondition: ready_for.
    void deliver(const Change& change);
    void apply(const Change& change, const MadeOp& op);
    /// Saves and loads the state; false if that changed anything.
    bool survives_reload();
    /// The form that the state digest hashes.
    Bytes form() const;
    /// What is stored, but for the order of arrival that it remembers: the same for the same ops.
    Bytes stored() const;
    ModelView view() const;
};

}  // namespace cotmoc::core::test
