// What people mean when they name a device, spaces or a change set.
#include <cotmoc/sync/authority.hpp>

#include <algorithm>
#include <charconv>

namespace cotmoc::sync {
namespace {

using Device = crypto::TrustState::Device;

constexpr std::size_t digits_min = 8;  // of an id or a hash

bool begins(const std::string& hex, std::string_view digits) {
    return digits.size() >= digits_min && std::string_view(hex).starts_with(digits);
}

}  // namespace

Result<const Device*> Authority::find_device(std::string_view text) const {
    // An office that got a new device may have kept its name: whoever is revoked comes last.
    for (const bool revoked : {false, true}) {
        std::vector<const Device*> found;
        for (const Device& device : replica_->trust().devices()) {
            if (device.revoked == revoked && replica_->device_name(device.index) == text) {
                found.push_back(&device);
            }
        }
        if (found.size() == 1) {
            return found.front();
        }
        if (found.size() > 1) {
            return fail(ErrorCode::unknown_device, "several: " + found.front()->id.hex() + " …");
        }
    }
    const Device* found = nullptr;
    for (const Device& device : replica_->trust().devices()) {
        if (begins(device.id.hex(), text)) {
            if (found != nullptr) {
                return fail(ErrorCode::unknown_device, "several: " + std::string(text));
            }
            found = &device;
        }
    }
    return found != nullptr ? Result<const Device*>(found)
                            : fail(ErrorCode::unknown_device, std::string(text));
}

Result<std::pair<std::vector<SpaceId>, bool>> Authority::find_spaces(
    std::span<const std::string> names) const {
    std::pair<std::vector<SpaceId>, bool> found;
    for (const std::string& name : names) {
        if (name == "*") {
            found.second = true;
            continue;
        }
        COTMOC_ASSIGN(const SpaceInfo space, replica_->find_space(name));
        found.first.push_back(space.id);
    }
    std::ranges::sort(found.first);
    const auto doubles = std::ranges::unique(found.first);
    found.first.erase(doubles.begin(), doubles.end());
    return found;
}

Result<std::pair<SpaceId, std::uint64_t>> Authority::find_change(const Device& device,
                                                                 std::string_view change) const {
    if (const std::size_t colon = change.rfind(':'); colon != std::string_view::npos) {
        COTMOC_ASSIGN(const SpaceInfo space, replica_->find_space(change.substr(0, colon)));
        const std::string_view digits = change.substr(colon + 1);
        std::uint64_t seq = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
        const bool number = problem == std::errc() && end == digits.data() + digits.size();
        if (!number || seq == 0 || seq > held(device, space.id).seq) {
            return fail(ErrorCode::unknown_change, std::string(change));
        }
        return std::pair(space.id, seq);
    }
    std::optional<std::pair<SpaceId, std::uint64_t>> found;
    for (const SpaceId& space : device.ever_held) {
        const std::uint64_t last = held(device, space).seq;
        for (std::uint64_t seq = 1; seq <= last; ++seq) {
            COTMOC_ASSIGN(const auto hash, replica_->store().envelope_hash(space, device.index, seq));
            if (!hash || !begins(hash->hex(), change)) {
                continue;
            }
            if (found) {
                return fail(ErrorCode::ambiguous_change, std::string(change));
            }
            found = std::pair(space, seq);
        }
    }
    return found ? Result<std::pair<SpaceId, std::uint64_t>>(*found)
                 : fail(ErrorCode::unknown_change, std::string(change));
}

}  // namespace cotmoc::sync
