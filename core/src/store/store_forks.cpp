// Side branches of forked feeds: kept beside the feed, exchanged for it when the verdict changes (S17).
#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

std::int64_t number(DeviceIndex device) { return static_cast<std::int64_t>(to_number(device)); }

/// An envelope leaves the feed for the side.
Result<void> put_aside(StoreImpl& impl, std::int64_t position, const Hash256& previous) {
    COTMOC_ASSIGN(
        Statement * copy,
        impl.statements.get("INSERT OR REPLACE INTO _side(space, device, seq, hash, previous, bytes) "
                            "SELECT space, device, seq, hash, ?, bytes FROM _envelope "
                            "WHERE position = ?"));
    COTMOC_TRY(copy->bind_blob(1, previous.view()).bind(2, position).run());
    COTMOC_ASSIGN(Statement * drop, impl.statements.get("DELETE FROM _envelope WHERE position = ?"));
    return drop->bind(1, position).run();
}

/// An envelope leaves the side for the feed, behind all others in the order of arrival.
Result<void> take_from_side(StoreImpl& impl, std::int64_t space, DeviceIndex author, const Hash256& hash) {
    COTMOC_ASSIGN(Statement * copy,
                  impl.statements.get("INSERT INTO _envelope(space, device, seq, hash, ops, status, reason, "
                                      "bytes) SELECT space, device, seq, hash, 0, 1, '', bytes FROM _side "
                                      "WHERE space = ? AND device = ? AND hash = ?"));
    COTMOC_TRY(copy->bind(1, space).bind(2, number(author)).bind_blob(3, hash.view()).run());
    COTMOC_ASSIGN(Statement * drop,
                  impl.statements.get("DELETE FROM _side WHERE space = ? AND device = ? AND hash = ?"));
    return drop->bind(1, space).bind(2, number(author)).bind_blob(3, hash.view()).run();
}

}  // namespace

Result<std::vector<SideEnvelope>> Store::sides(const SpaceId& space) {
    std::vector<SideEnvelope> all;
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return all;
    }
    COTMOC_ASSIGN(Statement * query, impl_->statements.get("SELECT device, seq, hash, previous FROM _side "
                                                           "WHERE space = ? ORDER BY device, seq, hash"));
    query->bind(1, known->number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return all;
        }
        all.push_back({static_cast<DeviceIndex>(query->integer(0)),
                       static_cast<std::uint64_t>(query->integer(1)),
                       Hash256::from(query->blob(2)).value_or(Hash256{}),
                       Hash256::from(query->blob(3)).value_or(Hash256{})});
    }
}

Result<std::vector<ForkPlace>> Store::fork_places(const SpaceId& space) {
    std::vector<ForkPlace> places;
    COTMOC_ASSIGN(const std::vector<SideEnvelope> beside, sides(space));
    for (const SideEnvelope& side : beside) {
        const bool begins =
            places.empty() || places.back().author != side.author || places.back().seq != side.seq;
        COTMOC_ASSIGN(const std::optional<Hash256> feed, envelope_hash(space, side.author, side.seq));
        if (begins && feed) {
            places.push_back({side.author, side.seq, *feed, true});
        }
        places.push_back({side.author, side.seq, side.hash, false});
    }
    return places;
}

Result<std::optional<Bytes>> Store::side_bytes(const SpaceId& space, DeviceIndex author,
                                               const Hash256& hash) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT bytes FROM _side WHERE space = ? AND device = ? AND hash = ?"));
    query->bind(1, known->number).bind(2, number(author)).bind_blob(3, hash.view());
    COTMOC_ASSIGN(const bool row, query->step());
    std::optional<Bytes> bytes;
    if (row) {
        const BytesView stored = query->blob(0);
        bytes.emplace(stored.begin(), stored.end());
    }
    query->reset();
    return bytes;
}

