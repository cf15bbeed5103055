// The proleptic Gregorian calendar of the years 0001 to 9999.
#pragma once

#include <cstdint>

namespace cotmoc::core {

inline constexpr std::int32_t first_day = -719162;  // 0001-01-01
inline constexpr std::int32_t last_day = 2932896;   // 9999-12-31
inline constexpr std::int64_t ms_per_day = 86'400'000;
inline constexpr std::int64_t ms_per_minute = 60'000;
inline constexpr int offset_minutes_max = 23 * 60 + 59;

inline bool is_date_in_range(std::int64_t days) { return days >= first_day && days <= last_day; }

/// Division that rounds down, so that instants before 1970 fall on the right day.
inline std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
    const std::int64_t quotient = value / divisor;
    return quotient - (value % divisor < 0 ? 1 : 0);
}

/// Whether the instant's own day lies in the years that have a text form.
inline bool is_datetime_in_range(std::int64_t utc_ms, std::int64_t offset_minutes) {
    constexpr std::int64_t bound = std::int64_t{4'000'000} * ms_per_day;
    if (offset_minutes < -offset_minutes_max || offset_minutes > offset_minutes_max || utc_ms < -bound ||
        utc_ms > bound) {
        return false;
    }
    return is_date_in_range(floor_divide(utc_ms + offset_minutes * ms_per_minute, ms_per_day));
}

}  // namespace cotmoc::core
