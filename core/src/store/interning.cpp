#include "store/interning.hpp"

#include <cotmoc/base/binary.hpp>

namespace cotmoc::core {
namespace {

Bytes encode_layout(const Layout& layout, std::span<const ValueType> types) {
    BinaryWriter writer;
    writer.string(layout.kind);
    writer.varint(layout.entries.size());
    for (std::size_t i = 0; i < layout.entries.size(); ++i) {
        writer.string(layout.entries[i].field);
        writer.u8(static_cast<std::uint8_t>(layout.entries[i].shape));
        writer.u8(static_cast<std::uint8_t>(types[i]));
    }
    return writer.take();
}

Result<StoredLayout> decode_layout(BytesView bytes) {
    BinaryReader reader(bytes);
    StoredLayout stored;
    stored.layout.kind = reader.string();
    const std::size_t count = reader.count(3);
    for (std::size_t i = 0; i < count; ++i) {
        std::string field(reader.string());
        const std::uint8_t shape = reader.u8();
        const std::uint8_t type = reader.u8();
        if (shape > static_cast<std::uint8_t>(Shape::text) ||
            type > static_cast<std::uint8_t>(ValueType::absent)) {
            reader.set_failed();
        }
        stored.layout.entries.push_back({std::move(field), static_cast<Shape>(shape)});
        stored.types.push_back(static_cast<ValueType>(type));
    }
    if (!reader.finished()) {
        return fail(ErrorCode::database_damaged, "layout");
    }
    return stored;
}

}  // namespace

Result<void> Interning::load() {
    names_.clear();
    numbers_.clear();
    layouts_.clear();
    layout_numbers_.clear();
    last_layout_ = nullptr;
    COTMOC_ASSIGN(Statement names, database_.prepare("SELECT number, name FROM _name ORDER BY number"));
    for (;;) {
        COTMOC_ASSIGN(const bool row, names.step());
        if (!row) {
            break;
        }
        numbers_.emplace(std::string(names.text(1)), static_cast<std::uint32_t>(names_.size()));
        names_.emplace_back(names.text(1));
    }
    COTMOC_ASSIGN(Statement layouts, database_.prepare("SELECT number, bytes FROM _layout ORDER BY number"));
    for (;;) {
        COTMOC_ASSIGN(const bool row, layouts.step());
        if (!row) {
            return {};
        }
        COTMOC_ASSIGN(StoredLayout stored, decode_layout(layouts.blob(1)));
        stored.number = static_cast<std::uint32_t>(layouts_.size());
        layout_numbers_.emplace(LayoutKey{stored.layout, stored.types}, stored.number);
        layouts_.push_back(std::make_unique<StoredLayout>(std::move(stored)));
    }
}

std::optional<std::uint32_t> Interning::find(std::string_view name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::uint32_t> Interning::number(std::string_view name) {
    if (const auto known = find(name)) {
        return *known;
    }
    const auto number = static_cast<std::uint32_t>(names_.size());
    COTMOC_ASSIGN(Statement insert, database_.prepare("INSERT INTO _name(number, name) VALUES(?, ?)"));
    COTMOC_TRY(insert.bind(1, static_cast<std::int64_t>(number)).bind(2, name).run());
    names_.emplace_back(name);
    numbers_.emplace(std::string(name), number);
    return number;
}

Result<const StoredLayout*> Interning::layout(const Layout& layout, std::span<const Value> values) {
    const auto same_types = [&](const StoredLayout& stored) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (stored.types[i] != type_of(values[i])) {
                return false;
            }
        }
        return true;
    };
    // Records come in runs of one layout: the last one is nearly always the one.
    if (last_layout_ != nullptr && last_layout_->layout == layout && same_types(*last_layout_)) {
        return last_layout_;
    }
    std::vector<ValueType> types;
    types.reserve(values.size());
    for (const Value& value : values) {
        types.push_back(type_of(value));
    }
    return this->layout(layout, std::move(types));
}

Result<const StoredLayout*> Interning::layout(const Layout& layout, std::vector<ValueType> types) {
    LayoutKey key{layout, std::move(types)};
    if (const auto known = layout_numbers_.find(key); known != layout_numbers_.end()) {
        last_layout_ = layouts_[known->second].get();
        return last_layout_;
    }
    const auto number = static_cast<std::uint32_t>(layouts_.size());
    const Bytes bytes = encode_layout(key.layout, key.types);
    COTMOC_ASSIGN(Statement insert, database_.prepare("INSERT INTO _layout(number, bytes) VALUES(?, ?)"));
    COTMOC_TRY(insert.bind(1, static_cast<std::int64_t>(number)).bind_blob(2, bytes).run());
    layouts_.push_back(std::make_unique<StoredLayout>(StoredLayout{number, key.layout, key.types}));
    layout_numbers_.emplace(std::move(key), number);
    last_layout_ = layouts_.back().get();
    return last_layout_;
}

const StoredLayout* Interning::layout(std::uint32_t number) const {
    return number < layouts_.size() ? layouts_[number].get() : nullptr;
}

}  // namespace cotmoc::core
