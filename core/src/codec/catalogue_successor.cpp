// What a new version of a catalogue may change. What was written under an older one must stay readable, and
// what devices on older versions still write must stay valid.
#include <cotmoc/core/catalogue.hpp>

#include "model/brief.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

tl::unexpected<Error> conflict(const std::string& place, std::string_view why) {
    return fail(ErrorCode::catalogue_conflict, at_field(place, why));
}

/// Values only ever join: the old ones are all there, in their order, so that positions compare alike.
Result<void> check_values(const std::string& place, const Field& before, const Field& after) {
    auto at = after.values.begin();
    for (const std::string& value : before.values) {
        const auto found = std::find(at, after.values.end(), value);
        if (found == after.values.end()) {
            const bool moved = after.position(value).has_value();
            return conflict(place, brief(value) + (moved ? " is moved: keep the order of the old values"
                                                         : " is gone: values may be added, not removed"));
        }
        at = found + 1;
    }
    return {};
}

/// Every value of the old type is one of the new type, and no stored octet has to change for it.
bool is_wider(FieldType before, FieldType after) {
    switch (before) {
        case FieldType::integer:
            return after == FieldType::decimal || after == FieldType::real;
        case FieldType::enumeration:
            return after == FieldType::text;
        default:
            return false;
    }
}

Result<void> check_type(const std::string& place, const Field& before, const Field& after) {
    if (after.shape != before.shape) {
        return conflict(place, "another merge shape: retire the field and add one of another name");
    }
    if (after.type != before.type && !is_wider(before.type, after.type)) {
        return conflict(place, "another type, not a wider one: retire the field and add one of another name");
    }
    if (after.type == before.type && after.scale < before.scale) {
        return conflict(place, "a smaller scale: old values would lose digits");
    }
    if (after.reference_kind != before.reference_kind) {
        return conflict(place, "refers to another kind: retire the field and add one of another name");
    }
    return after.type == before.type ? check_values(place, before, after) : Result<void>();
}

Result<void> check_bounds(const std::string& place, const Field& before, const Field& after) {
    if (after.required && !before.required) {
        return conflict(place, "required now: old records lack it; only a new field may be required");
    }
    if (after.minimum && (!before.minimum || *after.minimum > *before.minimum)) {
        return conflict(place, "min is narrower: old values may lie below it");
    }
    if (after.maximum && (!before.maximum || *after.maximum < *before.maximum)) {
        return conflict(place, "max is narrower: old values may lie above it");
    }
    return {};
}

/// The field of `next` that is this one: it has the same first name, and knows every later one.
Result<const Field*> successor_of(const std::string& place, const Field& before, const Kind& next) {
    const Field* after = next.find(before.key);
    if (after == nullptr) {
        after = next.find(before.name);
    }
    if (after == nullptr) {
        return conflict(place, "missing: keep it with \"retired\": true, or with \"alias\": \"" +
                                   before.name + "\" under a new name");
    }
    if (after->key != before.key) {
        return conflict(place, "\"alias\" must begin with its first name, " + before.key);
    }
    const auto is_lost = [&](const std::string& name) { return !after->is_named(name); };
    const auto lost = std::ranges::find_if(before.aliases, is_lost);
    if (lost != before.aliases.end() || is_lost(before.name)) {
        const std::string& name = lost != before.aliases.end() ? *lost : before.name;
        return conflict(place, "\"alias\" must keep its earlier name " + name);
    }
    return after;
}

Result<void> check_kind(const std::string& place, const Kind& before, const Kind& after) {
    for (const Field& field : before.fields) {
        const std::string field_place = place + ".fields." + field.name;
        COTMOC_ASSIGN(const Field* next, successor_of(field_place, field, after));
        COTMOC_TRY(check_type(field_place, field, *next));
        COTMOC_TRY(check_bounds(field_place, field, *next));
    }
    return {};
}

}  // namespace

Result<void> Catalogue::check_successor(const Catalogue& next) const {
    if (next.name_ != name_) {
        return conflict("catalogue", "another name, " + brief(next.name_));
    }
    if (next.version_ <= version_) {
        return conflict("version", std::to_string(next.version_) + " does not follow " +
                                       std::to_string(version_) + ": raise it");
    }
    for (const Kind& kind : kinds_) {
        const std::string place = "kinds." + kind.name;
        const Kind* successor = next.find(kind.name);
        if (successor == nullptr) {
            return conflict(place,
                            "missing: kinds stay and are not renamed; change the label, or retire fields");
        }
        COTMOC_TRY(check_kind(place, kind, *successor));
    }
    return {};
}

void Catalogue::note_earlier(const Catalogue& earlier) {
    for (Kind& kind : kinds_) {
        const Kind* kind_before = earlier.find(kind.name);
        for (Field& field : kind.fields) {
            const Field* before = kind_before != nullptr ? kind_before->find_key(field.key) : nullptr;
            // A real's form does not tell whether it was an integer, and a text's not whether it was of an
            // enum.
            const bool narrower = before != nullptr && field.type == FieldType::decimal &&
                                  (before->type != field.type || before->scale != field.scale);
            field.widened = field.widened || narrower;
            kind.shown_as_stored = kind.shown_as_stored && !field.widened;
        }
    }
}

}  // namespace cotmoc::core
