// What two devices may pass to each other: the spaces that both carry, and their frontiers.
#pragma once

#include "session/message.hpp"

#include <cotmoc/sync/feed_store.hpp>

namespace cotmoc::sync {

/// Sorted by id. Envelopes of other spaces are neither sent nor accepted between the two.
std::vector<SpaceId> common_spaces(const crypto::TrustState& trust, const crypto::TrustState::Device& one,
                                   const crypto::TrustState::Device& other);

/// Spaces withdrawn from `giver` that `taker` carries. Sorted by id.
std::vector<SpaceId> handed_over_spaces(const crypto::TrustState& trust,
                                        const crypto::TrustState::Device& giver,
                                        const crypto::TrustState::Device& taker);

/// A lost laptop that still answers is told nothing; of a hub that was withdrawn only the trust feed comes.
Result<void> check_not_revoked(const crypto::TrustState::Device& responder);

/// What `giver` reads no more and `taker` may still lack.
Result<std::vector<HandOver>> owed_feeds(FeedStore& store, const crypto::TrustState::Device& giver,
                                         const crypto::TrustState::Device& taker);

/// H("hello", u64 trust position, trust head, (space id, frontier hash) of each space in order); with
/// forks_check() behind it if a feed of these spaces is forked.
Result<Hash256> hello_hash(FeedStore& store, const std::vector<SpaceId>& spaces);

/// What the store holds of these spaces.
FeedTable feed_table(FeedStore& store, const std::vector<SpaceId>& spaces);

/// The place of a space in the trust feed, which is the same for all who hold the feed that far.
std::optional<std::uint32_t> space_place(const crypto::TrustState& trust, const SpaceId& space);

/// protocol_error if the table names a space outside `spaces` or a device that is not enrolled.
Result<void> check_table(const crypto::TrustState& trust, const std::vector<SpaceId>& spaces,
                         const FeedTable& table);

Result<void> check_table(const crypto::TrustState& trust, const std::vector<SpaceId>& spaces,
                         const BranchTable& table);

/// Nothing if the list has no such feed.
std::optional<std::uint64_t> find_seq(const FeedList& list, DeviceIndex device);

/// 0 if the table has no such feed.
std::uint64_t seq_of(const FeedTable& table, std::uint32_t space, DeviceIndex device);

}  // namespace cotmoc::sync
