// The short way to read a row that is as its create left it; sealing reads thousands of them.
#include "store/state_codec.hpp"

#include <cotmoc/base/binary.hpp>

#include <algorithm>

namespace cotmoc::core {

Result<std::optional<FreshRow>> decode_fresh(std::string_view body, BytesView state,
                                             const Interning& interning) {
    BinaryReader reader(state);
    if (reader.u8() != state_version || reader.count(10) != 1) {
        return std::nullopt;
    }
    FreshRow row;
    Dot& dot = row.creation.dot;
    dot.device = static_cast<DeviceIndex>(reader.varint());
    dot.seq = reader.varint();
    dot.index = static_cast<std::uint32_t>(reader.varint());
    row.creation.at.wall_ms = reader.u48();
    row.creation.at.counter = static_cast<std::uint16_t>(reader.varint());
    const StoredLayout* layout = interning.layout(static_cast<std::uint32_t>(reader.varint()));
    const bool untouched = reader.varint() == 0 && reader.varint() == 0 && reader.varint() == 0;
    if (!untouched || !reader.finished() || layout == nullptr ||
        std::ranges::count(layout->types, ValueType::absent) != 0) {
        return std::nullopt;
    }
    row.creation.layout = layout;
    std::vector<std::pair<std::string_view, ValueType>> expected;
    expected.reserve(layout->types.size());
    for (std::size_t i = 0; i < layout->types.size(); ++i) {
        if (layout->types[i] != ValueType::null) {
            expected.emplace_back(layout->layout.entries[i].field, layout->types[i]);
        }
    }
    COTMOC_ASSIGN(std::vector<BodyField> fields, read_body(body, expected));
    row.values.resize(layout->types.size());
    auto next = fields.begin();
    for (std::size_t i = 0; i < layout->types.size(); ++i) {
        if (layout->types[i] != ValueType::null) {
            row.values[i] = std::move(next++->value);
        }
    }
    return row;
}

}  // namespace cotmoc::core
