#include "store/snapshot_records.hpp"

#include "codec/change_set_check.hpp"
#include "codec/id_column.hpp"
#include "codec/int_column.hpp"
#include "codec/layout_limit.hpp"
#include "store/snapshot_fields.hpp"

#include <algorithm>
#include <limits>

namespace cotmoc::core {
namespace {

constexpr std::uint64_t record_cells = 64;  // what a record takes in memory, besides its fields
constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t index_max = std::numeric_limits<std::uint32_t>::max();

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::bad_encoding, what); }

/// What the ops that the state still holds tell of visits.
std::vector<Visit> implied_visits(const RecordState& state) {
    std::vector<Visit> visits;
    for (const Creation& creation : state.creations) {
        visits.push_back(
            {creation.dot.device, creation.dot.seq,
             creation.dot.index + static_cast<std::uint32_t>(creation.layout->layout.entries.size())});
    }
    for_each_op(state, [&](const Dot& dot, const Hlc* at) {
        if (at != nullptr) {
            visits.push_back({dot.device, dot.seq, dot.index});
        }
    });
    for (const Deletion& deletion : state.deletions) {
        visits.push_back({deletion.dot.device, deletion.dot.seq, std::nullopt});
    }
    return last_visits(visits);
}

bool same(std::span<const Visit> a, std::span<const Visit> b) {
    return std::ranges::equal(a, b, [](const Visit& x, const Visit& y) {
        return x.device == y.device && x.seq == y.seq && x.last_value_index == y.last_value_index;
    });
}

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
        COTMOC_TRY(source.take_cells(1 + entries, 4));
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

void write_creations(BinaryWriter& out, std::span<const SnapshotRecord> records) {
    Layouts layouts;
    Integers counts;
    Integers numbers;
    Integers text_counts;
    std::vector<Dot> dots;
    std::vector<Dot> texts;
    StampColumn stamps;
    for (const SnapshotRecord& record : records) {
        counts.push_back(static_cast<std::int64_t>(record.state.creations.size()));
        for (const Creation& creation : record.state.creations) {
            dots.push_back(creation.dot);
            stamps.add(creation.at);
            numbers.push_back(layouts.number(creation.layout));
            text_counts.push_back(static_cast<std::int64_t>(creation.texts.size()));
            texts.insert(texts.end(), creation.texts.begin(), creation.texts.end());
        }
    }
    layouts.write(out);
    write_integers(out, counts);
    write_dots(out, dots);
    stamps.write(out);
    write_integers(out, numbers);
    write_integers(out, text_counts);
    write_dots(out, texts);
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

Result<void> read_creations(Source& source, Interning& interning, std::span<SnapshotRecord> records) {
    COTMOC_ASSIGN(const std::vector<const StoredLayout*> layouts, read_layouts(source, interning));
    COTMOC_ASSIGN(const Integers counts, read_counts(source, records.size(), 1, 4));
    const auto total = static_cast<std::size_t>(sum(counts));
    COTMOC_ASSIGN(const std::vector<Dot> dots, read_dots(source.in, total));
    COTMOC_ASSIGN(const std::vector<Hlc> stamps, StampColumn::read(source, total));
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
            Creation creation{dots[next], stamps[next], layouts[static_cast<std::size_t>(numbers[next])]};
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

void write_deletions(BinaryWriter& out, std::span<const SnapshotRecord> records) {
    Integers counts;
    Integers effective;
    std::vector<Dot> dots;
    StampColumn stamps;
    for (const SnapshotRecord& record : records) {
        counts.push_back(static_cast<std::int64_t>(record.state.deletions.size()));
        for (const Deletion& deletion : record.state.deletions) {
            dots.push_back(deletion.dot);
            stamps.add(deletion.at);
            effective.push_back(deletion.effective ? 1 : 0);
        }
    }
    write_integers(out, counts);
    write_dots(out, dots);
    stamps.write(out);
    write_integers(out, effective);
}

Result<void> read_deletions(Source& source, std::span<SnapshotRecord> records) {
    COTMOC_ASSIGN(const Integers counts, read_counts(source, records.size(), 0, 4));
    const auto total = static_cast<std::size_t>(sum(counts));
    COTMOC_ASSIGN(const std::vector<Dot> dots, read_dots(source.in, total));
    COTMOC_ASSIGN(const std::vector<Hlc> stamps, StampColumn::read(source, total));
    COTMOC_ASSIGN(const Integers effective, read_integers(source.in, total, 0, 1));
    std::size_t next = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        std::vector<Deletion>& deletions = records[i].state.deletions;
        for (std::int64_t left = counts[i]; left > 0; --left, ++next) {
            if (!deletions.empty() && deletions.back().dot >= dots[next]) {
                return malformed("order of deletions");
            }
            deletions.push_back({dots[next], stamps[next], effective[next] == 1});
        }
    }
    return {};
}

void write_visits(BinaryWriter& out, std::span<const SnapshotRecord> records) {
    Integers counts;  // 0: as the ops tell
    Integers devices;
    Integers seqs;
    Integers lasts;
    for (const SnapshotRecord& record : records) {
        const std::vector<Visit> visits = last_visits(record.state.visits);
        if (same(visits, implied_visits(record.state))) {
            counts.push_back(0);
            continue;
        }
        counts.push_back(static_cast<std::int64_t>(visits.size()));
        for (const Visit& visit : visits) {
            devices.push_back(to_number(visit.device));
            seqs.push_back(static_cast<std::int64_t>(visit.seq));
            lasts.push_back(visit.last_value_index ? std::int64_t{*visit.last_value_index} + 1 : 0);
        }
    }
    write_integers(out, counts);
    write_integers(out, devices);
    write_integers(out, seqs);
    write_integers(out, lasts);
}

Result<void> read_visits(Source& source, std::span<SnapshotRecord> records) {
    COTMOC_ASSIGN(const Integers counts, read_counts(source, records.size(), 0, 2));
    const auto total = static_cast<std::size_t>(sum(counts));
    COTMOC_ASSIGN(const Integers devices, read_integers(source.in, total, 0, index_max));
    COTMOC_ASSIGN(const Integers seqs, read_integers(source.in, total, 1, number_max));
    COTMOC_ASSIGN(const Integers lasts, read_integers(source.in, total, 0, index_max + 1));
    std::size_t next = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        RecordState& state = records[i].state;
        for (std::int64_t left = counts[i]; left > 0; --left, ++next) {
            state.visits.push_back(
                {static_cast<DeviceIndex>(devices[next]), static_cast<std::uint64_t>(seqs[next]),
                 lasts[next] == 0 ? std::nullopt
                                  : std::optional(static_cast<std::uint32_t>(lasts[next] - 1))});
        }
        if (counts[i] == 0) {
            state.visits = implied_visits(state);
        }
    }
    return {};
}

}  // namespace

