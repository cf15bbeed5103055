// Names of figures that a report lists one by one: the key, and the words for people.
#pragma once

#include <string_view>

namespace cotmoc::core {

struct ReportName {
    std::string_view key;
    std::string_view vietnamese;
    std::string_view english;
};

inline constexpr ReportName incident_types[] = {
    {"illegal_exit", "Xuất cảnh trái phép", "Illegal exit"},
    {"illegal_entry", "Nhập cảnh trái phép", "Illegal entry"},
    {"smuggling", "Buôn lậu", "Smuggling"},
    {"drugs", "Ma túy", "Drugs"},
    {"trafficking", "Mua bán người", "Trafficking in persons"},
    {"illegal_logging", "Khai thác lâm sản trái phép", "Illegal logging"},
    {"trespass_farming", "Xâm canh", "Farming across the border"},
    {"trespass_settling", "Xâm cư", "Settling across the border"},
    {"free_migration", "Di cư tự do", "Free migration"},
    {"unregistered_marriage", "Kết hôn không giá thú", "Unregistered marriage"},
    {"illegal_preaching", "Truyền đạo trái phép", "Illegal preaching"},
    {"other", "Khác", "Other"},
};

inline constexpr ReportName twinning_levels[] = {
    {"village", "Thôn, bản", "Village"},       {"commune", "Xã", "Commune"},
    {"post", "Đồn biên phòng", "Border post"}, {"school", "Trường học", "School"},
    {"district", "Huyện", "District"},         {"province", "Tỉnh", "Province"},
    {"central", "Trung ương", "Central"},
};

}  // namespace cotmoc::core
