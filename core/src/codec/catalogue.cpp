#include <cotmoc/core/catalogue.hpp>

#include "codec/json_strict.hpp"
#include "codec/layout_limit.hpp"
#include "model/brief.hpp"

#include <cmath>
#include <set>

namespace cotmoc::core {
namespace {

using nlohmann::json;

constexpr std::size_t names_max = 500;  // kinds of a catalogue, fields of a kind: views have few columns
constexpr std::size_t text_max = 4096;  // octets of a label or an enum value

tl::unexpected<Error> bad(const std::string& place, std::string_view why) {
    return fail(ErrorCode::bad_catalogue, at_field(place, why));
}

std::string inside(const std::string& place, std::string_view key) {
    return place.empty() ? brief(key) : place + "." + brief(key);
}

Result<void> check_keys(const json& object, const std::string& place,
                        const std::set<std::string_view>& allowed) {
    if (!object.is_object()) {
        return bad(place.empty() ? "catalogue" : place, "not an object");
    }
    for (const auto& item : object.items()) {
        if (!allowed.contains(item.key())) {
            return bad(inside(place, item.key()), "unknown key");
        }
    }
    return {};
}

Result<void> check_name(const std::string& place, const std::string& name) {
    static const std::set<std::string_view> reserved{"id",      "kind", "space", "state",
                                                     "deleted", "body", "rowid", join_key};
    const auto is_lower = [](char letter) { return letter >= 'a' && letter <= 'z'; };
    const auto may_follow = [&](char letter) {
        return is_lower(letter) || (letter >= '0' && letter <= '9') || letter == '_';
    };
    if (name.empty() || name.size() > 63 || !is_lower(name[0]) || !std::ranges::all_of(name, may_follow)) {
        return bad(place, "names are a to z, 0 to 9 and _, at most 63, from a letter on");
    }
    // SQLite keeps some names for itself, and each kind has a view of its name: it would hide a function.
    const bool is_sqlites = name.starts_with("sqlite_") || name.starts_with("pragma_") ||
                            name.starts_with("fts5") || name == "json_each" || name == "json_tree";
    if (reserved.contains(name) || is_sqlites) {
        return bad(place, "the name is reserved");
    }
    return {};
}

/// A string under `key`; empty where it is absent and not `needed`.
Result<std::string> read_string(const json& object, const std::string& place, const char* key, bool needed) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return needed ? Result<std::string>(bad(inside(place, key), "missing")) : Result<std::string>("");
    }
    if (!found->is_string()) {
        return bad(inside(place, key), "not a text");
    }
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() > text_max || !is_valid_utf8(text) || (needed && text.empty())) {
        return bad(inside(place, key), needed && text.empty() ? "empty" : "too long, or holds U+0000");
    }
    return text;
}

Result<bool> read_flag(const json& object, const std::string& place, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return false;
    }
    if (!found->is_boolean()) {
        return bad(inside(place, key), "not true or false");
    }
    return found->get<bool>();
}

Result<std::optional<double>> read_bound(const json& object, const std::string& place, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return std::nullopt;
    }
    if (!found->is_number()) {
        return bad(inside(place, key), "not a number");
    }
    return found->get<double>();
}

/// A list of distinct texts that are not empty.
Result<std::vector<std::string>> read_texts(const json& list, const std::string& place) {
    if (!list.is_array() || list.empty()) {
        return bad(place, "not a list with something in it");
    }
    std::vector<std::string> texts;
    std::set<std::string> seen;
    for (const json& item : list) {
        if (!item.is_string() || item.get_ref<const std::string&>().empty() ||
            item.get_ref<const std::string&>().size() > text_max ||
            !is_valid_utf8(item.get_ref<const std::string&>())) {
            return bad(place, "an item is not a text, empty, or too long");
        }
        texts.push_back(item.get<std::string>());
        if (!seen.insert(texts.back()).second) {
            return bad(place, "twice " + brief(texts.back()));
        }
    }
    return texts;
}

template <class Enum>
std::optional<Enum> named(std::span<const std::pair<std::string_view, Enum>> names, std::string_view name) {
    const auto found = std::ranges::find(names, name, &std::pair<std::string_view, Enum>::first);
    return found == names.end() ? std::nullopt : std::optional<Enum>(found->second);
}

