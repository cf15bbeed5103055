#include "store/snapshot_fields.hpp"

#include "codec/change_set_check.hpp"
#include "codec/value_column.hpp"
#include "store/content_codec.hpp"
#include "store/snapshot_cells.hpp"
#include "store/state_codec.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace cotmoc::core {
namespace {

/// How a record holds the field of a group.
enum class Held : std::uint8_t {
    none = 0,
    as_created = 1,  // the value follows
    one_set = 2,     // of a register: value, dot and stamp follow
    otherwise = 3    // the shape's content follows; of a text its characters too
};

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::bad_encoding, what); }

struct Group {
    std::string kind;
    std::string field;
    Shape shape{};
    friend auto operator<=>(const Group&, const Group&) = default;
};

/// The places of the records of each kind, so that a group asks only those it is about.
using RecordsByKind = std::map<std::string, std::vector<std::size_t>, std::less<>>;

RecordsByKind index_by_kind(std::span<const SnapshotRecord> records) {
    RecordsByKind index;
    for (std::size_t i = 0; i < records.size(); ++i) {
        index[records[i].state.kind].push_back(i);
    }
    return index;
}

/// The value that a create's op would have to bring for this content; absent if no create's would do.
Value created_value(const FieldContent& content) {
    if (const auto* reg = std::get_if<Register>(&content)) {
        return reg->live().size() == 1 ? reg->live()[0].value : Value(Absent{});
    }
    if (const auto* counter = std::get_if<Counter>(&content)) {
        const auto& live = counter->bases().live();
        return live.size() == 1 ? live[0].value : Value(Absent{});
    }
    if (const auto* set = std::get_if<ElementSet>(&content)) {
        return set->adds().empty() ? Value(Absent{}) : Value(set->elements());
    }
    std::string text = std::get<TextSequence>(content).text();
    return text.empty() ? Value(Absent{}) : Value(std::move(text));
}

struct HeldField {
    Held held = Held::none;
    Value value;
};

HeldField look_at(const RecordState& state, const Group& group, const Hasher& hasher) {
    const auto found = state.fields.find(group.field);
    if (found == state.fields.end() || shape_of(found->second) != group.shape) {
        return {};
    }
    const FieldContent& content = found->second;
    const Creation& primary = state.creations.front();
    const auto position = primary.layout->position(group.field);
    const bool in_layout = position && primary.layout->layout.entries[*position].shape == group.shape;
    Value value = created_value(content);
    const bool plain = in_layout && type_of(value) != ValueType::absent &&
                       is_as_created(content, primary.field_dot(*position), primary.at,
                                     primary.layout->types[*position], hasher) &&
                       primary.layout->types[*position] == type_of(value);
    if (plain) {
        return {Held::as_created, std::move(value)};
    }
    if (is_one_set(content)) {
        return {Held::one_set, std::move(value)};
    }
    if (group.shape == Shape::text) {
        return {Held::otherwise, Value(std::get<TextSequence>(content).text())};
    }
    return {Held::otherwise, {}};
}

bool has_value(Held held, Shape shape) {
    return held == Held::as_created || held == Held::one_set ||
           (held == Held::otherwise && shape == Shape::text);
}

/// What of a field was set once stands in `ops`, of each record.
void write_group(ColumnWriter& to, std::span<const SnapshotRecord> records, const RecordsByKind& by_kind,
                 const Group& group, std::vector<std::vector<StampedDot>>& ops, const Hasher& hasher) {
    Integers tags;
    std::vector<Value> values;
    Integers sizes;
    BinaryWriter contents;
    for (const std::size_t i : by_kind.find(group.kind)->second) {
        const SnapshotRecord& record = records[i];
        HeldField field = look_at(record.state, group, hasher);
        tags.push_back(static_cast<std::int64_t>(field.held));
        if (has_value(field.held, group.shape)) {
            values.push_back(std::move(field.value));
        }
        if (field.held == Held::one_set) {
            const RegisterOp& op =
                std::get<Register>(record.state.fields.find(group.field)->second).live()[0];
            ops[i].push_back({op.dot, op.at});
        } else if (field.held == Held::otherwise) {
            const std::size_t before = contents.size();
            write_content(contents, record.state.fields.find(group.field)->second);
            sizes.push_back(static_cast<std::int64_t>(contents.size() - before));
        }
    }
    std::vector<const Value*> column;
    column.reserve(values.size());
    std::ranges::transform(values, std::back_inserter(column), [](const Value& value) { return &value; });
    const std::string name = group.kind + "." + group.field;
    write_integers(to.out, tags);
    to.end_part("fields, how held");
    write_values(to.out, column);
    to.end_part(name + " values");
    write_integers(to.out, sizes);
    to.out.raw(contents.bytes());
    to.end_part(name + " contents");
}

