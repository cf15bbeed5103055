// Feeds and envelopes: what is held, what a hub or the province holds, what is in quarantine.
#include "store/coverage.hpp"
#include "store/digest_sum.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

EnvelopeRow read_envelope(const Statement& query, const SpaceId& space) {
    EnvelopeRow row;
    row.position = query.integer(0);
    row.space = space;
    row.author = static_cast<DeviceIndex>(query.integer(1));
    row.seq = static_cast<std::uint64_t>(query.integer(2));
    row.hash = Hash256::from(query.blob(3)).value_or(Hash256{});
    row.ops = static_cast<std::uint64_t>(query.integer(4));
    row.status = static_cast<EnvelopeStatus>(query.integer(5));
    row.reason = query.text(6);
    const BytesView bytes = query.blob(7);
    row.bytes.assign(bytes.begin(), bytes.end());
    return row;
}

}  // namespace

Result<bool> Store::has_pending(const SpaceId& space) {
    SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return false;
    }
    return impl_->journal.any(*known);
}

Result<std::vector<SpaceId>> Store::spaces_with_pending() {
    std::vector<SpaceId> spaces;
    for (const auto& space : impl_->spaces.all()) {
        COTMOC_ASSIGN(const bool pending, impl_->journal.any(*space));
        if (pending) {
            spaces.push_back(space->id);
        }
    }
    return spaces;
}

Result<std::optional<PendingChangeSet>> Store::next_pending(const SpaceId& space) {
    SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr || !impl_->devices.self) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(const std::optional<std::uint64_t> seq, impl_->journal.oldest(*known));
    return seq ? pending(space, *seq) : std::optional<PendingChangeSet>();
}

Result<std::optional<PendingChangeSet>> Store::pending(const SpaceId& space, std::uint64_t seq) {
    SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr || !impl_->devices.self) {
        return std::nullopt;
    }
    return impl_->journal.build(*known, *impl_->devices.self, seq);
}

bool Store::has_closed(const SpaceId& space) const {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr || !impl_->devices.self) {
        return false;
    }
    const FeedState* own = known->feed(*impl_->devices.self);
    return known->open_seq > (own != nullptr ? own->seq : 0) + 1;
}

Result<bool> Store::has_unconfirmed(const SpaceId& space) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return false;
    }
    COTMOC_ASSIGN(const Coverage coverage, Coverage::load(*impl_, *known));
    COTMOC_ASSIGN(const std::vector<ForkJudgement> forks, fork_judgements(space));
    for (const FeedState& held : known->feeds) {
        const bool province =
            std::ranges::find(impl_->devices.province, held.device) != impl_->devices.province.end();
        const auto fork = std::ranges::find(forks, held.device, &ForkJudgement::device);
        const bool cut = fork != forks.end() && fork->void_from != 0 && fork->void_from <= held.seq;
        const std::uint64_t last = cut ? fork->void_from - 1 : held.seq;
        if (!province && last != 0 && !coverage.province_holds(held.device, last)) {
            return true;
        }
    }
    return false;
}

Result<std::vector<FeedState>> Store::frontier(const SpaceId& space) {
    const SpaceEntry* known = impl_->spaces.find(space);
    return known != nullptr ? known->feeds : std::vector<FeedState>();
}

Result<Store::AuthorView> Store::author_view(const SpaceId& space, DeviceIndex author) {
    AuthorView view;
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return view;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT seen, trust_position FROM _feed WHERE space = ? AND device = ?"));
    query->bind(1, known->number).bind(2, static_cast<std::int64_t>(to_number(author)));
    COTMOC_ASSIGN(const bool row, query->step());
    if (row) {
        COTMOC_ASSIGN(view.seen, decode_seen(query->blob(0)));
        view.trust_position = static_cast<std::uint64_t>(query->integer(1));
        query->reset();
    }
    return view;
}

