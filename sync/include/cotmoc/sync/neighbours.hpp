// What a device announces on the network around it, and which device of an announcement it is: for those who
// share a space with it, and for nobody else. docs/spec/lan.md.
#pragma once

#include <cotmoc/crypto/key_ring.hpp>
#include <cotmoc/crypto/lan_tag.hpp>

namespace cotmoc::sync {

/// Of the epochs of one space the newest key held and the one before it: a neighbour may lack the newest.
inline constexpr std::size_t lan_tags_max = 2;
/// Longer texts are nobody's announcement.
inline constexpr std::size_t lan_text_max = 200;

struct Announcement {
    crypto::LanNonce nonce;
    std::vector<crypto::LanTag> tags;  // 1 to lan_tags_max
    friend bool operator==(const Announcement&, const Announcement&) = default;
};

/// What announcements of this device are made from, so that its replica may be closed meanwhile. Of the
/// epochs of the province-wide space the newest key held and the one before it; none: nobody could recognise
/// it.
struct AnnouncementKeys {
    DeviceId device;
    std::vector<crypto::EpochKey> keys;
    /// Whether both make the same announcements.
    bool same_as(const AnnouncementKeys& other) const;
};
AnnouncementKeys announcement_keys(const crypto::TrustState& trust, const crypto::KeyRing& ring,
                                   const DeviceId& self);

/// Under a fresh nonce. Precondition: there is a key.
Announcement announce(const AnnouncementKeys& keys, Random& random);
/// Of this device, under a fresh nonce; nothing if it holds no key of the province-wide space.
std::optional<Announcement> announce(const crypto::TrustState& trust, const crypto::KeyRing& ring,
                                     const DeviceId& self, Random& random);

/// The values of one DNS-SD text record: "v=1", "n=" and "t=" with lower-case hexadecimal digits.
std::vector<std::string> encode_announcement(const Announcement& announcement);
/// Nothing for what is not exactly of that form. Keys that are not known are left out.
std::optional<Announcement> decode_announcement(const std::vector<std::string>& texts);

/// Which unrevoked device that shares a space with `self` announces itself so; not `self`, nor a hub.
std::optional<DeviceId> recognise(const crypto::TrustState& trust, const crypto::KeyRing& ring,
                                  const DeviceId& self, const Announcement& announcement);

}  // namespace cotmoc::sync