std::optional<FieldType> field_type(std::string_view name) {
    static constexpr std::pair<std::string_view, FieldType> names[] = {
        {"boolean", FieldType::boolean},     {"integer", FieldType::integer},
        {"real", FieldType::real},           {"decimal", FieldType::decimal},
        {"text", FieldType::text},           {"richtext", FieldType::richtext},
        {"date", FieldType::date},           {"datetime", FieldType::datetime},
        {"enum", FieldType::enumeration},    {"workflow", FieldType::workflow},
        {"counter", FieldType::counter},     {"set", FieldType::set},
        {"reference", FieldType::reference}, {"attachments", FieldType::attachments}};
    return named<FieldType>(names, name);
}

std::optional<Policy> merge_policy(std::string_view name) {
    static constexpr std::pair<std::string_view, Policy> names[] = {
        {"latest", Policy::latest},     {"review", Policy::review},   {"worst", Policy::worst},
        {"workflow", Policy::workflow}, {"counter", Policy::counter}, {"set", Policy::set},
        {"text", Policy::text}};
    return named<Policy>(names, name);
}

Shape shape_of(FieldType type) {
    switch (type) {
        case FieldType::counter:
            return Shape::counter;
        case FieldType::set:
        case FieldType::attachments:
            return Shape::set;
        case FieldType::richtext:
            return Shape::text;
        default:
            return Shape::register_;
    }
}

bool policy_fits(FieldType type, Policy policy) {
    switch (type) {
        case FieldType::counter:
            return policy == Policy::counter;
        case FieldType::set:
        case FieldType::attachments:
            return policy == Policy::set;
        case FieldType::richtext:
            return policy == Policy::text;
        case FieldType::workflow:
            return policy == Policy::workflow;
        case FieldType::enumeration:
            return policy == Policy::latest || policy == Policy::review || policy == Policy::worst;
        default:
            return policy == Policy::latest || policy == Policy::review;
    }
}

Result<void> read_roles(Field& field, const json& object, const std::string& place) {
    static const std::set<std::string_view> known{"border_post", "district_officer", "province_officer"};
    const auto found = object.find("roles");
    if (found == object.end()) {
        return {};
    }
    const std::string here = inside(place, "roles");
    if (field.type != FieldType::workflow || !found->is_object()) {
        return bad(here, "only a workflow has roles, an object from states to lists of roles");
    }
    for (const auto& item : found->items()) {
        if (!field.position(item.key())) {
            return bad(inside(here, item.key()), "unknown state");
        }
        COTMOC_ASSIGN(auto roles, read_texts(item.value(), inside(here, item.key())));
        for (const std::string& role : roles) {
            if (!known.contains(role)) {
                return bad(inside(here, item.key()), "unknown role " + brief(role));
            }
        }
        field.roles.emplace(item.key(), std::move(roles));
    }
    return {};
}

/// `values` of an enum, `states` of a workflow; neither may stand on another type.
Result<void> read_values(Field& field, const json& object, const std::string& place) {
    const std::pair<const char*, FieldType> lists[] = {{"values", FieldType::enumeration},
                                                       {"states", FieldType::workflow}};
    for (const auto& [key, type] : lists) {
        const bool present = object.contains(key);
        if (present != (field.type == type)) {
            return bad(inside(place, key), present ? "not allowed for this type" : "missing");
        }
        if (present) {
            COTMOC_ASSIGN(field.values, read_texts(object[key], inside(place, key)));
        }
    }
    return {};
}

Result<void> read_numbers(Field& field, const json& object, const std::string& place) {
    COTMOC_ASSIGN(field.minimum, read_bound(object, place, "min"));
    COTMOC_ASSIGN(field.maximum, read_bound(object, place, "max"));
    const bool may_have_bounds =
        field.type == FieldType::integer || field.type == FieldType::real || field.type == FieldType::decimal;
    if (!may_have_bounds && (field.minimum || field.maximum)) {
        return bad(inside(place, field.minimum ? "min" : "max"), "not allowed for this type");
    }
    if (field.minimum && field.maximum && *field.minimum > *field.maximum) {
        return bad(inside(place, "max"), "below min");
    }
    const bool has_scale = object.contains("scale");
    if (has_scale != (field.type == FieldType::decimal)) {
        return bad(inside(place, "scale"), has_scale ? "not allowed for this type" : "missing");
    }
    if (has_scale) {
        const json& scale = object["scale"];
        if (!scale.is_number_integer() || scale.get<std::int64_t>() < 0 || scale.get<std::int64_t>() > 12) {
            return bad(inside(place, "scale"), "not an integer from 0 to 12");
        }
        field.scale = scale.get<std::uint8_t>();
    }
    return {};
}

