// `serve --announce`: what this device shows on the networks around it, and when it takes another name there.
#pragma once

#include <cotmoc/base/clock.hpp>
#include <cotmoc/sync/neighbours.hpp>
#include <cotmoc/system/local_network.hpp>

namespace cotmoc::cli {

struct LanAnnouncerLimits {
    std::int64_t renew_ms = 10 * 60 * 1000;  // so old an announcement gives way to one with a new nonce
    std::int64_t overlap_ms = 30 * 1000;     // and is seen so much longer, for whoever has just looked it up
};

/// One announcement for each network that this device is on, each with a nonce of its own, so that who sees
/// two of them cannot tell from what they say that they are of one device. One thread.
class LanAnnouncer {
public:
    /// All of them outlive it.
    LanAnnouncer(system::LocalNetwork& network, Clock& clock, Random& random,
                 const LanAnnouncerLimits& limits = {})
        : network_(network), clock_(clock), random_(random), limits_(limits) {}

    /// With these keys from the next look() on. no_epoch_key if there are none; what was known stays.
    Result<void> learn(sync::AnnouncementKeys keys);
    /// For who listens at `host`, numeric. The errors of LocalNetwork::announce. Precondition: learn().
    Result<void> start(const std::string& host, std::uint16_t port);
    /// Renews what is old, was lost or is not true any more, and withdraws what was replaced some time ago.
    /// What fails is tried again by the next call.
    void look();

private:
    using Announced = std::unique_ptr<system::LanAnnouncement>;
    struct Old {
        Announced announced;
        std::int64_t until_ms = 0;
    };
    bool is_due(const std::vector<system::LanPlace>& places) const;
    Result<void> renew(std::vector<system::LanPlace> places);

    system::LocalNetwork& network_;
    Clock& clock_;
    Random& random_;
    LanAnnouncerLimits limits_;
    sync::AnnouncementKeys keys_;
    bool keys_are_new_ = false;
    std::string host_;
    std::uint16_t port_ = 0;
    std::vector<system::LanPlace> places_;
    std::vector<Announced> announced_;
    std::vector<Old> old_;
    std::int64_t renewed_at_ms_ = 0;
};

}  // namespace cotmoc::cli
