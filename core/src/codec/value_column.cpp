#include "codec/value_column.hpp"

#include "codec/id_column.hpp"
#include "codec/int_column.hpp"
#include "codec/real_column.hpp"
#include "codec/text_column.hpp"
#include "model/calendar.hpp"

#include <array>
#include <limits>

namespace cotmoc::core {
namespace {

constexpr std::size_t types = std::variant_size_v<Value>;
constexpr std::int64_t scale_max = 12;

template <class Pointer>
using ByType = std::array<std::vector<Pointer>, types>;

/// One number of each value of type T.
template <class T, class Part>
Integers collect(std::span<const Value* const> values, Part part) {
    Integers column;
    column.reserve(values.size());
    for (const Value* value : values) {
        column.push_back(static_cast<std::int64_t>(part(*std::get_if<T>(value))));
    }
    return column;
}

void write_reals_of(BinaryWriter& out, std::span<const Value* const> values) {
    std::vector<double> reals;
    reals.reserve(values.size());
    for (const Value* value : values) {
        reals.push_back(*std::get_if<double>(value));
    }
    write_reals(out, reals);
}

void write_texts_of(BinaryWriter& out, std::span<const Value* const> values) {
    std::vector<std::string_view> texts;
    texts.reserve(values.size());
    for (const Value* value : values) {
        texts.push_back(*std::get_if<std::string>(value));
    }
    write_texts(out, texts);
}

void write_references_of(BinaryWriter& out, std::span<const Value* const> values) {
    std::vector<RecordId> ids;
    ids.reserve(values.size());
    for (const Value* value : values) {
        ids.push_back(*std::get_if<RecordId>(value));
    }
    write_ids(out, ids);
}

void write_lists_of(BinaryWriter& out, std::span<const Value* const> values) {
    write_integers(out, collect<TextList>(values, [](const TextList& list) { return list.size(); }));
    std::vector<std::string_view> items;
    for (const Value* value : values) {
        const TextList& list = *std::get_if<TextList>(value);
        items.insert(items.end(), list.begin(), list.end());
    }
    write_texts(out, items);
}

void write_type(BinaryWriter& out, ValueType type, std::span<const Value* const> values) {
    const auto same = [](auto value) { return value; };
    switch (type) {
        case ValueType::boolean:
            write_integers(out, collect<bool>(values, same));
            break;
        case ValueType::integer:
            write_integers(out, collect<std::int64_t>(values, same));
            break;
        case ValueType::real:
            write_reals_of(out, values);
            break;
        case ValueType::decimal:
            write_integers(out, collect<Decimal>(values, [](const Decimal& value) { return value.scale; }));
            write_integers(out, collect<Decimal>(values, [](const Decimal& value) { return value.units; }));
            break;
        case ValueType::text:
            write_texts_of(out, values);
            break;
        case ValueType::date:
            write_integers(out, collect<Date>(values, [](Date value) { return value.days; }));
            break;
        case ValueType::datetime:
            write_integers(out, collect<DateTime>(values, [](const DateTime& time) { return time.utc_ms; }));
            write_integers(
                out, collect<DateTime>(values, [](const DateTime& time) { return time.offset_minutes; }));
            break;
        case ValueType::reference:
            write_references_of(out, values);
            break;
        case ValueType::text_list:
            write_lists_of(out, values);
            break;
        case ValueType::null:
        case ValueType::absent:
            break;
    }
}

template <class Make>
void put(std::span<Value* const> values, Make make) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] != nullptr) {
            *values[i] = make(i);
        }
    }
}

template <class Make>
Result<void> read_numbers(Source& source, std::span<Value* const> values, std::int64_t least,
                          std::int64_t greatest, Make make) {
    COTMOC_ASSIGN(const Integers column, read_integers(source.in, values.size(), least, greatest));
    put(values, [&](std::size_t i) { return make(column[i]); });
    return {};
}

Result<void> read_reals_into(Source& source, std::span<Value* const> values) {
    COTMOC_ASSIGN(const std::vector<double> reals, read_reals(source.in, values.size()));
    put(values, [&](std::size_t i) { return reals[i]; });
    return {};
}

Result<void> read_decimals(Source& source, std::span<Value* const> values) {
    COTMOC_ASSIGN(const Integers scales, read_integers(source.in, values.size(), 0, scale_max));
    COTMOC_ASSIGN(const Integers units, read_integers(source.in, values.size()));
    put(values, [&](std::size_t i) { return Decimal{units[i], static_cast<std::uint8_t>(scales[i])}; });
    return {};
}

