// Which branch of a forked feed counts (S17): a function of what is held and of the trust feed. A space whose
// verdict changes is replayed.
#include "replica/arriving.hpp"
#include "replica/space_forks.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::sync {

namespace {

std::map<std::uint64_t, Hash256> named_places(const SpaceId& space,
                                              const crypto::TrustState::Device& author) {
    std::map<std::uint64_t, Hash256> named;
    if (const auto terms = author.terms.find(space); terms != author.terms.end()) {
        for (const crypto::RightsEntry::Term& term : terms->second) {
            if (term.through_seq != 0) {
                named.emplace(term.through_seq, term.through_hash);
            }
        }
    }
    return named;
}

}  // namespace

Result<std::optional<Bytes>> Replica::bytes_of(const SpaceId& space, DeviceIndex device, std::uint64_t seq,
                                               const Hash256& hash) {
    COTMOC_ASSIGN(std::optional<core::EnvelopeRow> row, store_->envelope(space, device, seq));
    if (row && row->hash == hash && !row->bytes.empty()) {
        return std::optional(std::move(row->bytes));
    }
    return store_->side_bytes(space, device, hash);
}

/// What a province device's own feed commits to in the forked feeds of the space. Its own forks count as far
/// as the trust feed has settled them.
Result<void> Replica::add_confirmed(const SpaceId& space, const crypto::TrustState::Device& officer,
                                    std::map<DeviceIndex, std::set<Hash256>>& confirmed) {
    COTMOC_ASSIGN(std::vector<Hash256> feed, store_->feed_hashes(space, officer.index, 1));
    if (const FeedFork* fork = forks_of(space).find(officer.index); fork != nullptr && fork->first != 0) {
        const std::size_t stem = static_cast<std::size_t>(fork->first - 1);
        const ForkTree tree = fork_tree(*fork, feed);
        ForkTree::Verdict verdict = tree.judge(named_places(space, officer), {});
        if (verdict.void_from != 0) {
            verdict.feed.resize(static_cast<std::size_t>(verdict.void_from - fork->first));
        }
        feed.resize(stem);
        feed.insert(feed.end(), verdict.feed.begin(), verdict.feed.end());
    }
    std::vector<std::uint64_t> claimed;
    std::uint64_t trust_position = 0;
    for (std::size_t i = 0; i < feed.size(); ++i) {
        Arriving arriving;
        COTMOC_ASSIGN(const std::optional<Bytes> bytes, bytes_of(space, officer.index, i + 1, feed[i]));
        if (!bytes) {
            return {};
        }
        arriving.bytes = *bytes;
        arriving.hash = feed[i];
        arriving.author = &officer;
        COTMOC_ASSIGN(arriving.header, crypto::parse_envelope(*bytes));
        arriving.last = {claimed, trust_position};
        if (!open_content(arriving) || !check_frontier(arriving)) {
            continue;  // in quarantine
        }
        claimed = arriving.claimed;
        trust_position = arriving.content.head.trust_position;
        if (trust_.right_at(officer, space, i + 1) != crypto::Role::province_officer) {
            continue;
        }
        for (const FeedPosition& place : arriving.frontier) {
            const FeedFork* fork = forks_of(space).find(place.device);
            if (fork != nullptr && fork->first != 0 && place.seq >= fork->first) {
                confirmed[place.device].insert(place.hash);
            }
        }
    }
    return {};
}

Result<std::vector<Replica::Judged>> Replica::judge_forks(const SpaceId& space) {
    std::map<DeviceIndex, std::set<Hash256>> confirmed;
    const SpaceForks& forks = forks_of(space);
    if (std::ranges::any_of(forks.feeds, [](const auto& feed) { return feed.second.first != 0; })) {
        for (const crypto::TrustState::Device& device : trust_.devices()) {
            if (device.role == crypto::Role::province_officer && !device.revoked) {
                COTMOC_TRY(add_confirmed(space, device, confirmed));
            }
        }
    }
    std::vector<Judged> all;
    for (const crypto::TrustState::Device& device : trust_.devices()) {
        const FeedFork* fork = forks.find(device.index);
        const auto named = named_places(space, device);
        if (fork == nullptr && named.empty()) {
            continue;
        }
        Judged judged{device.index, 0, {}, 0};
        COTMOC_ASSIGN(const std::vector<Hash256> feed, store_->feed_hashes(space, device.index, 1));
        if (fork != nullptr && fork->first != 0) {
            judged.first = fork->first;
            ForkTree::Verdict verdict = fork_tree(*fork, feed).judge(named, confirmed[device.index]);
            judged.feed = std::move(verdict.feed);
            judged.void_from = verdict.void_from;
        } else {
            for (const auto& [seq, hash] : named) {
                if (judged.void_from == 0 && seq <= feed.size() && feed[seq - 1] != hash &&
                    !switched_off("fork-verdict")) {
                    judged.void_from = seq;
                }
            }
        }
        if (judged.first != 0 || judged.void_from != 0 || (fork != nullptr && fork->judged)) {
            all.push_back(std::move(judged));
        }
    }
    return all;
}

