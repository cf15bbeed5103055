// Edits and texts as JSON, in values of the catalogue's types.
#pragma once

#include <cotmoc/core/store.hpp>

namespace cotmoc::capi {

/// An object of fields with their new values, or an array of edits (record.h). bad_json, duplicate_key,
/// wrong_usage for an edit of another form, unknown_field, wrong_type and the like.
Result<std::vector<core::FieldEdit>> parse_edits(const core::Kind& kind, std::string_view json);

/// {"entered":["ID"],"changed":["ID"],"left":["ID"]}
std::string change_json(const core::QueryChange& change);

}  // namespace cotmoc::capi