/// "alias": the earlier name, or a list of them, oldest first. The current name may be among them: a field
/// that was renamed back.
Result<void> read_aliases(Field& field, const json& object, const std::string& place) {
    field.key = field.name;
    const auto found = object.find("alias");
    if (found == object.end()) {
        return {};
    }
    const std::string here = inside(place, "alias");
    COTMOC_ASSIGN(field.aliases, read_texts(found->is_string() ? json::array({*found}) : *found, here));
    for (const std::string& alias : field.aliases) {
        COTMOC_TRY(check_name(here, alias));
    }
    if (field.aliases == std::vector{field.name}) {
        return bad(here, "the field has this name now");
    }
    field.key = field.aliases.front();
    return {};
}

Result<Field> read_field(const std::string& name, const json& object, const std::string& place) {
    COTMOC_TRY(check_name(place, name));
    COTMOC_TRY(check_keys(object, place,
                          {"type", "merge", "label", "alias", "required", "indexed", "searchable", "unique",
                           "retired", "min", "max", "scale", "values", "states", "roles", "kind"}));
    COTMOC_ASSIGN(const std::string type_name, read_string(object, place, "type", true));
    COTMOC_ASSIGN(const std::string policy_name, read_string(object, place, "merge", true));
    const auto type = field_type(type_name);
    const auto policy = merge_policy(policy_name);
    if (!type) {
        return bad(inside(place, "type"), "unknown type " + brief(type_name));
    }
    if (!policy) {
        return bad(inside(place, "merge"), "unknown policy " + brief(policy_name));
    }
    if (!policy_fits(*type, *policy)) {
        return bad(inside(place, "merge"), policy_name + " does not fit the type " + type_name);
    }
    Field field;
    field.name = name;
    field.type = *type;
    field.policy = *policy;
    field.shape = shape_of(*type);
    COTMOC_ASSIGN(field.label, read_string(object, place, "label", false));
    COTMOC_ASSIGN(field.required, read_flag(object, place, "required"));
    COTMOC_ASSIGN(field.indexed, read_flag(object, place, "indexed"));
    COTMOC_ASSIGN(field.searchable, read_flag(object, place, "searchable"));
    COTMOC_ASSIGN(field.unique, read_flag(object, place, "unique"));
    COTMOC_ASSIGN(field.retired, read_flag(object, place, "retired"));
    COTMOC_TRY(read_aliases(field, object, place));
    if (field.unique && field.shape != Shape::register_) {
        return bad(inside(place, "unique"), "not allowed for this type");
    }
    if (field.type == FieldType::attachments && (field.indexed || field.searchable)) {
        return bad(place, "what is attached cannot be indexed or searchable: it holds keys");
    }
    COTMOC_TRY(read_numbers(field, object, place));
    COTMOC_TRY(read_values(field, object, place));
    COTMOC_TRY(read_roles(field, object, place));
    if (object.contains("kind") && field.type != FieldType::reference) {
        return bad(inside(place, "kind"), "not allowed for this type");
    }
    COTMOC_ASSIGN(field.reference_kind, read_string(object, place, "kind", object.contains("kind")));
    return field;
}

Result<std::vector<Field>> read_fields(const json& object, const std::string& place) {
    if (!object.is_object() || object.size() > names_max) {
        return bad(place, "not an object, or too many fields");
    }
    std::vector<Field> fields;
    for (const auto& item : object.items()) {
        COTMOC_ASSIGN(Field field, read_field(item.key(), item.value(), inside(place, item.key())));
        fields.push_back(std::move(field));
    }
    return fields;
}

/// A kind may give a common field its own label, flags and bounds, but not another meaning.
Result<void> add_common(Kind& kind, const std::vector<Field>& common, const std::string& place) {
    for (const Field& field : common) {
        const Field* own = kind.find(field.name);
        if (own == nullptr) {
            const auto at = std::ranges::lower_bound(kind.fields, field.name, {}, &Field::name);
            kind.fields.insert(at, field)->common = true;
        } else if (own->type != field.type || own->policy != field.policy || own->scale != field.scale ||
                   own->values != field.values || own->reference_kind != field.reference_kind ||
                   own->aliases != field.aliases) {
            return bad(inside(place + ".fields", field.name), "differs from the common field");
        } else {
            kind.fields[static_cast<std::size_t>(own - kind.fields.data())].common = true;
        }
    }
    if (kind.fields.size() > layout_fields_max) {
        return bad(place + ".fields", "more than 512, the common ones counted");
    }
    return {};
}

