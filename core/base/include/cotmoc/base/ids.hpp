// Strong identifiers of fixed length.
#pragma once

#include <cotmoc/base/bytes.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstring>
#include <functional>

namespace cotmoc {

/// N octets with a meaning. Different tags do not convert into each other; order is that of the octets.
template <std::size_t N, class Tag>
struct FixedBytes {
    static constexpr std::size_t size = N;
    std::array<std::uint8_t, N> octets{};

    friend bool operator==(const FixedBytes&, const FixedBytes&) = default;
    friend auto operator<=>(const FixedBytes& a, const FixedBytes& b) { return a.octets <=> b.octets; }

    BytesView view() const { return octets; }
    std::string hex() const { return to_hex(octets); }
    bool is_zero() const {
        return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
    }

    static std::optional<FixedBytes> from(BytesView bytes) {
        if (bytes.size() != N) {
            return std::nullopt;
        }
        FixedBytes id;
        std::copy(bytes.begin(), bytes.end(), id.octets.begin());
        return id;
    }
};

using Hash256 = FixedBytes<32, struct Hash256Tag>;
using DeviceId = FixedBytes<32, struct DeviceIdTag>;
using SpaceId = FixedBytes<16, struct SpaceIdTag>;
using RecordId = FixedBytes<16, struct RecordIdTag>;

/// A device's place in the order of enrolment in the trust feed, from 0. The same on every replica.
enum class DeviceIndex : std::uint32_t {};
constexpr std::uint32_t to_number(DeviceIndex index) { return static_cast<std::uint32_t>(index); }

/// UUID text form (8-4-4-4-12, lower case).
std::string to_uuid_text(const RecordId& id);
std::optional<RecordId> from_uuid_text(std::string_view text);

}  // namespace cotmoc

template <std::size_t N, class Tag>
struct std::hash<cotmoc::FixedBytes<N, Tag>> {
    std::size_t operator()(const cotmoc::FixedBytes<N, Tag>& id) const noexcept {
        std::size_t value;
        std::memcpy(&value, id.octets.data(), sizeof value);
        return value;
    }
};
