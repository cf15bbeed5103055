#include "codec/change_set_check.hpp"
#include "codec/change_set_header.hpp"
#include "codec/id_column.hpp"
#include "codec/int_column.hpp"
#include "codec/op_columns.hpp"
#include "codec/value_column.hpp"

#include <cotmoc/base/test_switch.hpp>

namespace cotmoc::core {
namespace {

class Decoder {
public:
    explicit Decoder(BytesView bytes) : source_(bytes) {}
    Result<ChangeSet> decode();

private:
    Result<void> make_rows();
    template <class Ops>
    Result<void> read_indexes(Ops& ops);
    Result<void> read_creates(CreateBlock& block);
    Result<void> read_op_values(FieldBlock& block);

    Source source_;
    ChangeSet set_;
};

Result<void> Decoder::make_rows() {
    COTMOC_ASSIGN(ChangeSetHeader header, read_header(source_));
    set_ = std::move(header.set);
    for (std::size_t i = 0; i < set_.creates.size(); ++i) {
        set_.creates[i].creates.resize(header.creates[i]);
        for (Create& create : set_.creates[i].creates) {
            create.values.resize(set_.creates[i].layout.entries.size());
        }
    }
    for (std::size_t i = 0; i < set_.fields.size(); ++i) {
        set_.fields[i].ops.resize(header.ops[i]);
    }
    return {};
}

template <class Ops>
Result<void> Decoder::read_indexes(Ops& ops) {
    COTMOC_ASSIGN(const Integers indexes, read_integers(source_.in, ops.size(), 0, op_count_max));
    for (std::size_t i = 0; i < ops.size(); ++i) {
        ops[i].index = static_cast<std::uint32_t>(indexes[i]);
    }
    return {};
}

Result<void> Decoder::read_creates(CreateBlock& block) {
    COTMOC_ASSIGN(const std::vector<RecordId> ids, read_ids(source_.in, block.creates.size()));
    for (std::size_t row = 0; row < ids.size(); ++row) {
        block.creates[row].id = ids[row];
    }
    std::vector<Value*> column(block.creates.size());
    for (std::size_t i = 0; i < block.layout.entries.size(); ++i) {
        for (std::size_t row = 0; row < column.size(); ++row) {
            column[row] = &block.creates[row].values[i];
        }
        COTMOC_TRY(read_values(source_, column));
    }
    return {};
}

Result<void> Decoder::read_op_values(FieldBlock& block) {
    if (!takes_value(block.kind)) {
        return {};
    }
    std::vector<Value*> column;
    column.reserve(block.ops.size());
    for (FieldOp& op : block.ops) {
        column.push_back(&op.value);
    }
    return read_values(source_, column);
}

Result<ChangeSet> Decoder::decode() {
    COTMOC_TRY(make_rows());
    for (CreateBlock& block : set_.creates) {
        COTMOC_TRY(read_indexes(block.creates));
    }
    for (FieldBlock& block : set_.fields) {
        COTMOC_TRY(read_indexes(block.ops));
    }
    COTMOC_TRY(check_indexes(set_));
    const OpOrder<ChangeSet> order(set_);
    COTMOC_TRY(read_stamps(source_, order));
    for (CreateBlock& block : set_.creates) {
        COTMOC_TRY(read_creates(block));
    }
    COTMOC_TRY(read_names(source_, order));
    COTMOC_TRY(read_overs(source_, order));
    for (FieldBlock& block : set_.fields) {
        COTMOC_TRY(read_op_values(block));
    }
    COTMOC_TRY(read_edits(source_, order));
    if (!source_.in.finished()) {
        return fail(ErrorCode::bad_encoding, "octets after the last column");
    }
    COTMOC_TRY(check_values(set_));
    return std::move(set_);
}

}  // namespace

Result<ChangeSet> decode_change_set(BytesView bytes) {
    COTMOC_ASSIGN(ChangeSet set, Decoder(bytes).decode());
    // One change set has one encoding: whatever else decodes to it is refused.
    if (!std::ranges::equal(encode(set), bytes) && !switched_off("one-encoding")) {
        return fail(ErrorCode::bad_encoding, "not the canonical form");
    }
    return set;
}

}  // namespace cotmoc::core
