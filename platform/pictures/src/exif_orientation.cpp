#include "exif_orientation.hpp"

#include <algorithm>
#include <array>

namespace cotmoc::pictures {
namespace {

/// Numbers of a text of octets; 0 for what lies beyond its end.
class Numbers {
public:
    Numbers(BytesView octets, bool little) : octets_(octets), little_(little) {}
    std::uint32_t octet(std::size_t at) const { return at < octets_.size() ? octets_[at] : 0; }
    std::uint32_t two(std::size_t at) const {
        return little_ ? octet(at) | octet(at + 1) << 8 : octet(at) << 8 | octet(at + 1);
    }
    std::uint32_t four(std::size_t at) const {
        return little_ ? two(at) | two(at + 2) << 16 : two(at) << 16 | two(at + 2);
    }

private:
    BytesView octets_;
    bool little_;
};

/// TIFF: a header with the place of the first directory, whose entries have 12 octets each.
int orientation_of(BytesView tiff) {
    constexpr std::uint32_t tag = 0x0112;
    constexpr std::uint32_t short_type = 3;
    constexpr std::uint32_t entries_max = 64;
    const bool little = !tiff.empty() && tiff[0] == 'I';
    const Numbers numbers(tiff, little);
    const std::size_t directory = numbers.four(4);
    const std::uint32_t entries = std::min(numbers.two(directory), entries_max);
    for (std::uint32_t entry = 0; entry < entries; ++entry) {
        const std::size_t at = directory + 2 + std::size_t{12} * entry;
        if (numbers.two(at) == tag && numbers.two(at + 2) == short_type) {
            const std::uint32_t value = numbers.two(at + 8);
            return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
        }
    }
    return 1;
}

}  // namespace

int exif_orientation(BytesView head) {
    constexpr std::array<std::uint8_t, 6> exif = {'E', 'x', 'i', 'f', 0, 0};
    constexpr std::uint32_t app1 = 0xe1;
    constexpr std::uint32_t start_of_scan = 0xda;
    const Numbers numbers(head, false);
    std::size_t at = 2;
    while (numbers.octet(at) == 0xff && numbers.octet(at + 1) != start_of_scan) {
        const std::size_t length = numbers.two(at + 2);
        if (length < 2 || at + 2 + length > head.size()) {
            return 1;
        }
        const BytesView body = head.subspan(at + 4, length - 2);
        if (numbers.octet(at + 1) == app1 && body.size() > exif.size() &&
            std::ranges::equal(body.first(exif.size()), exif)) {
            return orientation_of(body.subspan(exif.size()));
        }
        at += 2 + length;
    }
    return 1;
}

}  // namespace cotmoc::pictures
