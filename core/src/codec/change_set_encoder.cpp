#include "codec/id_column.hpp"
#include "codec/int_column.hpp"
#include "codec/op_columns.hpp"
#include "codec/value_column.hpp"
#include "codec/version.hpp"

namespace cotmoc::core {
namespace {

void write_header(BinaryWriter& out, const ChangeSet& set) {
    out.u8(codec_version);
    out.varint(set.op_count);
    out.varint(set.creates.size());
    for (const CreateBlock& block : set.creates) {
        out.string(block.layout.kind);
        out.varint(block.layout.entries.size());
        for (const Layout::Entry& entry : block.layout.entries) {
            out.string(entry.field);
            out.u8(static_cast<std::uint8_t>(entry.shape));
        }
        out.varint(block.creates.size());
    }
    out.varint(set.fields.size());
    for (const FieldBlock& block : set.fields) {
        out.u8(static_cast<std::uint8_t>(block.kind));
        out.string(block.field);
        out.u8(static_cast<std::uint8_t>(block.shape));
        out.varint(block.ops.size());
    }
}

template <class Ops>
void write_indexes(BinaryWriter& out, const Ops& ops) {
    Integers indexes;
    indexes.reserve(ops.size());
    for (const auto& op : ops) {
        indexes.push_back(op.index);
    }
    write_integers(out, indexes);
}

void write_creates(BinaryWriter& out, const CreateBlock& block) {
    std::vector<RecordId> ids;
    ids.reserve(block.creates.size());
    for (const Create& create : block.creates) {
        ids.push_back(create.id);
    }
    write_ids(out, ids);
    std::vector<const Value*> column(block.creates.size());
    for (std::size_t i = 0; i < block.layout.entries.size(); ++i) {
        for (std::size_t row = 0; row < column.size(); ++row) {
            column[row] = &block.creates[row].values[i];
        }
        write_values(out, column);
    }
}

void write_op_values(BinaryWriter& out, const FieldBlock& block) {
    if (!takes_value(block.kind)) {
        return;
    }
    std::vector<const Value*> column;
    column.reserve(block.ops.size());
    for (const FieldOp& op : block.ops) {
        column.push_back(&op.value);
    }
    write_values(out, column);
}

}  // namespace

Bytes encode(const ChangeSet& change_set) {
    BinaryWriter out;
    write_header(out, change_set);
    for (const CreateBlock& block : change_set.creates) {
        write_indexes(out, block.creates);
    }
    for (const FieldBlock& block : change_set.fields) {
        write_indexes(out, block.ops);
    }
    const OpOrder<const ChangeSet> order(change_set);
    write_stamps(out, order);
    for (const CreateBlock& block : change_set.creates) {
        write_creates(out, block);
    }
    write_names(out, order);
    write_overs(out, order);
    for (const FieldBlock& block : change_set.fields) {
        write_op_values(out, block);
    }
    write_edits(out, order);
    return out.take();
}

}  // namespace cotmoc::core