Result<std::optional<Hash256>> Store::envelope_hash(const SpaceId& space, DeviceIndex author,
                                                    std::uint64_t seq) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT hash FROM _envelope WHERE space = ? AND device = ? AND seq = ?"));
    query->bind(1, known->number)
        .bind(2, static_cast<std::int64_t>(to_number(author)))
        .bind(3, static_cast<std::int64_t>(seq));
    COTMOC_ASSIGN(const bool row, query->step());
    const auto hash = row ? Hash256::from(query->blob(0)) : std::nullopt;
    query->reset();
    return hash;
}

Result<std::optional<EnvelopeRow>> Store::next_envelope(const SpaceId& space, std::int64_t after) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT position, device, seq, hash, ops, status, reason, bytes FROM _envelope "
                              "WHERE space = ? AND position > ? ORDER BY position LIMIT 1"));
    query->bind(1, known->number).bind(2, after);
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return std::nullopt;
    }
    EnvelopeRow envelope = read_envelope(*query, space);
    query->reset();
    return envelope;
}

Result<std::optional<EnvelopeRow>> Store::envelope(const SpaceId& space, DeviceIndex author,
                                                   std::uint64_t seq) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_->statements.get("SELECT position, device, seq, hash, ops, status, reason, bytes FROM _envelope "
                              "WHERE space = ? AND device = ? AND seq = ?"));
    query->bind(1, known->number)
        .bind(2, static_cast<std::int64_t>(to_number(author)))
        .bind(3, static_cast<std::int64_t>(seq));
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return std::nullopt;
    }
    EnvelopeRow envelope = read_envelope(*query, space);
    query->reset();
    return envelope;
}

Result<std::int64_t> Store::position_before(const SpaceId& space, DeviceIndex author, std::uint64_t seq) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return 0;
    }
    COTMOC_ASSIGN(Statement * query,
                  impl_->statements.get("SELECT coalesce(min(position), 1) - 1 FROM _envelope WHERE space = "
                                        "? AND device = ? AND seq >= ?"));
    query->bind(1, known->number)
        .bind(2, static_cast<std::int64_t>(to_number(author)))
        .bind(3, static_cast<std::int64_t>(seq));
    COTMOC_ASSIGN(const bool row, query->step());
    const std::int64_t position = row ? query->integer(0) : 0;
    query->reset();
    return position;
}

Result<std::uint64_t> Store::hub_holds(const SpaceId& id, DeviceIndex device) {
    const SpaceEntry* space = impl_->spaces.find(id);
    if (space == nullptr) {
        return 0;
    }
    COTMOC_ASSIGN(Statement * query,
                  impl_->statements.get("SELECT seq FROM _hub WHERE space = ? AND device = ?"));
    query->bind(1, space->number).bind(2, static_cast<std::int64_t>(to_number(device)));
    COTMOC_ASSIGN(const bool row, query->step());
    const std::uint64_t seq = row ? static_cast<std::uint64_t>(query->integer(0)) : 0;
    query->reset();
    return seq;
}

Result<void> Store::note_hub_holds(const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * known, impl_->spaces.get(space));
    COTMOC_ASSIGN(Statement * put,
                  impl_->statements.get("INSERT INTO _hub(space, device, seq) VALUES(?1, ?2, ?3) "
                                        "ON CONFLICT(space, device) DO UPDATE SET seq = ?3 WHERE seq < ?3"));
    return put->bind(1, known->number)
        .bind(2, static_cast<std::int64_t>(to_number(device)))
        .bind(3, static_cast<std::int64_t>(seq))
        .run();
}

Result<std::vector<EnvelopeRow>> Store::quarantined() {
    std::vector<EnvelopeRow> all;
    for (const auto& space : impl_->spaces.all()) {
        COTMOC_ASSIGN(Statement * query,
                      impl_->statements.get(
                          "SELECT position, device, seq, hash, ops, status, reason, x'' FROM _envelope "
                          "WHERE space = ? AND status = 1 ORDER BY position"));
        query->bind(1, space->number);
        for (;;) {
            COTMOC_ASSIGN(const bool row, query->step());
            if (!row) {
                break;
            }
            all.push_back(read_envelope(*query, space->id));
        }
    }
    return all;
}

