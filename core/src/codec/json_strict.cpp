#include "codec/json_strict.hpp"

#include "model/brief.hpp"

#include <cotmoc/core/value.hpp>

namespace cotmoc::core {
namespace {

using nlohmann::json;

/// Builds the document; every handler returns false to stop at the first error.
class StrictHandler {
public:
    using binary_t = json::binary_t;

    StrictHandler(json& root, Fractions fractions) : root_(root), fractions_(fractions) {}

    bool null() { return put(nullptr); }
    bool boolean(bool value) { return put(value); }
    bool number_integer(std::int64_t value) { return put(value); }
    bool number_unsigned(std::uint64_t value) {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return stop(ErrorCode::bad_json, "an integer is too large");
        }
        return put(static_cast<std::int64_t>(value));
    }
    bool number_float(double value, const std::string& written) {
        // The parser falls back to a double for an integer that 64 bits cannot hold.
        if (written.find_first_of(".eE") == written.npos) {
            return stop(ErrorCode::bad_json, "an integer is too large");
        }
        if (fractions_ == Fractions::as_double) {
            return put(value);
        }
        return put(json::binary(std::vector<std::uint8_t>(written.begin(), written.end())));
    }
    bool string(std::string& value) { return put(std::move(value)); }
    bool binary(binary_t&) { return stop(ErrorCode::bad_json, {}); }
    bool start_object(std::size_t) { return open(json::object()); }
    bool start_array(std::size_t) { return open(json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        if (stack_.back()->contains(name)) {
            return stop(ErrorCode::duplicate_key, brief(name));
        }
        slot_ = &(*stack_.back())[name];
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const json::exception&) {
        return stop(ErrorCode::bad_json, "at octet " + std::to_string(position));
    }

    Error take_error() { return std::move(error_); }

private:
    json* put(json value, std::nullptr_t) {
        if (stack_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (stack_.back()->is_array()) {
            stack_.back()->push_back(std::move(value));
            return &stack_.back()->back();
        }
        *slot_ = std::move(value);
        return slot_;
    }
    template <class Leaf>
    bool put(Leaf&& leaf) {
        put(json(std::forward<Leaf>(leaf)), nullptr);
        return true;
    }
    bool open(json container) {
        if (stack_.size() == json_depth_max) {
            return stop(ErrorCode::too_deep, {});
        }
        stack_.push_back(put(std::move(container), nullptr));
        return true;
    }
    bool close() {
        stack_.pop_back();
        return true;
    }
    bool stop(ErrorCode code, std::string detail) {
        error_ = {code, std::move(detail)};
        return false;
    }

    json& root_;
    Fractions fractions_;
    std::vector<json*> stack_;
    json* slot_ = nullptr;
    Error error_{ErrorCode::bad_json, {}};
};

}  // namespace

Result<nlohmann::json> parse_strict_json(std::string_view text, Fractions fractions) {
    if (!is_valid_utf8(text)) {
        return fail(ErrorCode::invalid_utf8);
    }
    json root;
    StrictHandler handler(root, fractions);
    if (!json::sax_parse(text.begin(), text.end(), &handler)) {
        return tl::unexpected(handler.take_error());
    }
    return root;
}

}  // namespace cotmoc::core
