// JSON by hand: bodies are JSON already, and a number must come out as it stands there.
#pragma once

#include <cotmoc/base/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cotmoc::records {

/// One line of JSON, built in order.
class JsonObject {
public:
    JsonObject& text(std::string_view key, std::string_view value);
    JsonObject& number(std::string_view key, std::int64_t value);
    JsonObject& number(std::string_view key, std::uint64_t value);
    JsonObject& flag(std::string_view key, bool value);
    /// `value` is JSON already.
    JsonObject& raw(std::string_view key, std::string_view value);
    std::string finish() const { return "{" + content_ + "}"; }

private:
    std::string content_;
};

/// "[a,b]" of JSON texts.
std::string json_array(const std::vector<std::string>& items);
/// The same of plain texts.
std::string json_texts(const std::vector<std::string>& texts);
/// "a, b", for people.
std::string comma_list(const std::vector<std::string>& texts);

struct JsonMember {
    std::string key;
    std::string_view value;  // JSON text, a part of what was split
};
/// The members of an object that this program wrote (a record's body), without reading the values.
std::vector<JsonMember> split_object(std::string_view object);

/// A JSON value as people read it: a string without quotes, a list joined by ", ", nothing for null.
std::string plain_text(std::string_view json);

}  // namespace cotmoc::records
