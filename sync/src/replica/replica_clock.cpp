// Whether this device's clock can be believed (S19).
#include <cotmoc/base/binary.hpp>
#include <cotmoc/sync/replica.hpp>

#include <cstdlib>

namespace cotmoc::sync {
namespace {

constexpr std::string_view hub_clock_offset = "hub_clock_offset";
/// A sync with nothing new should not write; a clock that drifts does.
constexpr std::int64_t noted_change_ms = 60 * 1000;

std::optional<std::int64_t> offset_in(const std::optional<Bytes>& setting) {
    if (!setting) {
        return std::nullopt;
    }
    BinaryReader reader(*setting);
    return reader.svarint();
}

}  // namespace

Result<void> Replica::peer_clock(const crypto::TrustState::Device& peer, std::int64_t wall_ms) {
    if (peer.role != crypto::Role::hub) {
        return {};
    }
    const std::int64_t offset = environment_.clock.wall_ms() - wall_ms;
    COTMOC_ASSIGN(const std::optional<Bytes> setting, store_->setting(hub_clock_offset));
    if (std::abs(offset_in(setting).value_or(0) - offset) < noted_change_ms) {
        return {};
    }
    BinaryWriter writer;
    writer.svarint(offset);
    const auto note = [&] { return store_->set_setting(hub_clock_offset, writer.bytes()); };
    return store_->writing() ? note() : store_->write(note);
}

Result<ClockCheck> Replica::check_clock() {
    COTMOC_ASSIGN(const std::optional<Bytes> setting, store_->setting(hub_clock_offset));
    ClockCheck check;
    check.offset_ms = offset_in(setting).value_or(0);
    if (!trust_.empty()) {
        // The authority's newest entry was made before now, unless this device's clock is behind.
        COTMOC_ASSIGN(const Bytes entry, store_->trust_entry(trust_.position()));
        COTMOC_ASSIGN(const crypto::ParsedTrustEntry parsed, crypto::parse_trust_entry(entry));
        const std::int64_t since =
            environment_.clock.wall_ms() - static_cast<std::int64_t>(parsed.entry.issued_ms);
        if (since < 0) {
            check.offset_ms = std::min(check.offset_ms, since);
        }
    }
    check.suspect = std::abs(check.offset_ms) > clock_tolerance_ms;
    return check;
}

}  // namespace cotmoc::sync
