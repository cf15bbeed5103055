#include "store/state_codec.hpp"

#include "store/content_codec.hpp"

#include <cotmoc/base/binary.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

void write_creations(BinaryWriter& writer, std::span<const Creation> creations) {
    writer.varint(creations.size());
    for (const Creation& creation : creations) {
        write_dot(writer, creation.dot);
        write_stamp(writer, creation.at);
        writer.varint(creation.layout->number);
    }
}

/// Only beside other creations, and last, since few records have two.
void write_texts(BinaryWriter& writer, std::span<const Creation> creations) {
    for (const Creation& creation : creations) {
        if (creations.size() > 1) {
            write_dots(writer, creation.texts);
        }
    }
}

/// Rows of the first version have none.
bool read_texts(BinaryReader& reader, std::vector<Creation>& creations) {
    const bool has_texts = creations.size() > 1 && !reader.finished();
    for (Creation& creation : creations) {
        creation.texts = has_texts ? read_dots(reader) : std::vector<Dot>();
        const auto texts =
            std::ranges::count(creation.layout->layout.entries, Shape::text, &Layout::Entry::shape);
        if (!creation.texts.empty() && std::ssize(creation.texts) != texts) {
            return false;
        }
    }
    return true;
}

Visit implied_visit(const Creation& creation) {
    return {creation.dot.device, creation.dot.seq,
            creation.dot.index + static_cast<std::uint32_t>(creation.layout->layout.entries.size())};
}

bool only_implied_visit(const RecordState& state) {
    if (state.visits.size() != 1 || state.creations.empty()) {
        return false;
    }
    const Visit implied = implied_visit(state.creations.front());
    const Visit& visit = state.visits.front();
    return visit.device == implied.device && visit.seq == implied.seq &&
           visit.last_value_index == implied.last_value_index;
}

void write_history(BinaryWriter& writer, const RecordState& state) {
    if (only_implied_visit(state)) {
        writer.varint(0);
    } else {
        writer.varint(state.visits.size());
        for (const Visit& visit : state.visits) {
            writer.varint(to_number(visit.device));
            writer.varint(visit.seq);
            writer.varint(visit.last_value_index ? std::uint64_t{*visit.last_value_index} + 1 : 0);
        }
    }
    writer.varint(state.deletions.size());
    for (const Deletion& deletion : state.deletions) {
        write_dot(writer, deletion.dot);
        write_stamp(writer, deletion.at);
        writer.u8(deletion.effective ? 1 : 0);
    }
}

/// Visits and deletions; the visit that a lone creation implies is filled in.
void read_history(BinaryReader& reader, RecordState& state) {
    for (std::size_t left = reader.count(3); left > 0; --left) {
        const auto device = static_cast<DeviceIndex>(reader.varint());
        const std::uint64_t seq = reader.varint();
        const std::uint64_t last = reader.varint();
        state.visits.push_back(
            {device, seq, last == 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(last - 1))});
    }
    if (state.visits.empty() && !state.creations.empty()) {
        state.visits.push_back(implied_visit(state.creations.front()));
    }
    for (std::size_t left = reader.count(10); left > 0; --left) {
        Deletion deletion;
        deletion.dot = read_dot(reader);
        deletion.at = read_stamp(reader);
        deletion.effective = reader.u8() != 0;
        state.deletions.push_back(deletion);
    }
}

struct Override {
    std::string name;
    Shape shape{};
    ValueType shown{};
    BytesView content;
};

Result<std::vector<Override>> read_overrides(BinaryReader& reader, const Interning& interning) {
    std::vector<Override> overrides;
    for (std::size_t left = reader.count(4); left > 0; --left) {
        const std::uint64_t number = reader.varint();
        const std::uint8_t shape = reader.u8();
        const std::uint8_t shown = reader.u8();
        const BytesView content = reader.blob();
        if (!reader.ok() || !interning.has_name(static_cast<std::uint32_t>(number)) || shape > 3 ||
            shown > 10) {
            return fail(ErrorCode::database_damaged, "record state");
        }
        overrides.push_back({interning.name(static_cast<std::uint32_t>(number)), static_cast<Shape>(shape),
                             static_cast<ValueType>(shown), content});
    }
    return overrides;
}

