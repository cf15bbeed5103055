#include <cotmoc/base/check.hpp>
#include <cotmoc/sync/neighbours.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::string_view version = "v=1";
/// How many earlier keys are tried: somebody who was away for a year is still recognised.
constexpr std::uint32_t epochs_tried = 24;

/// All data roles hold the keys of the province-wide space.
const SpaceId* common_ground(const crypto::TrustState& trust) {
    return trust.spaces().empty() ? nullptr : &trust.spaces().front().id;
}

/// The newest keys held, newest first.
std::vector<const crypto::EpochKey*> keys_of(const crypto::KeyRing& ring, const SpaceId& space,
                                             std::size_t most) {
    std::vector<const crypto::EpochKey*> keys;
    const crypto::EpochKey* newest = ring.newest(space);
    for (std::uint32_t epoch = newest != nullptr ? newest->epoch : 0; epoch > 0 && keys.size() < most;
         --epoch) {
        if (const crypto::EpochKey* key = ring.find(space, epoch)) {
            keys.push_back(key);
        }
    }
    return keys;
}

template <class Id>
std::optional<Id> hexadecimal(std::string_view text) {
    const std::optional<Bytes> octets = from_hex(text);
    const std::optional<Id> id = octets ? Id::from(*octets) : std::nullopt;
    return id && id->hex() == text ? id : std::nullopt;
}

std::optional<std::vector<crypto::LanTag>> decode_tags(std::string_view text) {
    std::vector<crypto::LanTag> tags;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        const auto tag = hexadecimal<crypto::LanTag>(text.substr(0, comma));
        if (!tag || tags.size() == lan_tags_max) {
            return std::nullopt;
        }
        tags.push_back(*tag);
        more = comma != std::string_view::npos;
        text = more ? text.substr(comma + 1) : std::string_view();
    }
    return tags;
}

}  // namespace

bool AnnouncementKeys::same_as(const AnnouncementKeys& other) const {
    return device == other.device &&
           std::ranges::equal(keys, other.keys, {}, &crypto::EpochKey::check, &crypto::EpochKey::check);
}

AnnouncementKeys announcement_keys(const crypto::TrustState& trust, const crypto::KeyRing& ring,
                                   const DeviceId& self) {
    AnnouncementKeys own{self, {}};
    if (const SpaceId* space = common_ground(trust)) {
        for (const crypto::EpochKey* key : keys_of(ring, *space, lan_tags_max)) {
            own.keys.push_back(key->clone());
        }
    }
    return own;
}

Announcement announce(const AnnouncementKeys& keys, Random& random) {
    COTMOC_CHECK(!keys.keys.empty());
    Announcement announcement;
    random.fill(announcement.nonce.octets);
    for (const crypto::EpochKey& key : keys.keys) {
        announcement.tags.push_back(crypto::lan_tag(key, announcement.nonce, keys.device));
    }
    return announcement;
}

std::optional<Announcement> announce(const crypto::TrustState& trust, const crypto::KeyRing& ring,
                                     const DeviceId& self, Random& random) {
    const AnnouncementKeys keys = announcement_keys(trust, ring, self);
    return keys.keys.empty() ? std::nullopt : std::optional(announce(keys, random));
}

std::vector<std::string> encode_announcement(const Announcement& announcement) {
    std::string tags = "t=";
    for (const crypto::LanTag& tag : announcement.tags) {
        tags += (tags.size() > 2 ? "," : "") + tag.hex();
    }
    return {std::string(version), "n=" + announcement.nonce.hex(), std::move(tags)};
}

std::optional<Announcement> decode_announcement(const std::vector<std::string>& texts) {
    bool known_version = false;
    std::optional<crypto::LanNonce> nonce;
    std::optional<std::vector<crypto::LanTag>> tags;
    for (const std::string& text : texts) {
        if (text.size() > lan_text_max) {
            return std::nullopt;
        }
        const std::string_view value = std::string_view(text).substr(std::min<std::size_t>(2, text.size()));
        known_version = known_version || text == version;
        if (text.starts_with("n=") && !(nonce = hexadecimal<crypto::LanNonce>(value))) {
            return std::nullopt;
        }
        if (text.starts_with("t=") && !(tags = decode_tags(value))) {
            return std::nullopt;
        }
    }
    if (!known_version || !nonce || !tags) {
        return std::nullopt;
    }
    return Announcement{*nonce, std::move(*tags)};
}

std::optional<DeviceId> recognise(const crypto::TrustState& trust, const crypto::KeyRing& ring,
                                  const DeviceId& self, const Announcement& announcement) {
    const SpaceId* space = common_ground(trust);
    if (space == nullptr) {
        return std::nullopt;
    }
    const std::vector<const crypto::EpochKey*> keys = keys_of(ring, *space, epochs_tried);
    for (const crypto::TrustState::Device& device : trust.devices()) {
        const bool shares = std::ranges::count(trust.readable(device), *space) != 0;
        if (device.id == self || !shares) {
            continue;
        }
        for (const crypto::EpochKey* key : keys) {
            const crypto::LanTag tag = crypto::lan_tag(*key, announcement.nonce, device.id);
            if (std::ranges::count(announcement.tags, tag) != 0) {
                return device.id;
            }
        }
    }
    return std::nullopt;
}

}  // namespace cotmoc::sync