Result<void> read_text_values(Source& source, std::span<Value* const> values) {
    COTMOC_ASSIGN(const Texts texts, read_texts(source, values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (texts.items[i].size() > value_bytes_max) {
            return fail(ErrorCode::limit_exceeded, "text of a value");
        }
        if (values[i] != nullptr) {
            values[i]->emplace<std::string>(texts.items[i]);
        }
    }
    return {};
}

Result<void> read_datetimes(Source& source, std::span<Value* const> values) {
    COTMOC_ASSIGN(const Integers times, read_integers(source.in, values.size()));
    COTMOC_ASSIGN(const Integers offsets, read_integers(source.in, values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!is_datetime_in_range(times[i], offsets[i])) {
            return fail(ErrorCode::bad_encoding, "time out of range");
        }
        if (values[i] != nullptr) {
            *values[i] = DateTime{times[i], static_cast<std::int16_t>(offsets[i])};
        }
    }
    return {};
}

Result<void> read_references(Source& source, std::span<Value* const> values) {
    COTMOC_ASSIGN(const std::vector<RecordId> ids, read_ids(source.in, values.size()));
    put(values, [&](std::size_t i) { return ids[i]; });
    return {};
}

Result<void> read_lists(Source& source, std::span<Value* const> values) {
    COTMOC_ASSIGN(const Integers counts, read_integers(source.in, values.size(), 0, value_bytes_max));
    std::uint64_t total = 0;
    for (const std::int64_t count : counts) {
        total += static_cast<std::uint64_t>(count);
    }
    COTMOC_TRY(source.take_cells(total));
    COTMOC_ASSIGN(const Texts texts, read_texts(source, static_cast<std::size_t>(total)));
    auto item = texts.items.begin();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto end = item + counts[i];
        std::size_t octets = 0;
        for (auto at = item; at != end; ++at) {
            octets += at->size();
            if (at != item && !(*(at - 1) < *at)) {
                return fail(ErrorCode::bad_encoding, "list is not sorted");
            }
        }
        if (octets > value_bytes_max) {
            return fail(ErrorCode::limit_exceeded, "list of a value");
        }
        if (values[i] != nullptr) {
            values[i]->emplace<TextList>(item, end);
        }
        item = end;
    }
    return {};
}

Result<void> read_type(Source& source, ValueType type, std::span<Value* const> values) {
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
    switch (type) {
        case ValueType::boolean:
            return read_numbers(source, values, 0, 1, [](std::int64_t number) { return number == 1; });
        case ValueType::integer:
            return read_numbers(source, values, least, greatest, [](std::int64_t number) { return number; });
        case ValueType::real:
            return read_reals_into(source, values);
        case ValueType::decimal:
            return read_decimals(source, values);
        case ValueType::text:
            return read_text_values(source, values);
        case ValueType::date:
            return read_numbers(source, values, first_day, last_day,
                                [](std::int64_t number) { return Date{static_cast<std::int32_t>(number)}; });
        case ValueType::datetime:
            return read_datetimes(source, values);
        case ValueType::reference:
            return read_references(source, values);
        case ValueType::text_list:
            return read_lists(source, values);
        case ValueType::null:
            break;
        case ValueType::absent:
            put(values, [](std::size_t) { return Absent{}; });
            break;
    }
    return {};
}

}  // namespace

void write_values(BinaryWriter& out, std::span<const Value* const> values) {
    Integers tags;
    tags.reserve(values.size());
    ByType<const Value*> by_type;
    for (const Value* value : values) {
        tags.push_back(static_cast<std::int64_t>(value->index()));
        by_type[value->index()].push_back(value);
    }
    write_integers(out, tags);
    for (std::size_t type = 0; type < types; ++type) {
        write_type(out, static_cast<ValueType>(type), by_type[type]);
    }
}

Result<void> read_values(Source& source, std::span<Value* const> values) {
    COTMOC_ASSIGN(const Integers tags, read_integers(source.in, values.size(), 0, types - 1));
    ByType<Value*> by_type;
    for (std::size_t i = 0; i < values.size(); ++i) {
        by_type[static_cast<std::size_t>(tags[i])].push_back(values[i]);
    }
    for (std::size_t type = 0; type < types; ++type) {
        if (!by_type[type].empty()) {
            COTMOC_TRY(read_type(source, static_cast<ValueType>(type), by_type[type]));
        }
    }
    return {};
}

}  // namespace cotmoc::core