/// The wire type of every field that stands in the body, by name.
std::map<std::string_view, ValueType> body_types(const RecordState& state,
                                                 std::span<const Override> overrides) {
    std::map<std::string_view, ValueType> types;
    if (!state.creations.empty()) {
        const StoredLayout& layout = *state.creations.front().layout;
        for (std::size_t i = 0; i < layout.types.size(); ++i) {
            types[layout.layout.entries[i].field] = layout.types[i];
        }
    }
    for (const Override& entry : overrides) {
        types[entry.name] = entry.shown;
    }
    std::erase_if(types, [](const auto& entry) {
        return entry.second == ValueType::null || entry.second == ValueType::absent;
    });
    return types;
}

}  // namespace

bool is_as_created(const FieldContent& content, const Dot& dot, Hlc at, ValueType type,
                   const Hasher& hasher) {
    const auto single = [&](const Register& reg) {
        return reg.lost().empty() && reg.passed().empty() && reg.live().size() == 1 &&
               reg.live()[0].dot == dot && reg.live()[0].at == at && !reg.live()[0].settled &&
               type_of(reg.live()[0].value) == type;
    };
    if (const auto* reg = std::get_if<Register>(&content)) {
        return single(*reg);
    }
    if (const auto* counter = std::get_if<Counter>(&content)) {
        return counter->increments().empty() && single(counter->bases());
    }
    if (const auto* set = std::get_if<ElementSet>(&content)) {
        return type == ValueType::text_list && std::ranges::all_of(set->adds(), [&](const auto& entry) {
                   return entry.second.size() == 1 && entry.second[0] == ElementSet::Add{dot, at};
               });
    }
    const auto& sequence = std::get<TextSequence>(content);
    const auto fresh = sequence.fresh_dot();
    return type == ValueType::text && fresh && *fresh == content_dot(hasher, sequence.text());
}

void append_member(std::string& body, std::string_view name, const Value& value) {
    body += body.size() == 1 ? "\"" : ",\"";
    body += name;  // names hold only [a-z0-9_], so nothing needs escaping
    body += "\":";
    append_json(body, value);
}

Dot content_dot(const Hasher& hasher, std::string_view text) {
    const BytesView part = as_bytes(text);
    const Hash256 hash = hasher.hash("text", std::span(&part, 1));
    BinaryReader reader(hash.view());
    // 95 bits: finding two texts with one dot takes about 2^47 hashes, and gains an insider one garbled
    // field.
    const std::uint64_t seq = reader.u64() >> 1;
    return {content_device, seq, reader.u32()};
}

void encode_fresh(RecordRow& row, const StoredLayout& layout, const Dot& dot, Hlc at,
                  std::span<const Value> values) {
    row.body.assign("{");
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (type_of(values[i]) != ValueType::null) {
            append_member(row.body, layout.layout.entries[i].field, values[i]);
        }
    }
    row.body += "}";
    BinaryWriter writer;
    writer.u8(state_version);
    const Creation creation{dot, at, &layout};
    write_creations(writer, std::span(&creation, 1));
    writer.varint(0);  // no overrides
    writer.varint(0);  // visited by its creation only
    writer.varint(0);  // no deletions
    row.state = writer.take();
}

