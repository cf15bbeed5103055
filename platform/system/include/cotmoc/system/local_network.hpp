// Announcing a service on the network around this device, and looking for others (mDNS and DNS-SD, RFC 6762
// and 6763). What comes from there was written by strangers.
#pragma once

#include <cotmoc/base/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cotmoc::system {

struct LanService {
    std::string name;  // of the instance; seen by everybody on the network
    std::uint16_t port = 0;
    std::vector<std::string> texts;  // the values of its text record, under 256 octets each
    bool ipv4_only = true;
};

struct LanNeighbour {
    std::string host;  // a numeric address, with its interface where it needs one
    std::uint16_t port = 0;
    std::vector<std::string> texts;
};

/// Announced as long as it lives.
class LanAnnouncement {
public:
    virtual ~LanAnnouncement() = default;
};

/// One thread at a time. connection_failed if the system offers no such thing or it does not answer.
class LocalNetwork {
public:
    static constexpr const char* service_type = "_cotmoc._tcp";
    /// More answers than this are not looked at.
    static constexpr std::size_t neighbours_max = 256;

    virtual ~LocalNetwork() = default;
    virtual Result<std::unique_ptr<LanAnnouncement>> announce(const LanService& service) = 0;
    /// What answers within so many milliseconds; one service may come under several addresses.
    virtual Result<std::vector<LanNeighbour>> browse(std::int64_t limit_ms) = 0;
};

/// By the system's avahi-daemon, if this was built with Avahi; else one whose calls fail.
std::unique_ptr<LocalNetwork> local_network();

}  // namespace cotmoc::system