template <class Items, class Key>
bool rises(const Items& items, Key key) {
    return std::ranges::adjacent_find(
               items, [&](const auto& a, const auto& b) { return !(key(a) < key(b)); }) == items.end();
}

bool is_sound(const Register& reg, Shape shape) {
    const auto fits = [&](const Value& value) {
        const ValueType type = type_of(value);
        return shape == Shape::counter ? type == ValueType::null || type == ValueType::integer
                                       : type != ValueType::absent && type != ValueType::text_list;
    };
    const auto dot = [](const auto& op) { return op.dot; };
    const auto value_fits = [&](const auto& op) { return fits(op.value); };
    return rises(reg.live(), dot) && rises(reg.lost(), dot) && std::ranges::all_of(reg.live(), value_fits) &&
           std::ranges::all_of(reg.lost(), value_fits) && std::ranges::all_of(reg.passed(), value_fits);
}

/// The rules that content in a store always keeps; a text's loader checks its own.
bool is_sound(const FieldContent& content) {
    const auto dot = [](const auto& op) { return op.dot; };
    if (const auto* reg = std::get_if<Register>(&content)) {
        return is_sound(*reg, Shape::register_) && !(reg->live().empty() && reg->lost().empty());
    }
    if (const auto* counter = std::get_if<Counter>(&content)) {
        return is_sound(counter->bases(), Shape::counter) && rises(counter->increments(), dot);
    }
    if (const auto* set = std::get_if<ElementSet>(&content)) {
        return std::ranges::all_of(set->adds(), [&](const auto& entry) {
            return is_valid_utf8(entry.first) && !entry.second.empty() && rises(entry.second, dot);
        });
    }
    return true;
}

bool fits_shape(const Value& value, Shape shape) {
    const ValueType type = type_of(value);
    switch (shape) {
        case Shape::register_:
            return type != ValueType::absent && type != ValueType::text_list;
        case Shape::counter:
            return type == ValueType::null || type == ValueType::integer;
        case Shape::set:
            return type == ValueType::text_list;
        case Shape::text:
            return type == ValueType::text;
    }
    return false;
}

class GroupReader {
public:
    GroupReader(Source& source, const Group& group, const Hasher& hasher)
        : source_(source), group_(group), hasher_(hasher) {}

    /// The registers whose ops are still to come are added to `set_once`, of each record.
    /// `of_kind` are the places of the group's records.
    Result<void> read(std::span<SnapshotRecord> records, std::span<const std::size_t> of_kind,
                      std::vector<std::vector<Register*>>& set_once);

private:
    Result<void> read_columns(std::size_t records);
    Result<FieldContent> content(const RecordState& state, Held held);

    Source& source_;
    const Group& group_;
    const Hasher& hasher_;
    Integers tags_;
    std::vector<Value> values_;
    Integers sizes_;
    std::size_t next_value_ = 0;
    std::size_t next_size_ = 0;
};

Result<void> GroupReader::read_columns(std::size_t records) {
    constexpr std::int64_t size_max = std::numeric_limits<std::int32_t>::max();
    COTMOC_TRY(source_.take_cells(records, record_field_cells));
    COTMOC_ASSIGN(tags_, read_integers(source_.in, records, 0, static_cast<std::int64_t>(Held::otherwise)));
    std::size_t values = 0;
    for (const std::int64_t tag : tags_) {
        values += has_value(static_cast<Held>(tag), group_.shape) ? 1 : 0;
    }
    const auto of = [&](Held held) {
        return static_cast<std::size_t>(std::ranges::count(tags_, static_cast<std::int64_t>(held)));
    };
    values_.resize(values);
    std::vector<Value*> column;
    column.reserve(values);
    std::ranges::transform(values_, std::back_inserter(column), [](Value& value) { return &value; });
    COTMOC_TRY(read_values(source_, column));
    COTMOC_ASSIGN(sizes_, read_integers(source_.in, of(Held::otherwise), 0, size_max));
    return {};
}

