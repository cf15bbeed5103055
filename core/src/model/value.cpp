#include <cotmoc/core/value.hpp>

#include "model/calendar.hpp"

#include <cotmoc/base/binary.hpp>

#include <bit>
#include <cmath>
#include <limits>

namespace cotmoc::core {
namespace {

constexpr std::uint8_t scale_max = 12;

void append_varint(Bytes& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<std::uint8_t>(value));
}

void append_svarint(Bytes& out, std::int64_t value) {
    append_varint(out, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void append_text(Bytes& out, std::string_view text) {
    append_varint(out, text.size());
    const BytesView bytes = as_bytes(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

struct PayloadWriter {
    Bytes& out;

    void operator()(std::monostate) const {}
    void operator()(Absent) const {}
    void operator()(bool value) const { out.push_back(value ? 1 : 0); }
    void operator()(std::int64_t value) const { append_svarint(out, value); }
    void operator()(double value) const {
        const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
        for (int i = 0; i < 8; ++i) {
            out.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
        }
    }
    void operator()(const Decimal& value) const {
        out.push_back(value.scale);
        append_svarint(out, value.units);
    }
    void operator()(const std::string& value) const { append_text(out, value); }
    void operator()(Date value) const { append_svarint(out, value.days); }
    void operator()(const DateTime& value) const {
        append_svarint(out, value.utc_ms);
        append_svarint(out, value.offset_minutes);
    }
    void operator()(const RecordId& value) const {
        out.insert(out.end(), value.octets.begin(), value.octets.end());
    }
    void operator()(const TextList& value) const {
        append_varint(out, value.size());
        for (const std::string& item : value) {
            append_text(out, item);
        }
    }
};

/// The payload readers return what stands there; `fits` turns false if it is not the one accepted form.
struct PayloadReader {
    BinaryReader& reader;
    bool fits = true;

    std::string text() {
        const std::string_view view = reader.string();
        fits = fits && view.size() <= value_bytes_max && is_valid_utf8(view);
        return fits ? std::string(view) : std::string();
    }

    bool boolean() {
        const std::uint8_t octet = reader.u8();
        fits = octet <= 1;
        return octet == 1;
    }

    double real() {
        const std::uint64_t bits = reader.u64();
        const auto value = std::bit_cast<double>(bits);
        fits = std::isfinite(value) && (value != 0 || bits == 0);
        return value;
    }

    Decimal decimal() {
        const std::uint8_t scale = reader.u8();
        fits = scale <= scale_max;
        return Decimal{reader.svarint(), scale};
    }

    Date date() {
        const std::int64_t days = reader.svarint();
        fits = is_date_in_range(days);
        return Date{fits ? static_cast<std::int32_t>(days) : 0};
    }

    DateTime date_time() {
        const std::int64_t utc_ms = reader.svarint();
        const std::int64_t offset = reader.svarint();
        fits = is_datetime_in_range(utc_ms, offset);
        return DateTime{utc_ms, static_cast<std::int16_t>(fits ? offset : 0)};
    }

    TextList text_list() {
        const std::size_t count = reader.count();
        TextList list;
        std::size_t total = 0;
        for (std::size_t i = 0; i < count && reader.ok() && fits; ++i) {
            std::string item = text();
            total += item.size();
            fits = fits && total <= value_bytes_max && (list.empty() || list.back() < item);
            list.push_back(std::move(item));
        }
        return list;
    }

    Value value(ValueType type) {
        switch (type) {
            case ValueType::null:
                return std::monostate{};
            case ValueType::boolean:
                return boolean();
            case ValueType::integer:
                return reader.svarint();
            case ValueType::real:
                return real();
            case ValueType::decimal:
                return decimal();
            case ValueType::text:
                return text();
            case ValueType::date:
                return date();
            case ValueType::datetime:
                return date_time();
            case ValueType::reference:
                return reader.id<RecordId>();
            case ValueType::text_list:
                return text_list();
            case ValueType::absent:
                return Absent{};
        }
        fits = false;
        return std::monostate{};
    }
};

}  // namespace

void append_canonical(Bytes& out, const Value& value) {
    out.push_back(static_cast<std::uint8_t>(type_of(value)));
    std::visit(PayloadWriter{out}, value);
}

Bytes canonical(const Value& value) {
    Bytes out;
    append_canonical(out, value);
    return out;
}

Result<Value> read_canonical(BytesView& bytes) {
    BinaryReader reader(bytes);
    const std::uint8_t tag = reader.u8();
    PayloadReader payload{reader};
    Value value = payload.value(static_cast<ValueType>(tag));
    if (!reader.ok() || !payload.fits) {
        return fail(ErrorCode::bad_encoding, "a value of type " + std::to_string(tag));
    }
    bytes = bytes.subspan(reader.position());
    return value;
}

}  // namespace cotmoc::core
