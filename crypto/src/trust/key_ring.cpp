#include <cotmoc/crypto/key_ring.hpp>

#include "trust/sealed_texts.hpp"

#include <limits>

namespace cotmoc::crypto {
namespace {

using Place = std::pair<SpaceId, std::uint32_t>;

const EpochWrap* find_wrap(const TrustState::Epoch& epoch, const DeviceId& device) {
    const auto found = epoch.wraps.find(device);
    return found == epoch.wraps.end() ? nullptr : &found->second;
}

/// Tries the directory's keys from the newest: a sealed text commits to its key but does not name the epoch.
template <class Open>
Result<Bytes> open_with_directory(const KeyRing& keys, const TrustState& trust, Open open) {
    const TrustState::Epoch* newest = trust.newest_epoch(trust.directory());
    for (std::uint32_t epoch = newest == nullptr ? 0 : newest->epoch; epoch > 0; --epoch) {
        const EpochKey* key = keys.find(trust.directory(), epoch);
        if (key == nullptr) {
            continue;
        }
        Result<Bytes> text = open(*key);
        if (text || text.error().code != ErrorCode::wrong_commitment) {
            return text;
        }
    }
    return fail(ErrorCode::no_epoch_key, "directory");
}

/// It is the key of the epoch before, or of an earlier one if those between are an untrue issuer's, which
/// nobody but it may hold.
Result<EpochKey> former_key(const TrustState& trust, const EpochKey& newer, BytesView sealed) {
    COTMOC_ASSIGN(const Secret key, open_previous_key(newer, sealed));
    for (auto epoch = trust.epochs().rbegin(); epoch != trust.epochs().rend(); ++epoch) {
        if (epoch->space != newer.space || epoch->epoch >= newer.epoch) {
            continue;
        }
        EpochKey former{epoch->space, epoch->epoch, key.clone()};
        if (former.check() == epoch->check) {
            return former;
        }
    }
    return fail(ErrorCode::wrong_commitment, "a former key is not the one that its epoch entry names");
}

}  // namespace

std::vector<Place> KeyRing::update(const TrustState& trust, const DeviceKeys& device) {
    const DeviceId id = device.public_keys().id();
    std::vector<Place> failed;
    for (const TrustState::Epoch& epoch : trust.epochs()) {
        const EpochWrap* wrap = find_wrap(epoch, id);
        if (wrap == nullptr || find(epoch.space, epoch.epoch) != nullptr) {
            continue;
        }
        Result<EpochKey> key = unwrap(*wrap, epoch.space, epoch.epoch, epoch.check, id, device.agreement);
        if (key) {
            add(std::move(*key));
        } else {
            failed.emplace_back(epoch.space, epoch.epoch);
        }
    }
    // Epochs of a space stand in rising order in the feed, so the way back meets each newer one first.
    for (auto epoch = trust.epochs().rbegin(); epoch != trust.epochs().rend(); ++epoch) {
        const EpochKey* newer = find(epoch->space, epoch->epoch);
        if (newer == nullptr || epoch->epoch == 1 || find(epoch->space, epoch->epoch - 1) != nullptr) {
            continue;
        }
        Result<EpochKey> key = former_key(trust, *newer, epoch->previous_key);
        if (!key) {
            failed.emplace_back(epoch->space, epoch->epoch - 1);
        } else if (find(key->space, key->epoch) == nullptr) {
            add(std::move(*key));
        }
    }
    // A key whose own wrap failed may have come by the newer one; its wrap is wrong all the same.
    std::ranges::sort(failed);
    const auto doubles = std::ranges::unique(failed);
    failed.erase(doubles.begin(), doubles.end());
    return failed;
}

void KeyRing::add(EpochKey key) {
    const Place place{key.space, key.epoch};
    keys_.insert_or_assign(place, std::move(key));
}

const EpochKey* KeyRing::find(const SpaceId& space, std::uint32_t epoch) const {
    const auto found = keys_.find({space, epoch});
    return found == keys_.end() ? nullptr : &found->second;
}

const EpochKey* KeyRing::newest(const SpaceId& space) const {
    auto after = keys_.upper_bound({space, std::numeric_limits<std::uint32_t>::max()});
    if (after == keys_.begin()) {
        return nullptr;
    }
    --after;
    return after->first.first == space ? &after->second : nullptr;
}

std::optional<std::string> KeyRing::device_name(const TrustState& trust,
                                                const TrustState::Device& device) const {
    const Result<Bytes> text = open_with_directory(*this, trust, [&](const EpochKey& key) {
        return open_device_name(key, trust.root_fingerprint(), device.id, device.sealed_name);
    });
    return text ? std::optional(std::string(as_text(*text))) : std::nullopt;
}

std::optional<KeyRing::SpaceName> KeyRing::space_name(const TrustState& trust,
                                                      const TrustState::Space& space) const {
    const Result<Bytes> text = open_with_directory(*this, trust, [&](const EpochKey& key) {
        return open_space_name(key, trust.root_fingerprint(), space.id, space.sealed_name);
    });
    return text ? decode_space_name(*text) : std::nullopt;
}

Result<std::string> KeyRing::catalogue(const TrustState& trust, const CatalogueEntry& entry) const {
    COTMOC_ASSIGN(const Bytes text, open_with_directory(*this, trust, [&](const EpochKey& key) {
                      return open_catalogue(key, trust.root_fingerprint(), entry.sealed);
                  }));
    return inflate_catalogue(text);
}

}  // namespace cotmoc::crypto
