// Forks (S17): branches are kept beside the feed, frontiers may name any of them, and all are told to others.
// Which one counts: replica_fork_verdict.cpp.
#include "replica/arriving.hpp"
#include "replica/octets.hpp"
#include "replica/seen.hpp"
#include "replica/space_forks.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>
#include <limits>

namespace cotmoc::sync {
namespace {

/// Frontiers that name so many combinations of branches are an insider's work, with several forked feeds.
constexpr std::size_t combinations_max = 4096;
constexpr std::uint8_t one_octet[] = {1};
constexpr BytesView one(one_octet);

std::string grown_name(const SpaceId& space) { return "branches_grew:" + space.hex(); }

AcceptResult beside(Acceptance acceptance, const crypto::EnvelopeHeader& header) {
    return {acceptance, 0,
            Error{ErrorCode::forked_feed, header.author.hex() + ":" + std::to_string(header.seq)}};
}

}  // namespace

Replica::SpaceForks& Replica::forks_of(const SpaceId& space) { return forks_->spaces[space]; }

void Replica::set_fork_limits(const ForkLimits& limits) { forks_->limits = limits; }

Result<void> Replica::load_forks() {
    forks_->spaces.clear();
    for (const SpaceInfo& space : spaces_) {
        COTMOC_TRY(load_forks(space.id));
    }
    return {};
}

Result<void> Replica::load_forks(const SpaceId& space) {
    SpaceForks loaded;
    COTMOC_ASSIGN(const std::vector<core::SideEnvelope> sides, store_->sides(space));
    for (const core::SideEnvelope& side : sides) {
        loaded.feeds[side.author].sides.push_back(side);
    }
    COTMOC_ASSIGN(const std::vector<core::ForkJudgement> judgements, store_->fork_judgements(space));
    for (const core::ForkJudgement& judgement : judgements) {
        FeedFork& feed = loaded.feeds[judgement.device];
        feed.void_from = judgement.void_from;
        feed.judged = true;
    }
    for (auto& [device, feed] : loaded.feeds) {
        feed.first = first_forked(feed.sides);
    }
    COTMOC_ASSIGN(const std::optional<Bytes> grown, store_->setting(grown_name(space)));
    loaded.grown = grown && !grown->empty();
    loaded.stale = !loaded.feeds.empty() || std::ranges::any_of(trust_.devices(), [&](const auto& device) {
        return device.terms.contains(space);
    });
    forks_->spaces.insert_or_assign(space, std::move(loaded));
    return {};
}

/// An envelope that does not go on where its feed stands here: known beside it, or a branch, or too early.
Result<AcceptResult> Replica::accept_beside(const Arriving& arriving) {
    const crypto::EnvelopeHeader& header = arriving.header;
    const DeviceIndex device = arriving.author->index;
    SpaceForks& forks = forks_of(header.space);
    const auto feed = forks.feeds.find(device);
    const std::span<const core::SideEnvelope> sides =
        feed != forks.feeds.end() ? std::span<const core::SideEnvelope>(feed->second.sides)
                                  : std::span<const core::SideEnvelope>();
    if (const auto known = std::ranges::find(sides, arriving.hash, &core::SideEnvelope::hash);
        known != sides.end()) {
        return beside(Acceptance::known, header);
    }
    bool continues = header.seq == 1 && header.previous.is_zero();
    if (header.seq > 1) {
        COTMOC_ASSIGN(const std::optional<Hash256> before,
                      store_->envelope_hash(header.space, device, header.seq - 1));
        continues = before == header.previous;
        for (const core::SideEnvelope& side : sides) {
            continues = continues || (side.hash == header.previous && side.seq + 1 == header.seq);
        }
    }
    if (!continues) {  // it may go on where a branch will stand that is not here yet
        return AcceptResult{Acceptance::waiting, 0, Error{ErrorCode::waiting_for_dependency, {}}};
    }
    COTMOC_ASSIGN(const std::uint64_t size, store_->side_size(header.space, device));
    if (const auto fits =
            check_fork_limits(forks_->limits, sides, header.previous, size, arriving.bytes.size());
        !fits) {
        return AcceptResult{Acceptance::refused, 0, fits.error()};
    }
    COTMOC_TRY(store_->keep_side(header.space, {device, header.seq, arriving.hash, header.previous},
                                 arriving.bytes));
    note_side(header, arriving.hash);
    COTMOC_TRY(note_grown(header.space));
    return beside(Acceptance::stored, header);
}

void Replica::note_side(const crypto::EnvelopeHeader& header, const Hash256& hash) {
    const DeviceIndex device = trust_.find(header.author)->index;
    SpaceForks& forks = forks_of(header.space);
    FeedFork& feed = forks.feeds[device];
    const core::SideEnvelope side{device, header.seq, hash, header.previous};
    const auto order = [](const core::SideEnvelope& each) { return std::pair(each.seq, each.hash); };
    feed.sides.insert(std::ranges::upper_bound(feed.sides, order(side), {}, order), side);
    feed.first = first_forked(feed.sides);
}

/// A frontier in quarantine may name what has come now. Durable, as what has come is.
Result<void> Replica::note_grown(const SpaceId& space) {
    SpaceForks& forks = forks_of(space);
    forks.stale = true;
    return std::exchange(forks.grown, true) ? Result<void>() : store_->set_setting(grown_name(space), one);
}

Result<void> Replica::forget_grown(const SpaceId& space) {
    SpaceForks& forks = forks_of(space);
    forks.stale = false;
    return std::exchange(forks.grown, false) ? store_->set_setting(grown_name(space), {}) : Result<void>();
}

bool Replica::is_forked(const SpaceId& space, DeviceIndex device) {
    const FeedFork* fork = forks_of(space).find(device);
    return fork != nullptr && (fork->first != 0 || fork->void_from != 0);
}

std::uint64_t Replica::counts_through(const SpaceId& space, DeviceIndex device) {
    const FeedFork* fork = forks_of(space).find(device);
    const bool cut = fork != nullptr && fork->void_from != 0;
    return cut ? fork->void_from - 1 : std::numeric_limits<std::uint64_t>::max();
}

bool Replica::has_branches(const SpaceId& space, DeviceIndex device) {
    const FeedFork* fork = forks_of(space).find(device);
    return fork != nullptr && fork->first != 0;
}

std::uint64_t Replica::held_through(const SpaceId& space, DeviceIndex device) {
    std::uint64_t seq = 0;
    if (const auto held = store_->frontier(space)) {
        const auto feed = std::ranges::find(*held, device, &core::FeedState::device);
        seq = feed != held->end() ? feed->seq : 0;
    }
    if (const FeedFork* fork = forks_of(space).find(device)) {
        for (const core::SideEnvelope& side : fork->sides) {
            seq = std::max(seq, side.seq);
        }
    }
    return seq;
}

bool Replica::is_void_by_fork(const Arriving& arriving) {
    const crypto::EnvelopeHeader& header = arriving.header;
    const FeedFork* fork = forks_of(header.space).find(arriving.author->index);
    if (fork != nullptr && fork->void_from != 0 && header.seq >= fork->void_from) {
        return true;
    }
    // The trust feed names another one for this place: judged with the rest when all has come.
    const Hash256* named = trust_.named_hash(*arriving.author, header.space, header.seq);
    if (named != nullptr && *named != arriving.hash && (fork == nullptr || fork->void_from == 0)) {
        forks_of(header.space).stale = true;
        return !switched_off("fork-verdict");
    }
    if (arriving.author->role == crypto::Role::province_officer && !forks_of(header.space).feeds.empty()) {
        forks_of(header.space).stale = true;  // its frontier may confirm a branch
    }
    return false;
}

/// The hashes that a frontier may mean by this place of a feed. Empty: nothing is held there yet.
Result<std::vector<Hash256>> Replica::hashes_at(const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
    std::vector<Hash256> hashes;
    COTMOC_ASSIGN(const std::optional<Hash256> feed, store_->envelope_hash(space, device, seq));
    if (feed) {
        hashes.push_back(*feed);
    }
    if (const FeedFork* fork = forks_of(space).find(device)) {
        for (const core::SideEnvelope& side : fork->sides) {
            if (side.seq == seq) {
                hashes.push_back(side.hash);
            }
        }
    }
    return hashes;
}

/// Which hashes the header's frontier commits to, branches tried one by one; by device, as `claimed`.
/// waiting_for_dependency if something is not held, forked_feed if nothing fits.
Result<Frontier> Replica::match_frontier(const crypto::EnvelopeHeader& header, DeviceIndex author,
                                         std::span<const std::uint64_t> claimed,
                                         std::uint64_t trust_position) {
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(header.space));
    Frontier frontier;
    std::vector<std::vector<Hash256>> choices;
    std::size_t combinations = 1;
    for (std::size_t number = 0; number < claimed.size(); ++number) {
        const auto device = static_cast<DeviceIndex>(number);
        if (claimed[number] == 0) {
            continue;
        }
        std::vector<Hash256> hashes;
        const auto feed = std::ranges::find(held, device, &core::FeedState::device);
        if (device == author) {
            hashes = {header.previous};
        } else if (feed != held.end() && feed->seq == claimed[number] &&
                   forks_of(header.space).find(device) == nullptr) {
            hashes = {feed->hash};
        } else {
            COTMOC_ASSIGN(hashes, hashes_at(header.space, device, claimed[number]));
        }
        if (hashes.empty()) {
            return fail(ErrorCode::waiting_for_dependency);
        }
        combinations = std::min(combinations * hashes.size(), combinations_max);
        frontier.push_back({device, claimed[number], hashes.front()});
        choices.push_back(std::move(hashes));
    }
    const Hash256& trust_hash = trust_hashes_[trust_position - 1];
    for (std::size_t combination = 0; combination < combinations; ++combination) {
        std::size_t rest = combination;
        for (std::size_t i = 0; i < choices.size(); ++i) {
            frontier[i].hash = choices[i][rest % choices[i].size()];
            rest /= choices[i].size();
        }
        if (frontier_hash(trust_, header.space, trust_position, trust_hash, frontier) == header.frontier) {
            return frontier;
        }
    }
    // The author saw another past than is held here under the same names.
    return fail(ErrorCode::forked_feed, "frontier");
}

