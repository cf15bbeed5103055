#include "codec/change_set_check.hpp"
#include "codec/id_column.hpp"
#include "codec/int_column.hpp"
#include "codec/op_columns.hpp"
#include "codec/value_column.hpp"
#include "codec/version.hpp"

namespace cotmoc::core {
namespace {

constexpr std::size_t entry_octets = 3;  // the least that an entry of a layout takes
constexpr std::size_t create_block_octets = 4;
constexpr std::size_t field_block_octets = 4;

class Decoder {
public:
    explicit Decoder(BytesView bytes) : source_(bytes) {}
    Result<ChangeSet> decode();

private:
    Result<void> read_header();
    Result<void> read_create_block();
    Result<void> read_field_block();
    /// A number of rows, each using `indexes` of the op count and `cells` of the budget.
    Result<std::size_t> read_rows(std::uint64_t indexes, std::uint64_t cells);
    template <class Ops>
    Result<void> read_indexes(Ops& ops);
    Result<void> read_creates(CreateBlock& block);
    Result<void> read_op_values(FieldBlock& block);

    Source source_;
    ChangeSet set_;
    std::uint64_t indexes_left_ = 0;
};

Result<std::size_t> Decoder::read_rows(std::uint64_t indexes, std::uint64_t cells) {
    const std::uint64_t rows = source_.in.varint();
    if (!source_.in.ok() || rows == 0 || rows > indexes_left_ / indexes) {
        return fail(ErrorCode::bad_encoding, "number of rows");
    }
    COTMOC_TRY(source_.take_cells(rows, cells));
    indexes_left_ -= rows * indexes;
    return static_cast<std::size_t>(rows);
}

Result<void> Decoder::read_create_block() {
    CreateBlock& block = set_.creates.emplace_back();
    block.layout.kind = source_.in.string();
    const std::size_t entries = source_.in.count(entry_octets);
    for (std::size_t i = 0; i < entries && source_.in.ok(); ++i) {
        Layout::Entry& entry = block.layout.entries.emplace_back();
        entry.field = source_.in.string();
        entry.shape = static_cast<Shape>(source_.in.u8());
    }
    if (!source_.in.ok()) {
        return fail(ErrorCode::bad_encoding, "layout");
    }
    COTMOC_TRY(check_layout(block.layout));
    COTMOC_ASSIGN(const std::size_t rows, read_rows(1 + entries, create_cells + entries));
    block.creates.resize(rows);
    for (Create& create : block.creates) {
        create.values.resize(entries);
    }
    return {};
}

Result<void> Decoder::read_field_block() {
    FieldBlock& block = set_.fields.emplace_back();
    block.kind = static_cast<OpKind>(source_.in.u8());
    block.field = source_.in.string();
    block.shape = static_cast<Shape>(source_.in.u8());
    if (!source_.in.ok()) {
        return fail(ErrorCode::bad_encoding, "field block");
    }
    COTMOC_TRY(check_field_block(block));
    COTMOC_ASSIGN(const std::size_t rows, read_rows(1, field_op_cells));
    block.ops.resize(rows);
    return {};
}

Result<void> Decoder::read_header() {
    if (source_.in.remaining() != 0 && source_.in.u8() != codec_version) {
        return fail(ErrorCode::unsupported_version, "change set");
    }
    const std::uint64_t op_count = source_.in.varint();
    if (op_count > op_count_max) {
        return fail(ErrorCode::limit_exceeded, "number of ops");
    }
    set_.op_count = static_cast<std::uint32_t>(op_count);
    indexes_left_ = op_count;
    const std::size_t creates = source_.in.count(create_block_octets);
    for (std::size_t i = 0; i < creates; ++i) {
        COTMOC_TRY(read_create_block());
    }
    const std::size_t fields = source_.in.count(field_block_octets);
    for (std::size_t i = 0; i < fields; ++i) {
        COTMOC_TRY(read_field_block());
    }
    if (!source_.in.ok()) {
        return fail(ErrorCode::bad_encoding, "header");
    }
    return check_block_order(set_);
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
    COTMOC_TRY(read_header());
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
    if (!std::ranges::equal(encode(set), bytes)) {
        return fail(ErrorCode::bad_encoding, "not the canonical form");
    }
    return set;
}

}  // namespace cotmoc::core
