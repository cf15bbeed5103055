#include <cotmoc/records/join_json.hpp>

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/record_json.hpp>

namespace cotmoc::records {
namespace {

std::string_view reason_name(core::Duplicate::Reason reason) {
    switch (reason) {
        case core::Duplicate::Reason::same_number:
            return "same_number";
        case core::Duplicate::Reason::same_date:
            return "same_date";
        case core::Duplicate::Reason::same_name:
            break;
    }
    return "same_name";
}

}  // namespace

std::string join_json(const core::JoinOutcome& outcome) {
    std::vector<std::string> differs;
    for (const auto& difference : outcome.differs) {
        differs.push_back(JsonObject()
                              .text("field", difference.field)
                              .raw("kept", json_or_null(difference.kept))
                              .raw("other", json_or_null(difference.other))
                              .finish());
    }
    return JsonObject()
        .text("id", to_uuid_text(outcome.kept))
        .text("merged", to_uuid_text(outcome.joined))
        .raw("filled", json_texts(outcome.filled))
        .raw("differs", json_array(differs))
        .finish();
}

std::string separate_json(const core::SeparateOutcome& outcome) {
    return JsonObject()
        .text("id", to_uuid_text(outcome.record))
        .text("separated_from", to_uuid_text(outcome.from))
        .raw("taken_back", json_texts(outcome.taken_back))
        .finish();
}

std::string duplicate_json(const sync::Replica& replica, const core::Kind& kind,
                           const core::Duplicate& pair) {
    std::vector<std::string> why;
    for (const core::Duplicate::Why& each : pair.why) {
        why.push_back(
            JsonObject().text("field", each.field).text("reason", reason_name(each.reason)).finish());
    }
    return JsonObject()
        .raw("ids", json_texts({to_uuid_text(pair.first), to_uuid_text(pair.second)}))
        .text("kind", kind.name)
        .text("space", space_name(replica, pair.space))
        .raw("why", json_array(why))
        .finish();
}

}  // namespace cotmoc::records
