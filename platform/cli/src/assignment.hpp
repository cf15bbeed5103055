// field=text, field:=JSON, counter+=5, set+=item, set-=item.
#pragma once

#include <cotmoc/core/store.hpp>

namespace cotmoc::cli {

struct Assignment {
    enum class Operator { text, json, plus, minus } op = Operator::text;
    std::string field;
    std::string value;
};

/// Field names are of [a-z0-9_], so the first other character begins the operator. wrong_usage if there is
/// none.
Result<Assignment> parse_assignment(std::string_view text);

/// The values of a new record. wrong_usage for += and -=, and for a field that is given twice.
Result<std::vector<core::FieldValue>> parse_values(const core::Kind& kind,
                                                   const std::vector<std::string>& texts);
/// Edits of a record. wrong_shape where the field's type does not take the operator.
Result<std::vector<core::FieldEdit>> parse_edits(const core::Kind& kind,
                                                 const std::vector<std::string>& texts);
/// `--where field=value`.
Result<core::FieldValue> parse_condition(const core::Kind& kind, std::string_view text);

}  // namespace cotmoc::cli