/// Of a branch that does not count, only what it has in common with the feed lies in the past.
Result<std::vector<std::uint64_t>> Replica::past_in_feeds(const SpaceId& space, DeviceIndex author,
                                                          const Frontier& frontier,
                                                          std::vector<std::uint64_t> claimed) {
    for (const FeedPosition& place : frontier) {
        const FeedFork* fork = forks_of(space).find(place.device);
        if (fork == nullptr || place.device == author) {
            continue;
        }
        std::uint64_t& seq = claimed[to_number(place.device)];
        for (Hash256 at = place.hash; seq > 0; --seq) {
            const auto side = std::ranges::find(fork->sides, at, &core::SideEnvelope::hash);
            if (side == fork->sides.end()) {
                break;
            }
            at = side->previous;
        }
        if (fork->void_from != 0) {
            seq = std::min(seq, fork->void_from - 1);
        }
    }
    return claimed;
}

Result<Frontier> Replica::sealing_frontier(const SpaceId& space) {
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
    Frontier frontier = to_frontier(held);
    for (FeedPosition& place : frontier) {
        const std::uint64_t last = counts_through(space, place.device);
        if (place.seq <= last || place.device == self_->index) {
            continue;
        }
        // Else the province would confirm a branch by chance.
        place.seq = last;
        COTMOC_ASSIGN(const std::optional<Hash256> hash,
                      store_->envelope_hash(space, place.device, place.seq));
        place.hash = hash.value_or(Hash256{});
    }
    std::erase_if(frontier, [](const FeedPosition& place) { return place.seq == 0; });
    return frontier;
}

