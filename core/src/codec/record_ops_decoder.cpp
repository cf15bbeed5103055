// The ops of one record out of a change set of many: columns are read as numbers, and only what the record
// needs of them becomes ops. The order of columns is that of change_set_decoder.cpp.
#include "codec/change_set_header.hpp"
#include "codec/id_column.hpp"
#include "codec/op_columns.hpp"
#include "codec/value_column.hpp"

namespace cotmoc::core {
namespace {

class RecordOpsDecoder {
public:
    RecordOpsDecoder(BytesView bytes, const RecordId& id, std::span<const Dot> created)
        : source_(bytes), id_(id), created_(created) {}
    Result<ChangeSet> decode();

private:
    /// A row of a block: an op, or a create with the indexes that it uses.
    struct Row {
        std::uint32_t index = 0;
        std::uint32_t block = 0;
        std::uint32_t row = 0;
    };
    /// Something wanted, with its place among the rows of its block.
    template <class Op>
    struct Wanted {
        std::size_t row = 0;
        Op op;
    };

    Result<void> read_indexes();
    Result<void> read_creates(std::size_t block);
    Result<void> read_names();
    Result<void> read_overs();
    Result<void> read_values(std::size_t blocks);
    Result<void> read_text_edits();
    Hlc stamp_of(std::uint32_t index) const;
    bool names_record(const RecordName& name) const {
        return name.id ? *name.id == id_ : std::ranges::find(created_, name.created) != created_.end();
    }
    OpKind kind_of(const Row& row) const { return header_.set.fields[row.block].kind; }
    Wanted<FieldOp>* find(const Row& row);
    ChangeSet take();

