#include "store/snapshot_records.hpp"

#include "codec/change_set_check.hpp"
#include "codec/id_column.hpp"
#include "codec/int_column.hpp"
#include "codec/layout_limit.hpp"
#include "store/snapshot_fields.hpp"
#include "store/snapshot_visits.hpp"

#include <algorithm>
#include <limits>

namespace cotmoc::core {
namespace {

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::bad_encoding, what); }

/// Layouts in order of first use.
class Layouts {
public:
    std::int64_t number(const StoredLayout* layout) {
        const auto [at, is_new] =
            numbers_.try_emplace(layout->number, static_cast<std::int64_t>(all_.size()));
        if (is_new) {
            all_.push_back(layout);
        }
        return at->second;
    }
    void write(BinaryWriter& out) const {
        out.varint(all_.size());
        for (const StoredLayout* stored : all_) {
            out.string(stored->layout.kind);
            out.varint(stored->layout.entries.size());
            for (std::size_t i = 0; i < stored->types.size(); ++i) {
                out.string(stored->layout.entries[i].field);
                out.u8(static_cast<std::uint8_t>(stored->layout.entries[i].shape));
                out.u8(static_cast<std::uint8_t>(stored->types[i]));
            }
        }
    }

private:
    std::vector<const StoredLayout*> all_;
    std::map<std::uint32_t, std::int64_t> numbers_;
};

Result<std::vector<const StoredLayout*>> read_layouts(Source& source, Interning& interning) {
    std::vector<const StoredLayout*> layouts;
    for (std::size_t left = source.in.count(2); left > 0; --left) {
        Layout layout;
        std::vector<ValueType> types;
        layout.kind = source.in.string();
        const std::size_t entries = source.in.count(3);
        if (entries > layout_fields_max) {
            return fail(ErrorCode::limit_exceeded, "fields of a layout");
        }
        COTMOC_TRY(source.take_cells(1 + entries, layout_part_cells));
        for (std::size_t i = 0; i < entries; ++i) {
            std::string field(source.in.string());
            const std::uint8_t shape = source.in.u8();
            const std::uint8_t type = source.in.u8();
            if (!source.in.ok() || type > static_cast<std::uint8_t>(ValueType::absent)) {
                return malformed("layout");
            }
            layout.entries.push_back({std::move(field), static_cast<Shape>(shape)});
            types.push_back(static_cast<ValueType>(type));
        }
        if (!source.in.ok()) {
            return malformed("layout");
        }
        COTMOC_TRY(check_layout(layout));
        COTMOC_ASSIGN(const StoredLayout* stored, interning.layout(layout, std::move(types)));
        layouts.push_back(stored);
    }
    return layouts;
}

void write_creations(ColumnWriter& to, std::span<const SnapshotRecord> records, const CoveredSets& sets) {
    Layouts layouts;
    Integers counts;
    Integers numbers;
    Integers text_counts;
    std::vector<StampedDot> ops;
    std::vector<Dot> texts;
    for (const SnapshotRecord& record : records) {
        counts.push_back(static_cast<std::int64_t>(record.state.creations.size()));
        for (const Creation& creation : record.state.creations) {
            ops.push_back({creation.dot, creation.at});
            numbers.push_back(layouts.number(creation.layout));
            text_counts.push_back(static_cast<std::int64_t>(creation.texts.size()));
            texts.insert(texts.end(), creation.texts.begin(), creation.texts.end());
        }
    }
    layouts.write(to.out);
    write_integers(to.out, counts);
    OpColumns::write(to, ops, OpColumns::Order::by_dot, sets, "creations");
    write_integers(to.out, numbers);
    write_integers(to.out, text_counts);
    write_dots(to.out, texts);
    to.end_part("creations");
}

std::uint64_t sum(const Integers& column) {
    std::uint64_t total = 0;
    for (const std::int64_t value : column) {
        total += static_cast<std::uint64_t>(value);
    }
    return total;
}

/// The column of how many parts each of some items has.
Result<Integers> read_counts(Source& source, std::size_t items, std::int64_t least, std::uint64_t cells) {
    constexpr std::int64_t parts_max = std::int64_t{1} << 24;
    COTMOC_ASSIGN(Integers counts, read_integers(source.in, items, least, parts_max));
    COTMOC_TRY(source.take_cells(sum(counts), cells));
    return counts;
}

bool fits(const Creation& creation, std::string_view kind, std::size_t creations) {
    const auto texts = static_cast<std::size_t>(
        std::ranges::count(creation.layout->layout.entries, Shape::text, &Layout::Entry::shape));
    const bool right_texts = creation.texts.empty() || (creations > 1 && creation.texts.size() == texts);
    return creation.layout->layout.kind == kind && right_texts;
}

Result<void> read_creations(Source& source, Interning& interning, const CoveredSets& sets,
                            std::span<SnapshotRecord> records) {
    COTMOC_ASSIGN(const std::vector<const StoredLayout*> layouts, read_layouts(source, interning));
    COTMOC_ASSIGN(const Integers counts, read_counts(source, records.size(), 1, creation_cells));
    const auto total = static_cast<std::size_t>(sum(counts));
    COTMOC_ASSIGN(const std::vector<StampedDot> ops,
                  OpColumns::read(source, total, OpColumns::Order::by_dot, sets));
    COTMOC_ASSIGN(const Integers numbers,
                  read_integers(source.in, total, 0, static_cast<std::int64_t>(layouts.size()) - 1));
    COTMOC_ASSIGN(const Integers text_counts, read_counts(source, total, 0, 1));
    COTMOC_ASSIGN(const std::vector<Dot> texts,
                  read_dots(source.in, static_cast<std::size_t>(sum(text_counts))));
    std::size_t next = 0;
    auto text = texts.begin();
    for (std::size_t i = 0; i < records.size(); ++i) {
        RecordState& state = records[i].state;
        for (std::int64_t left = counts[i]; left > 0; --left, ++next) {
            Creation creation{ops[next].dot, ops[next].at, layouts[static_cast<std::size_t>(numbers[next])]};
            creation.texts.assign(text, text + text_counts[next]);
            text += text_counts[next];
            state.creations.push_back(std::move(creation));
        }
        state.kind = state.creations.front().layout->layout.kind;
        for (const Creation& creation : state.creations) {
            if (!fits(creation, state.kind, state.creations.size())) {
                return malformed("creation");
            }
        }
    }
    return {};
}