/// No two fields may claim one name, or nobody could say whose an old op is.
Result<void> check_names_distinct(const Kind& kind, const std::string& place) {
    std::map<std::string_view, const Field*> owners;
    const auto claim = [&](const Field& field, std::string_view name) -> Result<void> {
        const auto [owner, is_new] = owners.emplace(name, &field);
        if (!is_new && owner->second != &field) {
            return bad(inside(place + ".fields", field.name),
                       brief(name) + " is a name of the field " + owner->second->name + " too");
        }
        return {};
    };
    for (const Field& field : kind.fields) {
        COTMOC_TRY(claim(field, field.name));
        for (const std::string& alias : field.aliases) {
            COTMOC_TRY(claim(field, alias));
        }
    }
    return {};
}

Result<Kind> read_kind(const std::string& name, const json& object, const std::vector<Field>& common) {
    const std::string place = inside("kinds", name);
    COTMOC_TRY(check_name(place, name));
    COTMOC_TRY(check_keys(object, place, {"label", "section", "dated_by", "fields", "history"}));
    Kind kind;
    kind.name = name;
    COTMOC_ASSIGN(kind.label, read_string(object, place, "label", false));
    const auto section = object.find("section");
    if (section != object.end() && !section->is_null()) {
        COTMOC_ASSIGN(kind.section, read_string(object, place, "section", false));
    }
    COTMOC_ASSIGN(kind.dated_by, read_string(object, place, "dated_by", object.contains("dated_by")));
    COTMOC_ASSIGN(const std::string history, read_string(object, place, "history", false));
    if (object.contains("history") && history != "full") {
        return bad(inside(place, "history"), "only \"full\" is known");
    }
    kind.full_history = history == "full";
    if (!object.contains("fields")) {
        return bad(inside(place, "fields"), "missing");
    }
    COTMOC_ASSIGN(kind.fields, read_fields(object["fields"], inside(place, "fields")));
    COTMOC_TRY(add_common(kind, common, place));
    COTMOC_TRY(check_names_distinct(kind, place));
    for (const Field& field : kind.fields) {
        kind.renamed = kind.renamed || !field.aliases.empty();
        kind.shown_as_stored = kind.shown_as_stored && field.key == field.name && !field.retired &&
                               field.type != FieldType::attachments;
    }
    const Field* dated_by = kind.dated_by.empty() ? nullptr : kind.find(kind.dated_by);
    if (!kind.dated_by.empty() &&
        (dated_by == nullptr || dated_by->type != FieldType::date || dated_by->retired)) {
        return bad(inside(place, "dated_by"), "not a date field of the kind, or a retired one");
    }
    kind.dated_by = dated_by != nullptr ? dated_by->name : std::string();
    return kind;
}

Result<std::vector<Kind>> read_kinds(const json& root) {
    std::vector<Field> common;
    if (root.contains("common")) {
        COTMOC_ASSIGN(common, read_fields(root["common"], "common"));
    }
    const auto kinds = root.find("kinds");
    if (kinds == root.end() || !kinds->is_object() || kinds->empty() || kinds->size() > names_max) {
        return bad("kinds", "not an object with something in it, or too many");
    }
    std::vector<Kind> read;
    for (const auto& item : kinds->items()) {
        COTMOC_ASSIGN(Kind kind, read_kind(item.key(), item.value(), common));
        read.push_back(std::move(kind));
    }
    for (const Kind& kind : read) {
        for (const Field& field : kind.fields) {
            if (!field.reference_kind.empty() && !kinds->contains(field.reference_kind)) {
                return bad("kinds." + kind.name + ".fields." + field.name + ".kind", "unknown kind");
            }
        }
    }
    return read;
}

}  // namespace

Result<Catalogue> Catalogue::parse(std::string_view text) {
    COTMOC_ASSIGN(const json root, parse_strict_json(text));
    COTMOC_TRY(check_keys(root, "", {"catalogue", "version", "common", "kinds"}));
    Catalogue catalogue;
    COTMOC_ASSIGN(catalogue.name_, read_string(root, "", "catalogue", true));
    const auto version = root.find("version");
    if (version == root.end() || !version->is_number_integer() || version->get<std::int64_t>() < 1 ||
        version->get<std::int64_t>() > std::numeric_limits<std::uint32_t>::max()) {
        return bad("version", "not an integer from 1 to 4294967295");
    }
    catalogue.version_ = version->get<std::uint32_t>();
    COTMOC_ASSIGN(catalogue.kinds_, read_kinds(root));
    catalogue.source_ = text;
    return catalogue;
}

}  // namespace cotmoc::core
