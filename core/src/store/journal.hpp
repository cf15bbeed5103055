// The journal of local ops that were not sealed yet (semantics S3): by record, field and dot. Values of
// creates, sets and increments are not copied here; they are read from the record when the change set is
// built.
#pragma once

#include "store/record_table.hpp"

namespace cotmoc::core {

/// A change set is closed when its ops may take this much, so that any content fits an envelope of 1 MiB.
inline constexpr std::size_t change_set_gathered_max = 900 * 1024;
/// The most that one call may add: a record whose fields together are larger is refused.
inline constexpr std::size_t record_bytes_max = 512 * 1024;

/// One line of the journal.
struct PendingRow {
    std::uint32_t index = 0;
    std::int64_t row = 0;
    OpKind kind{};
    std::uint32_t field = 0;
    Bytes payload;
};

class Journal {
public:
    Journal(Statements& statements, Interning& interning, RecordTable& records)
        : statements_(statements), interning_(interning), records_(records) {}

    /// Makes room: closes the open change set if `size` more octets might not fit.
    void reserve(SpaceEntry& space, std::size_t size) const;
    /// `kept_values`: those of a kind with full history, whose record may give them up before sealing; else
    /// empty.
    Result<void> add_create(SpaceEntry& space, std::int64_t row, std::uint32_t fields, std::size_t size,
                            std::span<const Value> kept_values);
    /// `op` has index, over, and for kinds whose values the record does not keep, at, value and edit.
    Result<void> add_op(SpaceEntry& space, std::int64_t row, OpKind kind, std::string_view field,
                        const FieldOp& op, bool keep_value);

    /// Whether the pending op is a plain set, which a later one may replace.
    Result<bool> is_set(const SpaceEntry& space, const Dot& dot);
    /// Writes stamp and value of a pending set into the journal, since the record is about to give them up.
    Result<void> keep_value(const SpaceEntry& space, const Dot& dot, Hlc at, const Value& value);

    Result<bool> any(const SpaceEntry& space);
    Result<std::uint64_t> count(const SpaceEntry& space);
    /// The seq of the oldest change set; nothing if none is pending.
    Result<std::optional<std::uint64_t>> oldest(const SpaceEntry& space);
    /// The ops of the pending change set `seq`; nothing if it is not pending.
    Result<std::optional<PendingChangeSet>> build(const SpaceEntry& space, DeviceIndex self,
                                                  std::uint64_t seq);
    /// Forgets a sealed one and notes which rows its creates made.
    Result<void> sealed(SpaceEntry& space, std::uint64_t seq, DeviceIndex self);

private:
    struct BuiltCreate {
        const Layout* layout = nullptr;  // owned by the interning
        Create create;
    };
    /// `decoded` is the record's state if it was needed before; it is filled if it is needed here.
    Result<BuiltCreate> build_create(const PendingRow& row, const Dot& dot, const LoadedRecord& record,
                                     std::optional<RecordState>& decoded) const;
    Statements& statements_;
    Interning& interning_;
    RecordTable& records_;
};

/// Rows that creates of one change set made, as runs of equal stride: how a creating dot finds its record.
class CreationRuns {
public:
    /// By rising index, so that runs do not interleave.
    void add(std::uint32_t index, std::int64_t row);
    Result<void> store(Statements& statements, const SpaceEntry& space, DeviceIndex device,
                       std::uint64_t seq) const;
    static Result<std::optional<std::int64_t>> find(Statements& statements, const SpaceEntry& space,
                                                    const Dot& dot);

private:
    struct Run {
        std::uint32_t first = 0;
        std::uint32_t stride = 0;
        std::int64_t row = 0;
        std::uint32_t count = 0;
    };
    std::vector<Run> runs_;
};

}  // namespace cotmoc::core