void write_deletions(ColumnWriter& to, std::span<const SnapshotRecord> records, const CoveredSets& sets) {
    Integers counts;
    Integers effective;
    std::vector<StampedDot> ops;
    for (const SnapshotRecord& record : records) {
        counts.push_back(static_cast<std::int64_t>(record.state.deletions.size()));
        for (const Deletion& deletion : record.state.deletions) {
            ops.push_back({deletion.dot, deletion.at});
            effective.push_back(deletion.effective ? 1 : 0);
        }
    }
    write_integers(to.out, counts);
    OpColumns::write(to, ops, OpColumns::Order::by_dot, sets, "deletes");
    write_integers(to.out, effective);
    to.end_part("deletes");
}

Result<void> read_deletions(Source& source, const CoveredSets& sets, std::span<SnapshotRecord> records) {
    COTMOC_ASSIGN(const Integers counts, read_counts(source, records.size(), 0, deletion_cells));
    const auto total = static_cast<std::size_t>(sum(counts));
    COTMOC_ASSIGN(const std::vector<StampedDot> ops,
                  OpColumns::read(source, total, OpColumns::Order::by_dot, sets));
    COTMOC_ASSIGN(const Integers effective, read_integers(source.in, total, 0, 1));
    std::size_t next = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        std::vector<Deletion>& deletions = records[i].state.deletions;
        for (std::int64_t left = counts[i]; left > 0; --left, ++next) {
            if (!deletions.empty() && deletions.back().dot >= ops[next].dot) {
                return malformed("order of deletions");
            }
            deletions.push_back({ops[next].dot, ops[next].at, effective[next] == 1});
        }
    }
    return {};
}

}  // namespace

void for_each_op(const RecordState& state, const std::function<void(const Dot&, const Hlc*)>& each) {
    const auto of_register = [&](const Register& reg) {
        for (const auto* ops : {&reg.live(), &reg.lost()}) {
            std::ranges::for_each(*ops, [&](const RegisterOp& op) { each(op.dot, &op.at); });
        }
        for (const PassedOp& op : reg.passed()) {
            each(op.dot, nullptr);
            std::ranges::for_each(op.above, [&](const Dot& dot) { each(dot, nullptr); });
        }
    };
    for (const auto& [name, content] : state.fields) {
        if (const auto* reg = std::get_if<Register>(&content)) {
            of_register(*reg);
        } else if (const auto* counter = std::get_if<Counter>(&content)) {
            of_register(counter->bases());
            for (const Increment& increment : counter->increments()) {
                each(increment.dot, &increment.at);
                std::ranges::for_each(increment.covered_by, [&](const Dot& dot) { each(dot, nullptr); });
            }
        } else if (const auto* set = std::get_if<ElementSet>(&content)) {
            for (const auto& [element, adds] : set->adds()) {
                std::ranges::for_each(adds, [&](const ElementSet::Add& add) { each(add.dot, &add.at); });
            }
        } else {
            std::get<TextSequence>(content).for_each_dot([&](const Dot& dot) {
                if (dot.device != content_device) {
                    each(dot, nullptr);
                }
            });
        }
    }
}

void encode_records(ColumnWriter& to, std::span<const SnapshotRecord> records, const CoveredSets& sets,
                    const Hasher& hasher) {
    to.out.varint(records.size());
    std::vector<RecordId> ids;
    ids.reserve(records.size());
    for (const SnapshotRecord& record : records) {
        ids.push_back(record.id);
    }
    write_ids(to.out, ids);
    to.end_part("ids of records");
    write_creations(to, records, sets);
    write_deletions(to, records, sets);
    write_snapshot_fields(to, records, sets, hasher);
    write_snapshot_visits(to, records, sets);
}

Result<std::vector<SnapshotRecord>> decode_records(BytesView bytes, Interning& interning,
                                                   const CoveredSets& sets, const Hasher& hasher) {
    Source source(bytes);
    const std::size_t count = source.in.count(RecordId::size - 1);
    COTMOC_TRY(source.take_cells(count, record_cells));
    COTMOC_ASSIGN(const std::vector<RecordId> ids, read_ids(source.in, count));
    std::vector<SnapshotRecord> records(count);
    for (std::size_t i = 0; i < count; ++i) {
        records[i].id = ids[i];
    }
    COTMOC_TRY(read_creations(source, interning, sets, records));
    COTMOC_TRY(read_deletions(source, sets, records));
    COTMOC_TRY(read_snapshot_fields(source, records, sets, hasher));
    COTMOC_TRY(read_snapshot_visits(source, records, sets));
    if (count == 0 || !source.in.finished()) {
        return malformed("block of records");
    }
    // One accepted form: whatever these checks let through beside it, encoding again would not give.
    ColumnWriter again;
    encode_records(again, records, sets, hasher);
    if (!std::ranges::equal(again.out.bytes(), bytes)) {
        return malformed("form of a block of records");
    }
    return records;
}

}  // namespace cotmoc::core
