// What a replica remembers of the hub between sessions, beside the seqs in the store: a few octets a hub, and
// a bounded list of what is missing.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>
#include <cotmoc/crypto/trust_state.hpp>

#include <map>
#include <set>
#include <vector>

namespace cotmoc::sync {

/// What anybody else says that it holds is no word of the hub's: neither kept nor measured against it.
bool speaks_for_hub(const crypto::TrustState::Device& peer);

struct HubMemory {
    struct Named {
        std::uint64_t seq = 0;
        DeviceIndex by{};
        friend bool operator==(const Named&, const Named&) = default;
    };
    using Feed = std::pair<SpaceId, DeviceIndex>;
    static constexpr std::size_t named_max = 1'000;

    DeviceId hub;
    std::uint64_t trust_position = 0;  // that it held
    std::uint64_t session_ms = 0;      // when all that it had was last received, by this device's clock
    std::uint64_t newest_ms = 0;       // the latest stamp of what came signed through it
    bool went_back = false;            // in the last session
    std::uint64_t went_back_ms = 0;
    std::map<Feed, std::uint64_t> lost;  // how many change sets fewer it showed than before
    std::uint64_t lost_trust_entries = 0;
    std::uint64_t named_trust = 0;  // the highest trust position that a change set names
    std::map<Feed, Named> named;    // above what was held when it was named

    void name(const Feed& feed, std::uint64_t seq, DeviceIndex by);
    friend bool operator==(const HubMemory&, const HubMemory&) = default;
};

Bytes encode_hub_memory(const HubMemory& memory);
/// What cannot be read counts as nothing remembered: it only serves notices.
HubMemory decode_hub_memory(BytesView bytes);

/// A session with the hub: what it said, until all that it had was received.
struct HubSession {
    HubMemory memory;
    HubMemory stored;  // as the store has it
    bool is_new_hub = false;
    std::uint64_t claimed_trust = 0;
    std::map<HubMemory::Feed, std::uint64_t> listed;
    std::map<HubMemory::Feed, std::uint64_t> grown;  // of these, what the hub was not known to hold
    std::set<HubMemory::Feed> refused;               // something of the feed was not acceptable here
    std::map<HubMemory::Feed, std::set<std::uint64_t>> waiting;  // sent, but others are missing before it

    /// `held` and what was sent after it without a gap: so much of the feed the hub does not keep back.
    std::uint64_t shown(const HubMemory::Feed& feed, std::uint64_t held) const;
};

}  // namespace cotmoc::sync
