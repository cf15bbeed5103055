// Finding kinds, fields and values of enums by their names.
#include <cotmoc/core/catalogue.hpp>

#include <algorithm>

namespace cotmoc::core {

const Field& join_field() {
    static const Field field = [] {
        Field made;
        made.name = join_key;
        made.key = join_key;
        made.type = FieldType::reference;
        made.policy = Policy::latest;
        made.shape = Shape::register_;
        return made;
    }();
    return field;
}

bool Field::is_named(std::string_view any_name) const {
    return name == any_name || std::ranges::find(aliases, any_name) != aliases.end();
}

std::optional<std::size_t> Field::position(std::string_view value) const {
    const auto found = std::ranges::find(values, value);
    if (found == values.end()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - values.begin());
}

const Field* Kind::find(std::string_view any_name) const {
    const auto found = std::ranges::lower_bound(fields, any_name, {}, &Field::name);
    if (found != fields.end() && found->name == any_name) {
        return &*found;
    }
    if (!renamed) {
        return nullptr;
    }
    const auto named = std::ranges::find_if(fields, [&](const Field& f) { return f.is_named(any_name); });
    return named != fields.end() ? &*named : nullptr;
}

const Field* Kind::find_key(std::string_view key) const {
    // No name is claimed by two fields, so whoever has this name is the one, or nobody is.
    const Field* field = find(key);
    return field != nullptr && (!renamed || field->key == key) ? field : nullptr;
}

const Field* Kind::find_disputed(std::string_view any_name) const {
    return any_name == join_key ? &join_field() : find(any_name);
}

std::string_view Kind::shown_name(std::string_view key) const {
    const Field* field = find_key(key);
    return field != nullptr ? std::string_view(field->name) : key;
}

const Kind* Catalogue::find(std::string_view kind) const {
    const auto found = std::ranges::lower_bound(kinds_, kind, {}, &Kind::name);
    return found != kinds_.end() && found->name == kind ? &*found : nullptr;
}

}  // namespace cotmoc::core
