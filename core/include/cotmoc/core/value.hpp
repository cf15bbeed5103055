// Values of fields, with one canonical form each.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>

#include <string>
#include <variant>
#include <vector>

namespace cotmoc::core {

/// units / 10^scale. The scale is the field's, so equal numbers have equal forms. 0 <= scale <= 12.
struct Decimal {
    std::int64_t units = 0;
    std::uint8_t scale = 0;
    friend bool operator==(const Decimal&, const Decimal&) = default;
};

/// A calendar day, as days since 1970-01-01 (proleptic Gregorian, years 0001 to 9999).
struct Date {
    std::int32_t days = 0;
    friend bool operator==(const Date&, const Date&) = default;
};

/// An instant with the offset it was written in. Milliseconds since the epoch; minutes east of UTC.
struct DateTime {
    std::int64_t utc_ms = 0;
    std::int16_t offset_minutes = 0;
    friend bool operator==(const DateTime&, const DateTime&) = default;
    /// The day in the instant's own offset.
    Date local_day() const;
};

/// No value for this field in this row (only inside a create whose field has since been set again).
struct Absent {
    friend bool operator==(const Absent&, const Absent&) = default;
};

/// Null clears a field. Text serves text, richtext, enum and workflow fields; TextList (sorted by code point,
/// distinct) serves set fields; int64 serves integer and counter fields; RecordId serves references.
/// The order of the alternatives is the type tag on the wire: never reorder, only append.
using TextList = std::vector<std::string>;
using Value = std::variant<std::monostate, bool, std::int64_t, double, Decimal, std::string, Date, DateTime,
                           RecordId, TextList, Absent>;

enum class ValueType : std::uint8_t {
    null = 0,
    boolean = 1,
    integer = 2,
    real = 3,
    decimal = 4,
    text = 5,
    date = 6,
    datetime = 7,
    reference = 8,
    text_list = 9,
    absent = 10
};
inline ValueType type_of(const Value& value) { return static_cast<ValueType>(value.index()); }

inline constexpr std::size_t value_bytes_max = 256 * 1024;  // of one text or list, in UTF-8 octets

/// Canonical bytes: the tag, then the payload in the fixed encoding. Equal values have equal bytes.
/// Reals are finite and -0 is written as 0.
void append_canonical(Bytes& out, const Value& value);
Bytes canonical(const Value& value);
/// Strict inverse of append_canonical; consumes a prefix of `bytes` and advances it.
Result<Value> read_canonical(BytesView& bytes);

/// JSON text of the value: numbers for integer and real (shortest form that reads back the same), strings for
/// decimal, date, datetime, reference, arrays for lists, null. What `body` and `show --json` hold.
void append_json(std::string& out, const Value& value);
/// A JSON string literal with the quotes; escapes only what JSON demands.
void append_json_string(std::string& out, std::string_view text);

/// Plain text as a person reads it: no quotes; lists joined by ", "; "" for null.
std::string to_text(const Value& value);

std::optional<Date> parse_date(std::string_view text);  // 2024-01-31
std::optional<DateTime> parse_datetime(
    std::string_view text);  // RFC 3339, seconds or milliseconds, offset or Z
std::optional<Decimal> parse_decimal(std::string_view text, std::uint8_t scale);
std::string to_text(Date date);
std::string to_text(const DateTime& time);
std::string to_text(const Decimal& decimal);

/// Strict UTF-8: no surrogates, overlong forms or code points above 10FFFF. U+0000 is refused too.
bool is_valid_utf8(std::string_view text);

}  // namespace cotmoc::core
