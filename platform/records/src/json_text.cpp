#include <cotmoc/core/value.hpp>
#include <cotmoc/records/json_text.hpp>

#include <nlohmann/json.hpp>

namespace cotmoc::records {
namespace {

/// The place after the JSON value that begins at `at`. Precondition: valid JSON without white space.
std::size_t value_end(std::string_view text, std::size_t at) {
    int depth = 0;
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char letter = text[at];
        if (quoted) {
            at += letter == '\\' ? 1 : 0;
            quoted = letter != '"';
        } else if (letter == '"') {
            quoted = true;
        } else if (letter == '{' || letter == '[') {
            ++depth;
        } else if (letter == '}' || letter == ']') {
            if (depth-- == 0) {
                return at;
            }
        } else if (letter == ',' && depth == 0) {
            return at;
        }
    }
    return text.size();
}

std::string string_text(std::string_view literal) {
    const auto value = nlohmann::json::parse(literal, nullptr, false);
    return value.is_string() ? value.get<std::string>() : std::string(literal);
}

}  // namespace

JsonObject& JsonObject::raw(std::string_view key, std::string_view value) {
    if (!content_.empty()) {
        content_ += ',';
    }
    core::append_json_string(content_, key);
    content_ += ':';
    content_ += value;
    return *this;
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
    std::string literal;
    core::append_json_string(literal, value);
    return raw(key, literal);
}

JsonObject& JsonObject::number(std::string_view key, std::int64_t value) {
    return raw(key, std::to_string(value));
}

JsonObject& JsonObject::number(std::string_view key, std::uint64_t value) {
    return raw(key, std::to_string(value));
}

JsonObject& JsonObject::flag(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }

std::string json_array(const std::vector<std::string>& items) {
    std::string array = "[";
    for (const std::string& item : items) {
        if (array.size() > 1) {
            array += ',';
        }
        array += item;
    }
    return array + "]";
}

std::string json_texts(const std::vector<std::string>& texts) {
    std::vector<std::string> items;
    for (const std::string& text : texts) {
        core::append_json_string(items.emplace_back(), text);
    }
    return json_array(items);
}

std::string comma_list(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) {
        list += (list.empty() ? "" : ", ") + text;
    }
    return list;
}

std::vector<JsonMember> split_object(std::string_view object) {
    std::vector<JsonMember> members;
    std::size_t at = 1;
    while (at < object.size() && object[at] == '"') {
        const std::size_t colon = object.find("\":", at);
        if (colon == std::string_view::npos) {
            break;
        }
        const std::size_t begin = colon + 2;
        const std::size_t end = value_end(object, begin);
        members.push_back(
            {std::string(object.substr(at + 1, colon - at - 1)), object.substr(begin, end - begin)});
        at = end + 1;
    }
    return members;
}

std::string plain_text(std::string_view json) {
    if (json.starts_with('"')) {
        return string_text(json);
    }
    if (json == "null") {
        return {};
    }
    if (!json.starts_with('[')) {
        return std::string(json);
    }
    const auto list = nlohmann::json::parse(json, nullptr, false);
    std::string text;
    for (const auto& item : list) {
        text += (text.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
    }
    return text;
}

}  // namespace cotmoc::records
