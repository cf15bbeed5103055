#include "lan_announcer.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::cli {

Result<void> LanAnnouncer::learn(sync::AnnouncementKeys keys) {
    if (keys.keys.empty()) {
        return fail(ErrorCode::no_epoch_key, "nobody could recognise this device");
    }
    if (!keys_.same_as(keys)) {
        keys_ = std::move(keys);
        keys_are_new_ = true;
    }
    return {};
}

Result<void> LanAnnouncer::start(const std::string& host, std::uint16_t port) {
    COTMOC_CHECK(!keys_.keys.empty());
    host_ = host;
    port_ = port;
    return renew(network_.places(host_));
}

bool LanAnnouncer::is_due(const std::vector<system::LanPlace>& places) const {
    const bool lost = std::ranges::any_of(announced_, [](const Announced& each) { return each->lost(); });
    return lost || keys_are_new_ || places != places_ ||
           clock_.steady_ms() - renewed_at_ms_ >= limits_.renew_ms;
}

/// First all new ones, so that a device that cannot announce itself any more keeps what is still seen.
Result<void> LanAnnouncer::renew(std::vector<system::LanPlace> places) {
    std::vector<Announced> announced;
    for (const system::LanPlace& place : places) {
        const sync::Announcement announcement = sync::announce(keys_, random_);
        system::LanService service;
        service.name = announcement.nonce.hex();
        service.place = place;
        service.port = port_;
        service.texts = sync::encode_announcement(announcement);
        COTMOC_ASSIGN(Announced each, network_.announce(service));
        announced.push_back(std::move(each));
    }
    renewed_at_ms_ = clock_.steady_ms();
    for (Announced& each : std::exchange(announced_, std::move(announced))) {
        if (!each->lost()) {
            old_.push_back({std::move(each), renewed_at_ms_ + limits_.overlap_ms});
        }
    }
    places_ = std::move(places);
    keys_are_new_ = false;
    return {};
}

void LanAnnouncer::look() {
    std::vector<system::LanPlace> places = network_.places(host_);
    if (is_due(places)) {
        (void)renew(std::move(places));
    }
    const std::int64_t now = clock_.steady_ms();
    std::erase_if(old_, [&](const Old& each) { return each.until_ms <= now || each.announced->lost(); });
}

}  // namespace cotmoc::cli