    Source source_;
    RecordId id_;
    std::span<const Dot> created_;
    ChangeSetHeader header_;
    std::vector<Integers> create_indexes_;  // by block
    std::vector<Row> ops_;                  // by index, over all field blocks
    std::vector<std::uint32_t> stamped_;    // indexes of all creates and ops, rising
    std::vector<StampRun> stamps_;
    std::vector<std::vector<Wanted<Create>>> creates_;  // by block, by rising row
    std::vector<std::vector<Wanted<FieldOp>>> wanted_;
};

Result<void> RecordOpsDecoder::read_indexes() {
    const auto indexes = [&](std::size_t rows) {
        return read_integers(source_.in, rows, 0, std::int64_t{op_count_max});
    };
    // Blocks rise one by one; merging such runs costs less than sorting.
    const auto merge_in = [](auto& all, std::size_t middle, auto part) {
        std::ranges::inplace_merge(all, all.begin() + static_cast<std::ptrdiff_t>(middle), {}, part);
    };
    for (const std::size_t rows : header_.creates) {
        COTMOC_ASSIGN(Integers column, indexes(rows));
        const std::size_t middle = stamped_.size();
        stamped_.insert(stamped_.end(), column.begin(), column.end());
        merge_in(stamped_, middle, std::identity());
        create_indexes_.push_back(std::move(column));
    }
    for (std::uint32_t block = 0; block < header_.ops.size(); ++block) {
        COTMOC_ASSIGN(const Integers column, indexes(header_.ops[block]));
        const std::size_t middle = ops_.size();
        for (std::uint32_t row = 0; row < column.size(); ++row) {
            ops_.push_back({static_cast<std::uint32_t>(column[row]), block, row});
        }
        merge_in(ops_, middle, &Row::index);
    }
    const std::size_t middle = stamped_.size();
    for (const Row& row : ops_) {
        stamped_.push_back(row.index);
    }
    merge_in(stamped_, middle, std::identity());
    return {};
}

Hlc RecordOpsDecoder::stamp_of(std::uint32_t index) const {
    const auto place = std::ranges::lower_bound(stamped_, index);
    auto left = static_cast<std::size_t>(place - stamped_.begin());
    for (const StampRun& run : stamps_) {
        if (left < run.length) {
            return run.at;
        }
        left -= run.length;
    }
    return {};
}

Result<void> RecordOpsDecoder::read_creates(std::size_t block) {
    COTMOC_ASSIGN(const std::vector<RecordId> ids, read_ids(source_.in, header_.creates[block]));
    const Layout& layout = header_.set.creates[block].layout;
    std::vector<Wanted<Create>>& wanted = creates_[block];
    for (std::size_t row = 0; row < ids.size(); ++row) {
        if (ids[row] == id_) {
            const auto index = static_cast<std::uint32_t>(create_indexes_[block][row]);
            wanted.push_back({row, {index, stamp_of(index), id_, {}}});
            wanted.back().op.values.resize(layout.entries.size());
        }
    }
    std::vector<Value*> column(ids.size());
    for (std::size_t i = 0; i < layout.entries.size(); ++i) {
        for (Wanted<Create>& each : wanted) {
            column[each.row] = &each.op.values[i];
        }
        COTMOC_TRY(core::read_values(source_, column));
    }
    return {};
}

Result<void> RecordOpsDecoder::read_names() {
    if (ops_.empty()) {
        return {};
    }
    COTMOC_ASSIGN(const NameColumn column, read_name_column(source_, ops_.size()));
    std::vector<bool> meant(column.names.size());
    for (std::size_t i = 0; i < meant.size(); ++i) {
        meant[i] = names_record(column.names[i]);
    }
    for (std::size_t i = 0; i < ops_.size(); ++i) {
        const auto name = static_cast<std::size_t>(column.numbers[i]);
        if (meant[name]) {
            const Row& row = ops_[i];
            FieldOp op;
            op.index = row.index;
            op.at = stamp_of(row.index);
            op.record = column.names[name];
            wanted_[row.block].push_back({row.row, std::move(op)});
        }
    }
    return {};
}

RecordOpsDecoder::Wanted<FieldOp>* RecordOpsDecoder::find(const Row& row) {
    auto& wanted = wanted_[row.block];
    const auto found = std::ranges::lower_bound(wanted, std::size_t{row.row}, {}, &Wanted<FieldOp>::row);
    return found != wanted.end() && found->row == row.row ? &*found : nullptr;
}

Result<void> RecordOpsDecoder::read_overs() {
    const auto takes = [&](const Row& row) { return takes_over(kind_of(row)); };
    COTMOC_ASSIGN(const std::vector<Over> overs,
                  read_over_column(source_, static_cast<std::size_t>(std::ranges::count_if(ops_, takes))));
    auto next = overs.begin();
    for (const Row& row : ops_) {
        if (takes(row)) {
            if (Wanted<FieldOp>* wanted = find(row)) {
                wanted->op.over = *next;
            }
            ++next;
        }
    }
    return {};
}

/// Of the first `blocks` field blocks.
Result<void> RecordOpsDecoder::read_values(std::size_t blocks) {
    for (std::size_t block = 0; block < blocks; ++block) {
        if (!takes_value(header_.set.fields[block].kind)) {
            continue;
        }
        std::vector<Value*> column(header_.ops[block]);
        for (Wanted<FieldOp>& wanted : wanted_[block]) {
            column[wanted.row] = &wanted.op.value;
        }
        COTMOC_TRY(core::read_values(source_, column));
    }
    return {};
}

Result<void> RecordOpsDecoder::read_text_edits() {
    // They hang together too much to be passed over one by one; there are few of them.
    ChangeSet edits;
    std::vector<std::size_t> blocks;
    for (std::size_t block = 0; block < wanted_.size(); ++block) {
        if (header_.set.fields[block].kind == OpKind::edit_text) {
            blocks.push_back(block);
            edits.fields.push_back(header_.set.fields[block]);
            edits.fields.back().ops.resize(header_.ops[block]);
        }
    }
    for (const Row& row : ops_) {
        const auto place = std::ranges::find(blocks, row.block);
        if (place != blocks.end()) {
            FieldBlock& block = edits.fields[static_cast<std::size_t>(place - blocks.begin())];
            block.ops[row.row].index = row.index;
        }
    }
    COTMOC_TRY(read_edits(source_, OpOrder<ChangeSet>(edits)));
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        for (Wanted<FieldOp>& wanted : wanted_[blocks[i]]) {
            wanted.op.edit = std::move(edits.fields[i].ops[wanted.row].edit);
        }
    }
    return {};
}

ChangeSet RecordOpsDecoder::take() {
    ChangeSet set;
    set.op_count = header_.set.op_count;
    for (std::size_t i = 0; i < creates_.size(); ++i) {
        for (Wanted<Create>& wanted : creates_[i]) {
            header_.set.creates[i].creates.push_back(std::move(wanted.op));
        }
        if (!creates_[i].empty()) {
            set.creates.push_back(std::move(header_.set.creates[i]));
        }
    }
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        for (Wanted<FieldOp>& wanted : wanted_[i]) {
            header_.set.fields[i].ops.push_back(std::move(wanted.op));
        }
        if (!wanted_[i].empty()) {
            set.fields.push_back(std::move(header_.set.fields[i]));
        }
    }
    return set;
}

Result<ChangeSet> RecordOpsDecoder::decode() {
    COTMOC_ASSIGN(header_, read_header(source_));
    creates_.resize(header_.creates.size());
    wanted_.resize(header_.ops.size());
    COTMOC_TRY(read_indexes());
    COTMOC_ASSIGN(stamps_, read_stamp_runs(source_, stamped_.size()));
    for (std::size_t block = 0; block < creates_.size(); ++block) {
        COTMOC_TRY(read_creates(block));
    }
    COTMOC_TRY(read_names());
    // What stands behind the last thing wanted is not read.
    std::size_t blocks = 0;
    bool text_edits = false;
    for (std::size_t block = 0; block < wanted_.size(); ++block) {
        if (!wanted_[block].empty()) {
            blocks = block + 1;
            text_edits = text_edits || header_.set.fields[block].kind == OpKind::edit_text;
        }
    }
    if (blocks > 0) {
        COTMOC_TRY(read_overs());
        COTMOC_TRY(read_values(text_edits ? wanted_.size() : blocks));
    }
    if (text_edits) {
        COTMOC_TRY(read_text_edits());
    }
    return take();
}

}  // namespace

Result<ChangeSet> decode_record_ops(BytesView bytes, const RecordId& id, std::span<const Dot> created) {
    return RecordOpsDecoder(bytes, id, created).decode();
}

}  // namespace cotmoc::core