std::vector<Visit> last_visits(std::span<const Visit> visits) {
    std::vector<Visit> sorted(visits.begin(), visits.end());
    std::ranges::sort(sorted, [](const Visit& a, const Visit& b) {
        return std::tuple(a.device, a.seq, a.last_value_index) <
               std::tuple(b.device, b.seq, b.last_value_index);
    });
    std::vector<Visit> last;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const bool of_set = i + 1 == sorted.size() || sorted[i + 1].device != sorted[i].device ||
                            sorted[i + 1].seq != sorted[i].seq;
        if (!of_set) {
            continue;  // the last of one change set has the highest index
        }
        // Kept if it is the device's last one, or its last one with a value.
        bool later_value = false;
        bool later = false;
        for (std::size_t j = i + 1; j < sorted.size() && sorted[j].device == sorted[i].device; ++j) {
            later = true;
            later_value = later_value || sorted[j].last_value_index.has_value();
        }
        if (!later || (sorted[i].last_value_index && !later_value)) {
            last.push_back(sorted[i]);
        }
    }
    return last;
}

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
        }
    }
}

Bytes encode_records(std::span<const SnapshotRecord> records, const Hasher& hasher) {
    BinaryWriter out;
    out.varint(records.size());
    std::vector<RecordId> ids;
    ids.reserve(records.size());
    for (const SnapshotRecord& record : records) {
        ids.push_back(record.id);
    }
    write_ids(out, ids);
    write_creations(out, records);
    write_deletions(out, records);
    write_snapshot_fields(out, records, hasher);
    write_visits(out, records);
    return out.take();
}

Result<std::vector<SnapshotRecord>> decode_records(BytesView bytes, Interning& interning,
                                                   const Hasher& hasher) {
    Source source(bytes);
    const std::size_t count = source.in.count(RecordId::size - 1);
    COTMOC_TRY(source.take_cells(count, record_cells));
    COTMOC_ASSIGN(const std::vector<RecordId> ids, read_ids(source.in, count));
    std::vector<SnapshotRecord> records(count);
    for (std::size_t i = 0; i < count; ++i) {
        records[i].id = ids[i];
    }
    COTMOC_TRY(read_creations(source, interning, records));
    COTMOC_TRY(read_deletions(source, records));
    COTMOC_TRY(read_snapshot_fields(source, records, hasher));
    COTMOC_TRY(read_visits(source, records));
    if (count == 0 || !source.in.finished()) {
        return malformed("block of records");
    }
    // One accepted form: whatever these checks let through beside it, encoding again would not give.
    if (!std::ranges::equal(encode_records(records, hasher), bytes)) {
        return malformed("form of a block of records");
    }
    return records;
}

}  // namespace cotmoc::core
