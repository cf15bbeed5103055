#include "replica/change_name.hpp"

namespace cotmoc::sync {
namespace {

constexpr std::size_t digits_min = 6;

bool names(std::string_view change, const HistoryEntry& entry) {
    return (change.size() >= digits_min && entry.change.starts_with(change)) ||
           change == dot_text(entry.device, entry.dot);
}

}  // namespace

std::string dot_text(const DeviceId& device, const core::Dot& dot) {
    return device.hex() + ":" + std::to_string(dot.seq) + ":" + std::to_string(dot.index);
}

Result<core::Dot> find_change(std::span<const HistoryEntry> entries, std::string_view change) {
    const HistoryEntry* first = nullptr;
    std::optional<core::Dot> last;
    for (const HistoryEntry& entry : entries) {
        if (!names(change, entry)) {
            continue;
        }
        if (first != nullptr && entry.change != first->change) {
            return fail(ErrorCode::ambiguous_change, std::string(change));
        }
        first = first != nullptr ? first : &entry;
        last = entry.is_void ? last : entry.dot;
    }
    if (first == nullptr) {
        return fail(ErrorCode::unknown_change, std::string(change));
    }
    if (!last) {
        return fail(ErrorCode::void_change, std::string(change));
    }
    return *last;
}

}  // namespace cotmoc::sync