Hash256 void_op_digest(const Hasher& hasher, const Dot& dot) {
    BinaryWriter form;
    form.varint(to_number(dot.device));
    form.varint(dot.seq);
    form.varint(dot.index);
    const BytesView part = form.bytes();
    return hasher.hash("void-op", std::span(&part, 1));
}

Result<Hash256> void_ops_digest(StoreImpl& impl, const SpaceEntry& space) {
    Hash256 sum;
    COTMOC_ASSIGN(Statement * query,
                  impl.statements.get("SELECT device, seq, position FROM _void_op WHERE space = ?"));
    query->bind(1, space.number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return sum;
        }
        digest_add(sum, void_op_digest(impl.hasher, {static_cast<DeviceIndex>(query->integer(0)),
                                                     static_cast<std::uint64_t>(query->integer(1)),
                                                     static_cast<std::uint32_t>(query->integer(2))}));
    }
}

Result<std::vector<Store::VoidOp>> Store::void_ops() {
    std::vector<VoidOp> all;
    COTMOC_ASSIGN(Statement * query, impl_->statements.get("SELECT space, device, seq, position, reason FROM "
                                                           "_void_op ORDER BY space, device, seq, position"));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return all;
        }
        const SpaceEntry* space = impl_->spaces.find(query->integer(0));
        const Dot dot{static_cast<DeviceIndex>(query->integer(1)),
                      static_cast<std::uint64_t>(query->integer(2)),
                      static_cast<std::uint32_t>(query->integer(3))};
        all.push_back({space != nullptr ? space->id : SpaceId{}, dot, std::string(query->text(4))});
    }
}

Result<SpaceStatus> Store::status(const SpaceId& space) {
    SpaceStatus status;
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return status;
    }
    status.digest = known->digest;
    const auto count = [&](const char* sql) -> Result<std::uint64_t> {
        COTMOC_ASSIGN(Statement * query, impl_->statements.get(sql));
        query->bind(1, known->number);
        COTMOC_ASSIGN(const bool row, query->step());
        const std::uint64_t number = row ? static_cast<std::uint64_t>(query->integer(0)) : 0;
        query->reset();
        return number;
    };
    COTMOC_ASSIGN(status.records, count("SELECT count(*) FROM _record WHERE space = ? AND NOT (flags & 17)"));
    COTMOC_ASSIGN(status.conflicts, count("SELECT count(*) FROM _record WHERE space = ? AND flags & 2"));
    COTMOC_ASSIGN(const std::uint64_t envelopes,
                  count("SELECT count(*) FROM _envelope WHERE space = ? AND status = 1"));
    COTMOC_ASSIGN(const std::uint64_t voids, count("SELECT count(*) FROM _void_op WHERE space = ?"));
    status.quarantined = envelopes + voids;
    COTMOC_ASSIGN(status.unsent_ops, impl_->journal.count(*known));
    if (!impl_->devices.self) {
        return status;
    }
    COTMOC_ASSIGN(const Coverage coverage, Coverage::load(*impl_, *known));
    COTMOC_ASSIGN(
        Statement * own,
        impl_->statements.get("SELECT seq, ops FROM _envelope WHERE space = ? AND device = ? ORDER BY seq"));
    own->bind(1, known->number).bind(2, static_cast<std::int64_t>(to_number(*impl_->devices.self)));
    for (;;) {
        COTMOC_ASSIGN(const bool row, own->step());
        if (!row) {
            return status;
        }
        const auto seq = static_cast<std::uint64_t>(own->integer(0));
        const auto ops = static_cast<std::uint64_t>(own->integer(1));
        const bool hub = coverage.hub_holds(*impl_->devices.self, seq);
        const bool province = coverage.province_holds(*impl_->devices.self, seq);
        status.at_hub += hub ? ops : 0;
        status.at_province += province ? ops : 0;
        status.unsent_ops += hub || province ? 0 : ops;
    }
}

}  // namespace cotmoc::core
