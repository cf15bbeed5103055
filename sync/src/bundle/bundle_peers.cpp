#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/bundle_peers.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

/// A seq above this is nobody's honest one, as in a session.
constexpr std::uint64_t seq_max = std::uint64_t{1} << 48;

const FeedPosition* find_feed(const Frontier& frontier, DeviceIndex device) {
    const auto feed = std::ranges::find(frontier, device, &FeedPosition::device);
    return feed != frontier.end() ? &*feed : nullptr;
}

}  // namespace

Bytes encode_holdings(const BundleHoldings& holdings) {
    BinaryWriter writer;
    writer.varint(holdings.trust_position);
    writer.id(holdings.trust_head);
    writer.varint(holdings.spaces.size());
    for (const auto& [space, frontier] : holdings.spaces) {
        writer.id(space);
        writer.varint(frontier.size());
        std::uint32_t next = 0;
        for (const FeedPosition& feed : frontier) {
            writer.varint(to_number(feed.device) - next);
            next = to_number(feed.device) + 1;
            writer.varint(feed.seq);
            writer.id(feed.hash);
        }
    }
    return writer.take();
}

Result<BundleHoldings> decode_holdings(BytesView bytes) {
    BinaryReader reader(bytes);
    BundleHoldings holdings;
    holdings.trust_position = reader.varint();
    holdings.trust_head = reader.id<Hash256>();
    bool good = holdings.trust_position != 0 && holdings.trust_position <= seq_max;
    for (std::size_t spaces = reader.count(SpaceId::size + 1); spaces > 0 && reader.ok(); --spaces) {
        const auto space = reader.id<SpaceId>();
        good = good && (holdings.spaces.empty() || holdings.spaces.rbegin()->first < space);
        Frontier& frontier = holdings.spaces[space];
        std::uint64_t next = 0;
        for (std::size_t feeds = reader.count(Hash256::size + 2); feeds > 0 && reader.ok(); --feeds) {
            const std::uint64_t distance = reader.varint();
            const std::uint64_t device = next + std::min<std::uint64_t>(distance, UINT32_MAX);
            const std::uint64_t seq = reader.varint();
            good = good && device < UINT32_MAX && seq != 0 && seq <= seq_max;
            next = device + 1;
            frontier.push_back({static_cast<DeviceIndex>(device), seq, reader.id<Hash256>()});
        }
    }
    return good && reader.finished() ? Result<BundleHoldings>(std::move(holdings))
                                     : fail(ErrorCode::bad_encoding, "holdings");
}

std::uint64_t KnownHoldings::seq(const SpaceId& space, DeviceIndex device) const {
    const auto feeds = spaces.find(space);
    if (feeds == spaces.end()) {
        return 0;
    }
    const auto feed = feeds->second.find(device);
    return feed != feeds->second.end() ? feed->second : 0;
}

void KnownHoldings::note(const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
    std::uint64_t& held = spaces[space][device];
    held = std::max(held, seq);
}

namespace {

/// What is said at an earlier place of the trust feed may be old, or of a device that was restored: it takes
/// away, and adds nothing. Then more is sent than need be, and nothing is left out.
BundleHoldings lower_of(BundleHoldings kept, const BundleHoldings& earlier) {
    kept.trust_position = earlier.trust_position;
    kept.trust_head = earlier.trust_head;
    for (auto& [space, frontier] : kept.spaces) {
        const auto listed = earlier.spaces.find(space);
        if (listed == earlier.spaces.end()) {
            continue;
        }
        Frontier lower;
        for (const FeedPosition& feed : frontier) {
            if (const FeedPosition* said = find_feed(listed->second, feed.device); said != nullptr) {
                lower.push_back(said->seq <= feed.seq ? *said : feed);
            }
        }
        frontier = std::move(lower);
    }
    return kept;
}

}  // namespace

Result<void> BundlePeers::said(const DeviceId& peer, const BundleHoldings& holdings) {
    COTMOC_ASSIGN(const std::optional<Bytes> stored, load(peer, Kind::holdings));
    auto before = stored ? decode_holdings(*stored) : fail(ErrorCode::bad_encoding);
    if (!before) {
        return save(peer, Kind::holdings, encode_holdings(holdings));
    }
    const BundleHoldings now =
        before->trust_position > holdings.trust_position ? lower_of(*before, holdings) : holdings;
    return now == *before ? Result<void>() : save(peer, Kind::holdings, encode_holdings(now));
}