Result<void> encode_row(RecordRow& row, const RecordState& state, const Kind* kind,
                        const DeviceTable& devices, Interning& interning, const Hasher& hasher) {
    row.body.assign("{");
    BinaryWriter overrides;
    std::size_t override_count = 0;
    const Creation* primary = state.creations.empty() ? nullptr : &state.creations.front();
    const auto add_override = [&](std::string_view name, Shape shape, ValueType shown,
                                  const FieldContent& content) -> Result<void> {
        COTMOC_ASSIGN(const std::uint32_t number, interning.number(name));
        overrides.varint(number);
        overrides.u8(static_cast<std::uint8_t>(shape));
        overrides.u8(static_cast<std::uint8_t>(shown));
        BinaryWriter inner;
        write_content(inner, content);
        overrides.blob(inner.bytes());
        ++override_count;
        return {};
    };
    for (const auto& [name, content] : state.fields) {
        const RegisterView view{devices, kind != nullptr ? kind->find_key(name) : nullptr};
        const Value shown = shown_value(content, view);
        if (type_of(shown) != ValueType::null) {
            append_member(row.body, name, shown);
        }
        const auto position = primary != nullptr ? primary->layout->position(name) : std::nullopt;
        const bool implied = position && type_of(shown) != ValueType::null &&
                             is_as_created(content, primary->field_dot(*position), primary->at,
                                           primary->layout->types[*position], hasher);
        if (!implied) {
            COTMOC_TRY(add_override(name, shape_of(content), type_of(shown), content));
        }
    }
    row.body += "}";
    // A field of the layout that has no content (it was set again before sealing) must not be implied.
    for (std::size_t i = 0; primary != nullptr && i < primary->layout->types.size(); ++i) {
        const Layout::Entry& entry = primary->layout->layout.entries[i];
        if (!state.fields.contains(entry.field) && primary->layout->types[i] != ValueType::absent) {
            COTMOC_TRY(add_override(entry.field, Shape::register_, ValueType::null, Register()));
        }
    }
    BinaryWriter writer;
    writer.u8(state_version);
    write_creations(writer, state.creations);
    writer.varint(override_count);
    writer.raw(overrides.bytes());
    write_history(writer, state);
    write_texts(writer, state.creations);
    row.state = writer.take();
    return {};
}

Result<RecordState> decode_row(std::string_view body, BytesView bytes, const Interning& interning,
                               const Hasher& hasher) {
    const auto damaged = [] { return fail(ErrorCode::database_damaged, "record state"); };
    BinaryReader reader(bytes);
    if (reader.u8() != state_version) {
        return damaged();
    }
    RecordState state;
    for (std::size_t left = reader.count(10); left > 0; --left) {
        Creation creation;
        creation.dot = read_dot(reader);
        creation.at = read_stamp(reader);
        creation.layout = interning.layout(static_cast<std::uint32_t>(reader.varint()));
        if (creation.layout == nullptr) {
            return damaged();
        }
        state.creations.push_back(creation);
    }
    COTMOC_ASSIGN(const std::vector<Override> overrides, read_overrides(reader, interning));
    read_history(reader, state);
    if (!read_texts(reader, state.creations) || !reader.finished()) {
        return damaged();
    }
    const auto types = body_types(state, overrides);
    std::vector<std::pair<std::string_view, ValueType>> expected(types.begin(), types.end());
    COTMOC_ASSIGN(std::vector<BodyField> fields, read_body(body, expected));
    std::map<std::string_view, Value*> shown;
    for (BodyField& field : fields) {
        shown[field.name] = &field.value;
    }
    const auto value_of = [&](std::string_view name) {
        const auto found = shown.find(name);
        return found == shown.end() ? Value() : *found->second;
    };
    for (const Override& entry : overrides) {
        BinaryReader content(entry.content);
        auto decoded = read_content(content, entry.shape, value_of(entry.name));
        if (!decoded || !content.finished()) {
            return damaged();
        }
        state.fields.emplace(entry.name, std::move(*decoded));
    }
    if (!state.creations.empty()) {
        const Creation& primary = state.creations.front();
        state.kind = primary.layout->layout.kind;
        for (std::uint32_t i = 0; i < primary.layout->types.size(); ++i) {
            const Layout::Entry& entry = primary.layout->layout.entries[i];
            const ValueType type = primary.layout->types[i];
            if (type == ValueType::absent || state.fields.contains(entry.field)) {
                continue;
            }
            const Value value = value_of(entry.field);
            const auto* text = std::get_if<std::string>(&value);
            const Dot initial =
                entry.shape == Shape::text && text != nullptr ? content_dot(hasher, *text) : Dot();
            state.fields.emplace(
                entry.field, initial_content(entry.shape, primary.field_dot(i), primary.at, value, initial));
        }
    }
    // Drops what stood for "no content" (see encode_row), so that the digest form is that of the history.
    std::erase_if(state.fields, [](const auto& field) {
        const auto* reg = std::get_if<Register>(&field.second);
        return reg != nullptr && reg->live().empty() && reg->lost().empty();
    });
    return state;
}

}  // namespace cotmoc::core