/// Whether what is held stands otherwise than it was judged to.
Result<bool> Replica::stands_otherwise(const SpaceId& space, std::span<const Judged> all) {
    const SpaceForks& forks = forks_of(space);
    for (const Judged& judged : all) {
        const FeedFork* fork = forks.find(judged.device);
        if (fork == nullptr ? judged.void_from != 0 : fork->void_from != judged.void_from) {
            return true;
        }
        if (judged.first != 0) {
            COTMOC_ASSIGN(const std::vector<Hash256> feed,
                          store_->feed_hashes(space, judged.device, judged.first));
            if (feed != judged.feed) {
                return true;
            }
        }
    }
    if (!forks.grown) {
        return false;
    }
    // Something may be known now that a frontier in quarantine commits to.
    COTMOC_ASSIGN(const std::vector<core::EnvelopeRow> quarantined, store_->quarantined());
    return std::ranges::any_of(quarantined, [&](const core::EnvelopeRow& row) {
        return row.space == space && row.reason == error_name(ErrorCode::forked_feed);
    });
}

Result<void> Replica::take_branches(const SpaceId& space, std::span<const Judged> all) {
    std::vector<core::ForkJudgement> judgements;
    for (const Judged& judged : all) {
        judgements.push_back({judged.device, judged.void_from});
        if (judged.first == 0) {
            continue;
        }
        COTMOC_TRY(store_->take_branch(space, judged.device, judged.first, judged.feed));
    }
    return store_->set_fork_judgements(space, judgements);
}

Result<void> Replica::settle_forks(const SpaceId& space) {
    COTMOC_ASSIGN(const bool pending, store_->has_pending(space));
    if (pending && (!seal() || *store_->has_pending(space))) {
        return {};  // the space stays stale until what waits here is sealed (S3)
    }
    const bool forked =
        std::ranges::any_of(forks_of(space).feeds, [](const auto& feed) { return feed.second.first != 0; });
    COTMOC_ASSIGN(const std::uint64_t missing, without_octets(space));
    if (forked && missing != 0) {
        return want_history(space);  // which branch the province commits to stands in its change sets
    }
    COTMOC_ASSIGN(const std::vector<Judged> judged, judge_forks(space));
    COTMOC_ASSIGN(const bool otherwise, stands_otherwise(space, judged));
    std::uint64_t fresh = 0;
    for (const Judged& each : judged) {
        const FeedFork* fork = forks_of(space).find(each.device);
        fresh += fork == nullptr || !fork->judged ? 1 : 0;
    }
    if (otherwise) {
        const auto take = [&]() -> Result<void> {
            COTMOC_TRY(forget_grown(space));
            COTMOC_TRY(take_branches(space, judged));
            return load_forks(space);  // the change sets are judged by what stands now
        };
        if (const auto replayed = replay(space, take); !replayed) {
            COTMOC_TRY(load_forks(space));
            return replayed;
        }
    } else if (fresh != 0 || forks_of(space).grown) {
        const auto taken = store_->write([&]() -> Result<void> {
            COTMOC_TRY(forget_grown(space));
            return take_branches(space, judged);
        });
        COTMOC_TRY(taken);
        COTMOC_TRY(load_forks(space));
    }
    notes_.forks += fresh;
    forks_of(space).stale = false;
    return {};
}

Result<void> Replica::judge_again(const SpaceId& space) {
    COTMOC_TRY(prepare());
    COTMOC_TRY(seal());
    COTMOC_TRY(replay(space));
    store_->notify();
    return {};
}

Result<void> Replica::settle_forks() {
    if (!joined()) {
        return {};
    }
    std::vector<SpaceId> stale;
    for (const auto& [space, forks] : forks_->spaces) {
        if (forks.stale) {
            stale.push_back(space);
        }
    }
    for (const SpaceId& space : stale) {
        COTMOC_TRY(settle_forks(space));
    }
    return {};
}

}  // namespace cotmoc::sync
