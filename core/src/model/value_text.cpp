#include <cotmoc/core/value.hpp>

#include <array>
#include <charconv>
#include <cstring>

namespace cotmoc::core {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, 32> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    out.append(buffer.data(), end);
}

bool needs_escape(unsigned char octet) { return octet < 0x20 || octet == '"' || octet == '\\'; }

/// Whether one of eight octets is a quote, a backslash or a control character. It may see one too many only
/// behind a true one, so a negative answer is certain.
bool word_needs_escape(const char* at) {
    constexpr std::uint64_t ones = 0x0101010101010101u;
    constexpr std::uint64_t high_bits = 0x8080808080808080u;
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t quote = word ^ (ones * '"');
    const std::uint64_t backslash = word ^ (ones * '\\');
    const std::uint64_t found =
        ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
    return (found & high_bits) != 0;
}

void append_escape(std::string& out, unsigned char octet) {
    switch (octet) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += hex_digits[octet >> 4];
            out += hex_digits[octet & 15];
    }
}

struct JsonWriter {
    std::string& out;

    void operator()(std::monostate) const { out += "null"; }
    void operator()(Absent) const { out += "null"; }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { append_number(out, value); }
    void operator()(double value) const { append_number(out, value == 0 ? 0.0 : value); }
    void operator()(const std::string& value) const { append_json_string(out, value); }
    void operator()(const TextList& value) const {
        out += '[';
        for (const std::string& item : value) {
            if (&item != value.data()) {
                out += ',';
            }
            append_json_string(out, item);
        }
        out += ']';
    }
    void operator()(const RecordId& value) const { quoted(to_uuid_text(value)); }
    template <class WithText>
    void operator()(const WithText& value) const {
        quoted(to_text(value));
    }

    void quoted(std::string_view text) const {
        out += '"';
        out += text;
        out += '"';
    }
};

struct TextWriter {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(Absent) const { return {}; }
    std::string operator()(const std::string& value) const { return value; }
    std::string operator()(const RecordId& value) const { return to_uuid_text(value); }
    std::string operator()(const TextList& value) const {
        std::string text;
        for (const std::string& item : value) {
            text += text.empty() ? "" : ", ";
            text += item;
        }
        return text;
    }
    template <class WithJson>
    requires std::is_arithmetic_v<WithJson> std::string operator()(WithJson value) const {
        std::string text;
        JsonWriter{text}(value);
        return text;
    }
    template <class WithText>
    requires(!std::is_arithmetic_v<WithText>) std::string operator()(const WithText& value) const {
        return to_text(value);
    }
};

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t start = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.size() - at >= 8 && !word_needs_escape(text.data() + at)) {
            at += 8;
            continue;
        }
        const std::size_t end = std::min(at + 8, text.size());
        for (; at < end; ++at) {
            const auto octet = static_cast<unsigned char>(text[at]);
            if (needs_escape(octet)) {
                out.append(text, start, at - start);
                append_escape(out, octet);
                start = at + 1;
            }
        }
    }
    out.append(text, start);
    out += '"';
}

void append_json(std::string& out, const Value& value) { std::visit(JsonWriter{out}, value); }

std::string to_text(const Value& value) { return std::visit(TextWriter{}, value); }

}  // namespace cotmoc::core
