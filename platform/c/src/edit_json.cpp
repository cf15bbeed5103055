#include "edit_json.hpp"

#include <cotmoc/records/json_text.hpp>

#include <nlohmann/json.hpp>

#include <set>

namespace cotmoc::capi {
namespace {

using Json = nlohmann::ordered_json;
using Edit = core::FieldEdit;

constexpr int depth_max = 32;
constexpr std::size_t edits_max = 100'000;

/// Notices what the parser would pass over: keys that are there twice, and nesting without end.
class Watcher {
public:
    bool operator()(int depth, nlohmann::json::parse_event_t event, Json& parsed) {
        using Event = nlohmann::json::parse_event_t;
        if (depth > depth_max) {
            error = error.value_or(Error{ErrorCode::too_deep, ""});
        }
        if (event == Event::object_start) {
            keys_.emplace_back();
        } else if (event == Event::object_end && !keys_.empty()) {
            keys_.pop_back();
        } else if (event == Event::key && !keys_.empty()) {
            const auto& key = parsed.get_ref<const std::string&>();
            if (!keys_.back().insert(key).second) {
                error = error.value_or(Error{ErrorCode::duplicate_key, key});
            }
        }
        return true;
    }
    std::optional<Error> error;

private:
    std::vector<std::set<std::string>> keys_;
};

Result<Json> parse(std::string_view text) {
    Watcher watcher;
    const auto watch = [&watcher](int depth, auto event, Json& parsed) {
        return watcher(depth, event, parsed);
    };
    try {
        Json json = Json::parse(text, watch);
        if (watcher.error) {
            return tl::unexpected(*watcher.error);
        }
        return json;
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::bad_json);
    }
}

Result<const core::Field*> field_of(const core::Kind& kind, const std::string& name) {
    const core::Field* field = kind.find(name);
    return field != nullptr ? Result<const core::Field*>(field)
                            : fail(ErrorCode::unknown_field, kind.name + "." + name);
}

Result<std::string> text_member(const Json& edit, const char* key) {
    const auto found = edit.find(key);
    if (found == edit.end() || !found->is_string()) {
        return fail(ErrorCode::wrong_usage, std::string("an edit needs the text \"") + key + "\"");
    }
    return found->get<std::string>();
}

Result<std::uint64_t> number_member(const Json& edit, const char* key) {
    const auto found = edit.find(key);
    if (found == edit.end()) {
        return std::uint64_t{0};
    }
    if (!found->is_number_unsigned()) {
        return fail(ErrorCode::wrong_usage, std::string("\"") + key + "\" of an edit is a count");
    }
    return found->get<std::uint64_t>();
}

Result<Edit> add_edit(const core::Field& field, const Json& value) {
    if (!value.is_number_integer() ||
        (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX})) {
        return fail(ErrorCode::wrong_type, field.name);
    }
    return Edit{Edit::Kind::add, field.name, value.get<std::int64_t>(), false};
}

Result<Edit> parse_edit(const core::Kind& kind, const Json& edit) {
    if (!edit.is_object()) {
        return fail(ErrorCode::wrong_usage, "an edit is a JSON object");
    }
    for (const auto& member : edit.items()) {
        static const std::set<std::string> known = {"op", "field", "value", "position", "delete", "shown"};
        if (known.count(member.key()) == 0) {
            return fail(ErrorCode::wrong_usage, "an edit has no \"" + member.key() + "\"");
        }
    }
    COTMOC_ASSIGN(const std::string op, text_member(edit, "op"));
    COTMOC_ASSIGN(const std::string name, text_member(edit, "field"));
    COTMOC_ASSIGN(const core::Field* field, field_of(kind, name));
    const Json value = edit.value("value", Json());
    Edit made;
    if (op == "set") {
        COTMOC_ASSIGN(core::Value parsed, core::parse_json_value(*field, value.dump()));
        made = Edit{Edit::Kind::set, field->name, std::move(parsed), false};
    } else if (op == "add") {
        COTMOC_ASSIGN(made, add_edit(*field, value));
    } else if (op == "insert" || op == "remove") {
        COTMOC_ASSIGN(std::string item, text_member(edit, "value"));
        made = Edit{op == "insert" ? Edit::Kind::insert : Edit::Kind::remove, field->name, std::move(item),
                    false};
    } else if (op == "splice") {
        std::string text;
        if (edit.contains("value")) {
            COTMOC_ASSIGN(text, text_member(edit, "value"));
        }
        made = Edit{Edit::Kind::splice, field->name, std::move(text), false};
        COTMOC_ASSIGN(made.position, number_member(edit, "position"));
        COTMOC_ASSIGN(made.delete_count, number_member(edit, "delete"));
    } else {
        return fail(ErrorCode::wrong_usage, "the op of an edit is set, add, insert, remove or splice");
    }
    if (edit.contains("shown")) {
        COTMOC_ASSIGN(made.shown, text_member(edit, "shown"));
    }
    return made;
}

std::vector<std::string> id_texts(const std::vector<RecordId>& ids) {
    std::vector<std::string> texts;
    texts.reserve(ids.size());
    for (const RecordId& id : ids) {
        texts.push_back(to_uuid_text(id));
    }
    return texts;
}

}  // namespace

Result<std::vector<Edit>> parse_edits(const core::Kind& kind, std::string_view text) {
    COTMOC_ASSIGN(const Json json, parse(text));
    std::vector<Edit> edits;
    if (json.is_object()) {
        for (const auto& member : json.items()) {
            COTMOC_ASSIGN(const core::Field* field, field_of(kind, member.key()));
            COTMOC_ASSIGN(core::Value value, core::parse_json_value(*field, member.value().dump()));
            edits.push_back({Edit::Kind::set, field->name, std::move(value), false});
        }
    } else if (json.is_array() && json.size() <= edits_max) {
        for (const Json& each : json) {
            COTMOC_ASSIGN(Edit edit, parse_edit(kind, each));
            edits.push_back(std::move(edit));
        }
    } else {
        return json.is_array() ? fail(ErrorCode::limit_exceeded, "edits")
                               : fail(ErrorCode::wrong_usage, "edits are a JSON object or array");
    }
    return edits;
}

std::string change_json(const core::QueryChange& change) {
    return records::JsonObject()
        .raw("entered", records::json_texts(id_texts(change.entered)))
        .raw("changed", records::json_texts(id_texts(change.changed)))
        .raw("left", records::json_texts(id_texts(change.left)))
        .finish();
}

}  // namespace cotmoc::capi