Result<std::set<std::uint32_t>> BundlePeers::taken(const DeviceId& peer, BytesView bundle) {
    COTMOC_ASSIGN(const std::optional<Bytes> stored, load(peer, Kind::volumes));
    std::set<std::uint32_t> volumes;
    BinaryReader reader(stored ? BytesView(*stored) : BytesView());
    if (!std::ranges::equal(reader.raw(bundle.size()), bundle)) {
        return volumes;
    }
    while (reader.remaining() != 0) {
        volumes.insert(reader.u32());
    }
    return volumes;
}

Result<void> BundlePeers::took(const DeviceId& peer, BytesView bundle,
                               const std::set<std::uint32_t>& volumes) {
    BinaryWriter writer;
    writer.raw(bundle);
    for (const std::uint32_t volume : volumes) {
        writer.u32(volume);
    }
    COTMOC_ASSIGN(const std::optional<Bytes> before, load(peer, Kind::volumes));
    return before == writer.bytes() ? Result<void>() : save(peer, Kind::volumes, writer.bytes());
}

Result<void> BundlePeers::add_known(const crypto::TrustState::Device&, KnownHoldings&) { return {}; }

Result<KnownHoldings> BundlePeers::known(const crypto::TrustState::Device& peer) {
    KnownHoldings known;
    COTMOC_ASSIGN(const std::optional<Bytes> stored, load(peer.id, Kind::holdings));
    // What cannot be read counts as nothing known: then more is sent than need be.
    const auto said = stored ? decode_holdings(*stored) : fail(ErrorCode::bad_encoding);
    if (said) {
        known.trust_position = said->trust_position;
        for (const auto& [space, frontier] : said->spaces) {
            const Frontier held = store_.frontier(space);
            for (const FeedPosition& feed : frontier) {
                const FeedPosition* here = find_feed(held, feed.device);
                std::optional<Hash256> hash;
                if (here != nullptr && here->seq == feed.seq) {
                    hash = here->hash;
                } else if (here != nullptr && feed.seq < here->seq) {
                    COTMOC_ASSIGN(hash, store_.hash_at(space, feed.device, feed.seq));
                }
                if (hash == feed.hash || switched_off("fork-detection")) {
                    known.note(space, feed.device, feed.seq);
                    continue;
                }
                known.differ.emplace(space, feed.device);
                if (here != nullptr && feed.seq > here->seq) {
                    known.note(space, feed.device, here->seq);
                }
            }
        }
    }
    const KnownHoldings verified = known;
    COTMOC_TRY(add_known(peer, known));
    if (peer.role == crypto::Role::hub && said) {
        // A hub that went back says so in its bundle; what sessions remember of it does not hold any more.
        for (const auto& [space, frontier] : said->spaces) {
            for (auto& [device, seq] : known.spaces[space]) {
                seq = std::min(seq, verified.seq(space, device));
            }
        }
    }
    return known;
}

ReplicaPeers::ReplicaPeers(Replica& replica) : BundlePeers(replica), replica_(replica) {}

namespace {

std::string setting_name(const DeviceId& peer, bool holdings) {
    return (holdings ? "bundle_peer:" : "bundle_volumes:") + peer.hex();
}

}  // namespace

Result<std::optional<Bytes>> ReplicaPeers::load(const DeviceId& peer, Kind kind) {
    return replica_.store().setting(setting_name(peer, kind == Kind::holdings));
}

Result<void> ReplicaPeers::save(const DeviceId& peer, Kind kind, BytesView bytes) {
    const std::string name = setting_name(peer, kind == Kind::holdings);
    return replica_.store().write([&] { return replica_.store().set_setting(name, bytes); });
}

Result<void> ReplicaPeers::add_known(const crypto::TrustState::Device& peer, KnownHoldings& known) {
    for (const SpaceInfo& space : replica_.spaces()) {
        if (peer.role == crypto::Role::hub) {
            COTMOC_ASSIGN(const core::Store::HubFeeds feeds, replica_.store().hub_holds(space.id));
            for (const auto& [device, seq] : feeds) {
                known.note(space.id, device, seq);
            }
            continue;
        }
        const Frontier held = replica_.frontier(space.id);
        const FeedPosition* own = find_feed(held, peer.index);
        if (own == nullptr) {
            continue;
        }
        known.note(space.id, peer.index, own->seq);
        COTMOC_ASSIGN(const core::Store::AuthorView view, replica_.store().author_view(space.id, peer.index));
        known.trust_position = std::max(known.trust_position, view.trust_position);
        for (std::size_t number = 0; number < view.seen.size(); ++number) {
            if (view.seen[number] != 0) {
                known.note(space.id, static_cast<DeviceIndex>(number), view.seen[number]);
            }
        }
    }
    return {};
}

}  // namespace cotmoc::sync