Result<void> Replica::verify_sides(const SpaceInfo& in, std::vector<Error>& wrong) {
    const SpaceId& space = in.id;
    COTMOC_ASSIGN(const std::vector<core::SideEnvelope> sides, store_->sides(space));
    for (const core::SideEnvelope& side : sides) {
        const std::string place = in.name + " " + device_name(side.author) + ":" + std::to_string(side.seq);
        const crypto::TrustState::Device* author = trust_.find(side.author);
        COTMOC_ASSIGN(const std::optional<Bytes> bytes, store_->side_bytes(space, side.author, side.hash));
        const auto header = bytes ? crypto::parse_envelope(*bytes) : fail(ErrorCode::database_damaged);
        if (author == nullptr || !header) {
            wrong.push_back({author == nullptr ? ErrorCode::unknown_author : header.error().code, place});
        } else if (crypto::envelope_hash(*bytes) != side.hash || header->previous != side.previous ||
                   header->seq != side.seq || header->author != author->id) {
            wrong.push_back({ErrorCode::broken_chain, place});
        } else if (!crypto::verify_envelope(*bytes, side.hash, author->keys.signing)) {
            wrong.push_back({ErrorCode::bad_signature, place});
        }
    }
    return {};
}

// FeedStore.

Frontier Replica::frontier(const SpaceId& space) {
    const auto held = store_->frontier(space);
    Frontier frontier = held ? to_frontier(*held) : Frontier();
    for (FeedPosition& place : frontier) {
        const FeedFork* fork = forks_of(space).find(place.device);
        if (fork != nullptr && fork->first != 0 && fork->first <= place.seq) {
            place.seq = fork->first - 1;
            const auto hash = store_->envelope_hash(space, place.device, place.seq);
            place.hash = hash && *hash ? **hash : Hash256{};
        }
    }
    (void)leave_out_gaps(*this, space, frontier);
    std::erase_if(frontier, [](const FeedPosition& place) { return place.seq == 0; });
    return frontier;
}

Result<std::optional<Hash256>> Replica::hash_at(const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
    return store_->envelope_hash(space, device, seq);
}

Result<std::vector<ForkBranch>> Replica::branches(const SpaceId& space) {
    std::vector<ForkBranch> all;
    for (const auto& [device, fork] : forks_of(space).feeds) {
        if (fork.first != 0) {
            COTMOC_ASSIGN(const std::vector<Hash256> feed, store_->feed_hashes(space, device, 1));
            const std::vector<ForkBranch> branches = fork_tree(fork, feed).branches(device);
            all.insert(all.end(), branches.begin(), branches.end());
        }
    }
    return all;
}

Result<std::optional<StoredEnvelope>> Replica::branch_envelope(const SpaceId& space,
                                                               const FeedPosition& place) {
    COTMOC_ASSIGN(std::optional<Bytes> bytes, bytes_of(space, place.device, place.seq, place.hash));
    return bytes ? std::optional(StoredEnvelope{0, place.device, place.seq, 0, std::move(*bytes)})
                 : std::optional<StoredEnvelope>();
}

}  // namespace cotmoc::sync