Result<FieldContent> GroupReader::content(const RecordState& state, Held held) {
    if (held == Held::as_created) {
        const Creation& primary = state.creations.front();
        const auto position = primary.layout->position(group_.field);
        const Value& value = values_[next_value_++];
        if (!position || primary.layout->layout.entries[*position].shape != group_.shape ||
            primary.layout->types[*position] != type_of(value) || !fits_shape(value, group_.shape)) {
            return malformed("field as created");
        }
        const auto* text = std::get_if<std::string>(&value);
        const Dot initial =
            group_.shape == Shape::text && text != nullptr ? content_dot(hasher_, *text) : Dot();
        return initial_content(group_.shape, primary.field_dot(*position), primary.at, value, initial);
    }
    if (held == Held::one_set) {
        Value& value = values_[next_value_++];
        if (group_.shape != Shape::register_ || !fits_shape(value, group_.shape)) {
            return malformed("set field");
        }
        return Register::from_parts({{Dot(), Hlc(), std::move(value), false}}, {});
    }
    const Value shown = group_.shape == Shape::text ? std::move(values_[next_value_++]) : Value();
    if (group_.shape == Shape::text && type_of(shown) != ValueType::text) {
        return malformed("characters of a text");
    }
    const BytesView octets = source_.in.raw(static_cast<std::size_t>(sizes_[next_size_++]));
    // Content may take some times its octets in memory.
    COTMOC_TRY(source_.take_cells(content_cells(octets, group_.shape)));
    BinaryReader reader(octets);
    COTMOC_ASSIGN(FieldContent content, read_content(reader, group_.shape, shown));
    if (!source_.in.ok() || !reader.finished() || !is_sound(content)) {
        return malformed("content of a field");
    }
    return content;
}

Result<void> GroupReader::read(std::span<SnapshotRecord> records, std::span<const std::size_t> of_kind,
                               std::vector<std::vector<Register*>>& set_once) {
    COTMOC_TRY(read_columns(of_kind.size()));
    std::size_t next = 0;
    for (const std::size_t i : of_kind) {
        SnapshotRecord& record = records[i];
        const auto held = static_cast<Held>(tags_[next++]);
        if (held == Held::none) {
            continue;
        }
        COTMOC_ASSIGN(FieldContent made, content(record.state, held));
        const auto [place, is_new] = record.state.fields.emplace(group_.field, std::move(made));
        if (!is_new) {
            return malformed("field of two shapes");
        }
        if (held == Held::one_set) {
            set_once[i].push_back(std::get_if<Register>(&place->second));
        }
    }
    return {};
}

}  // namespace

bool is_one_set(const FieldContent& content) {
    const auto* reg = std::get_if<Register>(&content);
    return reg != nullptr && reg->live().size() == 1 && reg->lost().empty() && reg->passed().empty() &&
           !reg->live()[0].settled && !reg->live()[0].resolving;
}

void write_snapshot_fields(ColumnWriter& to, std::span<const SnapshotRecord> records, const CoveredSets& sets,
                           const Hasher& hasher) {
    std::set<Group> groups;
    for (const SnapshotRecord& record : records) {
        for (const auto& [name, content] : record.state.fields) {
            groups.insert({record.state.kind, name, shape_of(content)});
        }
    }
    const RecordsByKind by_kind = index_by_kind(records);
    std::vector<std::vector<StampedDot>> ops(records.size());
    to.out.varint(groups.size());
    for (const Group& group : groups) {
        to.out.string(group.kind);
        to.out.string(group.field);
        to.out.u8(static_cast<std::uint8_t>(group.shape));
        write_group(to, records, by_kind, group, ops, hasher);
    }
    FieldOps::write(to, ops, sets);
}

Result<void> read_snapshot_fields(Source& source, std::span<SnapshotRecord> records, const CoveredSets& sets,
                                  const Hasher& hasher) {
    std::vector<std::vector<Register*>> set_once(records.size());
    const RecordsByKind by_kind = index_by_kind(records);
    std::optional<Group> before;
    for (std::size_t left = source.in.count(3); left > 0; --left) {
        Group group;
        group.kind = source.in.string();
        group.field = source.in.string();
        const std::uint8_t shape = source.in.u8();
        group.shape = static_cast<Shape>(shape);
        // Names go into the bodies of records as they are.
        if (!source.in.ok() || shape > static_cast<std::uint8_t>(Shape::text) ||
            !check_layout({group.kind, {{group.field, group.shape}}}) || (before && !(*before < group))) {
            return malformed("group of fields");
        }
        const auto of_kind = by_kind.find(group.kind);
        if (of_kind == by_kind.end()) {
            return malformed("group of no record");  // it would take no cells
        }
        COTMOC_TRY(GroupReader(source, group, hasher).read(records, of_kind->second, set_once));
        before = std::move(group);
    }
    std::vector<std::size_t> counts(records.size());
    std::ranges::transform(set_once, counts.begin(), &std::vector<Register*>::size);
    COTMOC_ASSIGN(const auto ops, FieldOps::read(source, counts, sets));
    for (std::size_t i = 0; i < records.size(); ++i) {
        for (std::size_t k = 0; k < counts[i]; ++k) {
            RegisterOp op = set_once[i][k]->live()[0];
            op.dot = ops[i][k].dot;
            op.at = ops[i][k].at;
            *set_once[i][k] = Register::from_parts({std::move(op)}, {});
        }
    }
    return {};
}

}  // namespace cotmoc::core
