// Reads what append_json wrote, in one pass. Only our own writer's form is accepted, so there is no white
// space, no other escape and no guess about types.
#include <cotmoc/core/catalogue.hpp>

#include "model/calendar.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

namespace cotmoc::core {
namespace {

class BodyReader {
public:
    explicit BodyReader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    bool take(char expected) {
        if (at_ == end_ || *at_ != expected) {
            return false;
        }
        ++at_;
        return true;
    }
    bool take(std::string_view expected) {
        if (left() < expected.size() || std::memcmp(at_, expected.data(), expected.size()) != 0) {
            return false;
        }
        at_ += expected.size();
        return true;
    }
    /// "name": and nothing else; names need no escapes.
    bool take_name(std::string_view name) { return take('"') && take(name) && take("\":"); }
    bool at_end() const { return at_ == end_; }

    bool value(ValueType type, Value& out) {
        switch (type) {
            case ValueType::null:
                return take("null");
            case ValueType::boolean:
                return boolean(out);
            case ValueType::integer:
                return number(out.emplace<std::int64_t>());
            case ValueType::real: {
                double& real = out.emplace<double>();
                return number(real) && std::isfinite(real);
            }
            case ValueType::text:
                return text(out.emplace<std::string>());
            case ValueType::decimal:
                return decimal(out);
            case ValueType::date:
                return quoted_value(out, parse_date);
            case ValueType::datetime:
                return quoted_value(out, parse_datetime);
            case ValueType::reference:
                return quoted_value(out, from_uuid_text);
            case ValueType::text_list:
                return text_list(out.emplace<TextList>());
            case ValueType::absent:
                out.emplace<Absent>();
                return take("null");
        }
        return false;
    }

private:
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    bool boolean(Value& out) {
        const bool value = take("true");
        out = value;
        return value || take("false");
    }

    template <class Number>
    bool number(Number& out) {
        const auto [end, error] = std::from_chars(at_, end_, out);
        at_ = end;
        return error == std::errc{};
    }

    /// The text up to the next quote, without escapes: the form of dates, ids and decimals.
    bool quoted(std::string_view& out) {
        if (!take('"')) {
            return false;
        }
        const auto* quote = static_cast<const char*>(std::memchr(at_, '"', left()));
        if (quote == nullptr) {
            return false;
        }
        out = {at_, static_cast<std::size_t>(quote - at_)};
        at_ = quote + 1;
        return true;
    }

    template <class Parse>
    bool quoted_value(Value& out, Parse parse) {
        std::string_view written;
        if (!quoted(written)) {
            return false;
        }
        const auto parsed = parse(written);
        if (parsed) {
            out = *parsed;
        }
        return parsed.has_value();
    }

    /// The scale is the number of digits behind the point.
    bool decimal(Value& out) {
        return quoted_value(out, [](std::string_view written) {
            const std::size_t point = written.find('.');
            const std::size_t scale = point == written.npos ? 0 : written.size() - point - 1;
            return parse_decimal(written, static_cast<std::uint8_t>(std::min<std::size_t>(scale, 255)));
        });
    }

    bool text(std::string& out) {
        if (!take('"')) {
            return false;
        }
        while (true) {
            const auto* quote = static_cast<const char*>(std::memchr(at_, '"', left()));
            if (quote == nullptr) {
                return false;
            }
            const auto span = static_cast<std::size_t>(quote - at_);
            const auto* escape = static_cast<const char*>(std::memchr(at_, '\\', span));
            if (escape == nullptr) {
                out.append(at_, span);
                at_ = quote + 1;
                return true;
            }
            out.append(at_, static_cast<std::size_t>(escape - at_));
            at_ = escape + 1;
            if (!unescape(out)) {
                return false;
            }
        }
    }

    bool unescape(std::string& out) {
        static constexpr std::string_view letters = "\"\\bfnrt";
        static constexpr std::string_view meanings = "\"\\\b\f\n\r\t";
        if (at_ == end_) {
            return false;
        }
        const char letter = *at_++;
        if (const std::size_t found = letters.find(letter); found != letters.npos) {
            out += meanings[found];
            return true;
        }
        unsigned code = 0;
        if (letter != 'u' || !take("00") || left() < 2) {
            return false;
        }
        const auto [end, error] = std::from_chars(at_, at_ + 2, code, 16);
        if (error != std::errc{} || end != at_ + 2 || code >= 0x20) {
            return false;
        }
        at_ = end;
        out += static_cast<char>(code);
        return true;
    }

    bool text_list(TextList& out) {
        if (!take('[')) {
            return false;
        }
        if (take(']')) {
            return true;
        }
        do {
            if (!text(out.emplace_back())) {
                return false;
            }
        } while (take(','));
        return take(']');
    }

    const char* at_;
    const char* end_;
};

}  // namespace

Result<std::vector<BodyField>> read_body(std::string_view body,
                                         std::span<const std::pair<std::string_view, ValueType>> types) {
    BodyReader reader(body);
    std::vector<BodyField> fields;
    fields.reserve(types.size());
    bool ok = reader.take('{');
    for (const auto& [name, type] : types) {
        ok = ok && (fields.empty() || reader.take(',')) && reader.take_name(name);
        if (!ok) {
            return fail(ErrorCode::bad_encoding, "body before " + std::string(name));
        }
        BodyField& field = fields.emplace_back();
        field.name = name;
        ok = reader.value(type, field.value);
    }
    if (!ok || !reader.take('}') || !reader.at_end()) {
        return fail(ErrorCode::bad_encoding, "end of body");
    }
    return fields;
}

}  // namespace cotmoc::core
