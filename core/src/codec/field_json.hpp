// Values of fields from parsed JSON; the document was read with Fractions::as_text.
#pragma once

#include <cotmoc/core/catalogue.hpp>

#include <nlohmann/json.hpp>

namespace cotmoc::core {

Result<Value> value_from_json(const Field& field, const nlohmann::json& json);

/// The fields of a kind from an object; sorted by name, each checked.
Result<std::vector<FieldValue>> fields_from_json(const Kind& kind, const nlohmann::json& object);

}  // namespace cotmoc::core
