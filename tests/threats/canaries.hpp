// Words that nobody but their readers may see, and where they are looked for.
#pragma once

#include "support/fleet.hpp"

namespace cotmoc::threats {

/// Stands in every planted text, as written and as the search index folds it.
inline constexpr std::array canary_marks = {"CANARYtext", "canarytext"};
/// Names that the authority gave: of devices, spaces, kinds and fields, and labels.
inline constexpr std::array name_marks = {"canary-post", "ngoc-hoi",  "dak-glei",   "Huyện Ngọc Hồi",
                                          "delegation",  "marker_no", "start_date", "Nhật ký"};

inline std::string canary(std::uint64_t number) {
    return "CANARYtext" + std::to_string(1'000'000 + number) + "đ";
}

inline std::size_t hits(std::string_view octets, std::string_view mark) {
    std::size_t count = 0;
    for (std::size_t at = octets.find(mark); at != std::string_view::npos; at = octets.find(mark, at + 1)) {
        ++count;
    }
    return count;
}
inline std::size_t all_hits(std::string_view octets) {
    std::size_t count = 0;
    for (const std::string_view mark : canary_marks) {
        count += hits(octets, mark);
    }
    for (const std::string_view mark : name_marks) {
        count += hits(octets, mark);
    }
    return count;
}

using test_support::octets_of;
/// Every file of the folder: databases, logs, shared memory.
inline std::string all_files(const std::filesystem::path& folder) {
    std::string octets;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        octets += octets_of(entry.path());
    }
    return octets;
}

/// Five in each record: two plain texts, a reviewed one, a rich text and a note. In one transaction a batch.
inline void plant(test_support::Fleet& fleet, const std::string& device, std::uint64_t first,
                  std::uint64_t count) {
    for (std::uint64_t number = first; number < first + count; number += 5) {
        fleet.add_record(device, "delegation",
                         {{"partner", canary(number)},
                          {"head", canary(number + 1)},
                          {"result", canary(number + 2)},
                          {"note", canary(number + 3)},
                          {"unit", canary(number + 4)}});
    }
}

/// One session of the device with the hub; all octets that passed.
inline std::string traffic_of(test_support::Fleet& fleet, const std::string& device) {
    const auto caller = fleet.call(device);
    const auto responder = fleet.answer();
    std::string traffic;
    test_support::exchange(*caller, *responder, [&](BytesView octets, bool) { traffic += as_text(octets); });
    COTMOC_CHECK(!caller->error());
    return traffic;
}

}  // namespace cotmoc::threats
