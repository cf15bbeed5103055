#include <cotmoc/core/value.hpp>

#include "model/calendar.hpp"

#include <chrono>

namespace cotmoc::core {
namespace {

/// Exactly `count` ASCII digits at `at`; -1 if something else stands there.
int digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) {
        return -1;
    }
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool is_at(std::string_view text, std::size_t at, char expected) {
    return at < text.size() && text[at] == expected;
}

void append_digits(std::string& text, std::int64_t value, int count) {
    const std::size_t start = text.size();
    text.append(static_cast<std::size_t>(count), '0');
    for (std::size_t i = start + static_cast<std::size_t>(count); i > start && value != 0; value /= 10) {
        text[--i] = static_cast<char>('0' + value % 10);
    }
}

/// Minutes east of UTC of "Z", "+07:00" or "-03:30", which must be the whole text.
std::optional<int> parse_offset(std::string_view text) {
    if (text == "Z") {
        return 0;
    }
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
        return std::nullopt;
    }
    const int hours = digits(text, 1, 2);
    const int minutes = digits(text, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return std::nullopt;
    }
    const int total = hours * 60 + minutes;
    return text[0] == '-' ? -total : total;
}

/// Reads ".5", ".25" or ".125" at `at` and moves past it; 0 without a point, nothing if it is malformed.
std::optional<int> parse_milliseconds(std::string_view text, std::size_t& at) {
    if (!is_at(text, at, '.')) {
        return 0;
    }
    std::size_t count = 0;
    while (digits(text, at + 1 + count, 1) >= 0) {
        ++count;
    }
    if (count < 1 || count > 3) {
        return std::nullopt;
    }
    int value = digits(text, at + 1, count);
    at += 1 + count;
    for (; count < 3; ++count) {
        value *= 10;
    }
    return value;
}

}  // namespace

Date DateTime::local_day() const {
    return Date{static_cast<std::int32_t>(floor_divide(utc_ms + offset_minutes * ms_per_minute, ms_per_day))};
}

std::optional<Date> parse_date(std::string_view text) {
    const int year = digits(text, 0, 4);
    const int month = digits(text, 5, 2);
    const int day = digits(text, 8, 2);
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || year < 1 || month < 0 || day < 0) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) {
        return std::nullopt;
    }
    return Date{static_cast<std::int32_t>(std::chrono::sys_days{date}.time_since_epoch().count())};
}

std::optional<DateTime> parse_datetime(std::string_view text) {
    const auto date = parse_date(text.substr(0, 10));
    if (!date || !is_at(text, 10, 'T') || !is_at(text, 13, ':') || !is_at(text, 16, ':')) {
        return std::nullopt;
    }
    const int hours = digits(text, 11, 2);
    const int minutes = digits(text, 14, 2);
    const int seconds = digits(text, 17, 2);
    // A leap second has no place in a count of milliseconds.
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
        return std::nullopt;
    }
    std::size_t at = 19;
    const auto milliseconds = parse_milliseconds(text, at);
    const auto offset = parse_offset(text.substr(std::min(at, text.size())));
    if (!milliseconds || !offset) {
        return std::nullopt;
    }
    const std::int64_t of_day = ((hours * 60 + minutes) * 60 + seconds) * std::int64_t{1000} + *milliseconds;
    return DateTime{date->days * ms_per_day + of_day - *offset * ms_per_minute,
                    static_cast<std::int16_t>(*offset)};
}

std::string to_text(Date date) {
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{date.days}}};
    std::string text;
    append_digits(text, static_cast<int>(day.year()), 4);
    text += '-';
    append_digits(text, static_cast<unsigned>(day.month()), 2);
    text += '-';
    append_digits(text, static_cast<unsigned>(day.day()), 2);
    return text;
}

std::string to_text(const DateTime& time) {
    const std::int64_t local = time.utc_ms + time.offset_minutes * ms_per_minute;
    const std::int64_t day = floor_divide(local, ms_per_day);
    const std::int64_t of_day = local - day * ms_per_day;
    std::string text = to_text(Date{static_cast<std::int32_t>(day)});
    text += 'T';
    append_digits(text, of_day / 3'600'000, 2);
    text += ':';
    append_digits(text, of_day / ms_per_minute % 60, 2);
    text += ':';
    append_digits(text, of_day / 1000 % 60, 2);
    if (of_day % 1000 != 0) {
        text += '.';
        append_digits(text, of_day % 1000, 3);
    }
    if (time.offset_minutes == 0) {
        text += 'Z';
        return text;
    }
    const int offset = time.offset_minutes < 0 ? -time.offset_minutes : time.offset_minutes;
    text += time.offset_minutes < 0 ? '-' : '+';
    append_digits(text, offset / 60, 2);
    text += ':';
    append_digits(text, offset % 60, 2);
    return text;
}

}  // namespace cotmoc::core
