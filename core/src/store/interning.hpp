// Names and layouts by small local numbers, so that a record's state stays small. The numbers never leave the
// store.
#pragma once

#include "merge/record_state.hpp"

#include <cotmoc/core/database.hpp>

#include <memory>
#include <unordered_map>

namespace cotmoc::core {

class Interning {
public:
    explicit Interning(Database& database) : database_(database) {}
    Result<void> load();

    /// The number of a kind's or field's name; a new name gets the next one.
    Result<std::uint32_t> number(std::string_view name);
    std::optional<std::uint32_t> find(std::string_view name) const;
    const std::string& name(std::uint32_t number) const { return names_.at(number); }
    bool has_name(std::uint32_t number) const { return number < names_.size(); }

    /// The stored form of a layout with these value types; pointers stay valid until load().
    Result<const StoredLayout*> layout(const Layout& layout, std::span<const Value> values);
    /// The same by the types alone. Precondition: one for each entry.
    Result<const StoredLayout*> layout(const Layout& layout, std::vector<ValueType> types);
    const StoredLayout* layout(std::uint32_t number) const;

private:
    struct LayoutKey {
        Layout layout;
        std::vector<ValueType> types;
        friend auto operator<=>(const LayoutKey&, const LayoutKey&) = default;
    };
    Database& database_;
    std::vector<std::string> names_;
    std::map<std::string, std::uint32_t, std::less<>> numbers_;
    std::vector<std::unique_ptr<StoredLayout>> layouts_;
    std::map<LayoutKey, std::uint32_t> layout_numbers_;
    const StoredLayout* last_layout_ = nullptr;
};

}  // namespace cotmoc::core
