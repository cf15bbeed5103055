#include "edit_json.hpp"

#include <cotmoc/records/json_text.hpp>

#include <nlohmann/json.hpp>

#include <set>

namespace cotmoc::capi {
namespace {

using Json = nlohmann::ordered_json;
using Edit = core::FieldEdit;

constexpr std::size_t depth_max = 32;
constexpr std::size_t edits_max = 100'000;

/// Builds the document as it was written: members in their order, and a number with a point or an exponent as
/// its own characters (a binary value), since a decimal must not pass through a double. Stops at keys that
/// are there twice and at nesting without end.
class Reader {
public:
    using binary_t = Json::binary_t;

    bool null() { return put(nullptr); }
    bool boolean(bool value) { return put(value); }
    bool number_integer(std::int64_t value) { return put(value); }
    bool number_unsigned(std::uint64_t value) { return put(value); }
    bool number_float(double, const std::string& written) {
        return put(Json::binary(std::vector<std::uint8_t>(written.begin(), written.end())));
    }
    bool string(std::string& value) { return put(std::move(value)); }
    bool binary(binary_t&) { return stop(ErrorCode::bad_json, {}); }
    bool start_object(std::size_t) {
        keys_.emplace_back();
        return open(Json::object());
    }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() {
        keys_.pop_back();
        return close();
    }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        if (!keys_.back().insert(name).second) {
            return stop(ErrorCode::duplicate_key, name);
        }
        slot_ = &(*stack_.back())[name];
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
        return stop(ErrorCode::bad_json, "at octet " + std::to_string(position));
    }

    Json root;
    Error error{ErrorCode::bad_json, {}};

private:
    Json* place(Json value) {
        if (stack_.empty()) {
            root = std::move(value);
            return &root;
        }
        if (stack_.back()->is_array()) {
            stack_.back()->push_back(std::move(value));
            return &stack_.back()->back();
        }
        *slot_ = std::move(value);
        return slot_;
    }
    bool put(Json value) {
        place(std::move(value));
        return true;
    }
    bool open(Json container) {
        if (stack_.size() == depth_max) {
            return stop(ErrorCode::too_deep, {});
        }
        stack_.push_back(place(std::move(container)));
        return true;
    }
    bool close() {
        stack_.pop_back();
        return true;
    }
    bool stop(ErrorCode code, std::string detail) {
        error = {code, std::move(detail)};
        return false;
    }

    std::vector<Json*> stack_;
    std::vector<std::set<std::string>> keys_;
    Json* slot_ = nullptr;
};

Result<Json> parse(std::string_view text) {
    Reader reader;
    if (!Json::sax_parse(text.begin(), text.end(), &reader)) {
        return tl::unexpected(std::move(reader.error));
    }
    return std::move(reader.root);
}

/// The value of a field from what the document holds.
Result<core::Value> value_of(const core::Field& field, const Json& value) {
    if (value.is_binary()) {
        const auto& octets = value.get_binary();
        return core::parse_json_value(field, std::string(octets.begin(), octets.end()));
    }
    // A number with a point inside a list is no text: it is refused whatever it looks like.
    return core::parse_json_value(field, value.dump());
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
        COTMOC_ASSIGN(core::Value parsed, value_of(*field, value));
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
            COTMOC_ASSIGN(core::Value value, value_of(*field, member.value()));
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
