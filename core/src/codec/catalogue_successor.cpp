#include <cotmoc/core/catalogue.hpp>

#include "model/brief.hpp"

namespace cotmoc::core {
namespace {

tl::unexpected<Error> conflict(const std::string& place, std::string_view why) {
    return fail(ErrorCode::catalogue_conflict, at_field(place, why));
}

/// Values only ever join: the old ones are all there, in their order, so that positions compare alike.
bool keeps_values(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    auto at = after.begin();
    for (const std::string& value : before) {
        at = std::find(at, after.end(), value);
        if (at == after.end()) {
            return false;
        }
        ++at;
    }
    return true;
}

Result<void> check_field(const std::string& place, const Field& before, const Field& after) {
    if (after.type != before.type) {
        return conflict(place, "another type");
    }
    if (after.shape != before.shape) {
        return conflict(place, "another merge shape");
    }
    if (after.scale != before.scale) {
        return conflict(place, "another scale");
    }
    if (after.reference_kind != before.reference_kind) {
        return conflict(place, "refers to another kind");
    }
    if (!keeps_values(before.values, after.values)) {
        return conflict(place, "a value is gone or moved");
    }
    if (after.required && !before.required) {
        return conflict(place, "required now");
    }
    if (after.minimum && (!before.minimum || *after.minimum > *before.minimum)) {
        return conflict(place, "min is narrower");
    }
    if (after.maximum && (!before.maximum || *after.maximum < *before.maximum)) {
        return conflict(place, "max is narrower");
    }
    return {};
}

}  // namespace

Result<void> Catalogue::check_successor(const Catalogue& next) const {
    if (next.name_ != name_) {
        return conflict("catalogue", "another name, " + brief(next.name_));
    }
    if (next.version_ <= version_) {
        return conflict("version",
                        std::to_string(next.version_) + " does not follow " + std::to_string(version_));
    }
    for (const Kind& kind : kinds_) {
        const std::string place = "kinds." + kind.name;
        const Kind* successor = next.find(kind.name);
        if (successor == nullptr) {
            return conflict(place, "missing");
        }
        for (const Field& field : kind.fields) {
            const std::string field_place = place + ".fields." + field.name;
            const Field* next_field = successor->find(field.name);
            if (next_field == nullptr) {
                return conflict(field_place, "missing");
            }
            COTMOC_TRY(check_field(field_place, field, *next_field));
        }
    }
    return {};
}

}  // namespace cotmoc::core