Result<void> Store::keep_side(const SpaceId& space, const SideEnvelope& side, BytesView bytes) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * known, impl_->spaces.get(space));
    COTMOC_ASSIGN(Statement * insert,
                  impl_->statements.get("INSERT INTO _side(space, device, seq, hash, previous, bytes) "
                                        "VALUES(?, ?, ?, ?, ?, ?)"));
    return insert->bind(1, known->number)
        .bind(2, number(side.author))
        .bind(3, static_cast<std::int64_t>(side.seq))
        .bind_blob(4, side.hash.view())
        .bind_blob(5, side.previous.view())
        .bind_blob(6, bytes)
        .run();
}

Result<std::uint64_t> Store::side_size(const SpaceId& space, DeviceIndex author) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return 0;
    }
    COTMOC_ASSIGN(Statement * query,
                  impl_->statements.get("SELECT coalesce(sum(length(bytes)), 0) FROM _side WHERE space = ? "
                                        "AND device = ?"));
    query->bind(1, known->number).bind(2, number(author));
    COTMOC_ASSIGN(const bool row, query->step());
    const std::int64_t size = row ? query->integer(0) : 0;
    query->reset();
    return static_cast<std::uint64_t>(size);
}

Result<std::vector<Hash256>> Store::feed_hashes(const SpaceId& space, DeviceIndex author, std::uint64_t seq) {
    std::vector<Hash256> hashes;
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return hashes;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT hash FROM _envelope WHERE space = ? AND device = ? AND seq >= ? "
                              "ORDER BY seq"));
    query->bind(1, known->number).bind(2, number(author)).bind(3, static_cast<std::int64_t>(seq));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return hashes;
        }
        hashes.push_back(Hash256::from(query->blob(0)).value_or(Hash256{}));
    }
}

Result<void> Store::take_branch(const SpaceId& space, DeviceIndex author, std::uint64_t seq,
                                std::span<const Hash256> hashes) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * known, impl_->spaces.get(space));
    COTMOC_ASSIGN(const std::vector<Hash256> before, feed_hashes(space, author, seq));
    if (impl_->devices.self == author) {
        // Applying its change sets again moves it behind the last one.
        known->open_seq = 1;
        known->next_index = 0;
        known->gathered = 0;
    }
    Hash256 previous;
    if (seq > 1) {
        COTMOC_ASSIGN(const std::optional<Hash256> base, envelope_hash(space, author, seq - 1));
        previous = base.value_or(Hash256{});
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (i >= hashes.size() || hashes[i] != before[i]) {
            COTMOC_ASSIGN(const std::optional<EnvelopeRow> row, envelope(space, author, seq + i));
            COTMOC_TRY(put_aside(*impl_, row ? row->position : 0, previous));
        }
        previous = before[i];
    }
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        if (i >= before.size() || hashes[i] != before[i]) {
            COTMOC_TRY(take_from_side(*impl_, known->number, author, hashes[i]));
        }
    }
    return {};
}

Result<std::vector<ForkJudgement>> Store::fork_judgements(const SpaceId& space) {
    std::vector<ForkJudgement> all;
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return all;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT device, void_from FROM _fork WHERE space = ? ORDER BY device"));
    query->bind(1, known->number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return all;
        }
        all.push_back(
            {static_cast<DeviceIndex>(query->integer(0)), static_cast<std::uint64_t>(query->integer(1))});
    }
}

Result<void> Store::set_fork_judgements(const SpaceId& space, std::span<const ForkJudgement> judgements) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * known, impl_->spaces.get(space));
    COTMOC_ASSIGN(Statement * forget, impl_->statements.get("DELETE FROM _fork WHERE space = ?"));
    COTMOC_TRY(forget->bind(1, known->number).run());
    for (const ForkJudgement& judgement : judgements) {
        COTMOC_ASSIGN(Statement * insert,
                      impl_->statements.get("INSERT INTO _fork(space, device, void_from) VALUES(?, ?, ?)"));
        COTMOC_TRY(insert->bind(1, known->number)
                       .bind(2, number(judgement.device))
                       .bind(3, static_cast<std::int64_t>(judgement.void_from))
                       .run());
    }
    return {};
}

}  // namespace cotmoc::core
