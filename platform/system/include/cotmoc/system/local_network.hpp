// Announcing a service on the network around this device, and looking for others (mDNS and DNS-SD, RFC 6762
// and 6763). What comes from there was written by strangers.
#pragma once

#include <cotmoc/base/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cotmoc::system {

/// A network that this device is on.
struct LanPlace {
    int interface = 0;                   // the system's number of it
    std::vector<std::string> addresses;  // this device's there: numeric, sorted, without an interface's name
    friend bool operator==(const LanPlace&, const LanPlace&) = default;
};

struct LanService {
    /// Seen by everybody on the network: of the instance, and with ".local" of a host that has these
    /// addresses. The machine's own name is not told. One DNS label of a-z and 0-9.
    std::string name;
    LanPlace place;  // it is announced there only; at least one address
    std::uint16_t port = 0;
    std::vector<std::string> texts;  // the values of its text record, under 256 octets each
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
    /// It is seen no more, because somebody else uses its name or the system's service ended: announce anew,
    /// under another name.
    virtual bool lost() const = 0;
};

/// One thread at a time. connection_failed if the system offers no such thing or it does not answer.
class LocalNetwork {
public:
    static constexpr const char* service_type = "_cotmoc._tcp";
    /// More answers than this are not looked at.
    static constexpr std::size_t neighbours_max = 256;
    static constexpr std::size_t places_max = 8;
    static constexpr std::size_t addresses_max = 8;

    virtual ~LocalNetwork() = default;
    /// Where this device can be reached if it listens at that address, numeric: 0.0.0.0 and :: mean all but
    /// the loopback. Sorted by interface; at most places_max, of at most addresses_max each.
    virtual std::vector<LanPlace> places(const std::string& listening) = 0;
    virtual Result<std::unique_ptr<LanAnnouncement>> announce(const LanService& service) = 0;
    /// What answers within so many milliseconds; one service may come under several addresses.
    virtual Result<std::vector<LanNeighbour>> browse(std::int64_t limit_ms) = 0;
};

/// What LocalNetwork::places() says on this system.
std::vector<LanPlace> lan_places(const std::string& listening);

/// By the system's avahi-daemon, if this was built with Avahi; else one whose calls fail.
std::unique_ptr<LocalNetwork> local_network();

}  // namespace cotmoc::system
