// Change sets applied again from their envelopes: when an update lets the program read more than when they
// came.
#include "replica/arriving.hpp"
#include "snapshot/snapshot_settings.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/core/snapshot.hpp>

#include <algorithm>
#include <set>

namespace cotmoc::sync {
namespace {

/// Raise it with every version of this program that judges or reads change sets otherwise than the one
/// before. 2: workflows ask for roles. 3: change sets that are compressed with a dictionary.
constexpr std::uint64_t program_level = 3;
constexpr std::string_view read_so_far = "read_so_far";

/// What the program could read when the store was last brought up to date.
struct Readable {
    std::uint64_t level = 0;
    std::vector<std::uint64_t> unreadable_catalogues;
    friend bool operator==(const Readable&, const Readable&) = default;
};

Readable decode(const std::optional<Bytes>& setting) {
    Readable readable;
    BinaryReader reader(setting ? BytesView(*setting) : BytesView());
    if (setting) {
        readable.level = reader.varint();
        for (std::size_t left = reader.count(1); left > 0; --left) {
            readable.unreadable_catalogues.push_back(reader.varint());
        }
    }
    return readable;
}

Bytes encode(const Readable& readable) {
    BinaryWriter writer;
    writer.varint(readable.level);
    writer.varint(readable.unreadable_catalogues.size());
    std::ranges::for_each(readable.unreadable_catalogues, [&](std::uint64_t at) { writer.varint(at); });
    return writer.take();
}

/// What had to wait for a change set behind it now stands behind that one: others are sent change sets in the
/// order of their positions.
Result<void> put_last(core::Store& store, const SpaceId& space, const std::set<std::int64_t>& before,
                      const std::set<std::int64_t>& left) {
    for (const std::int64_t position : before) {
        if (left.contains(position)) {
            continue;
        }
        COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> row, store.next_envelope(space, position - 1));
        if (row) {
            COTMOC_TRY(core::StoreSnapshots(store).put_octets(space, row->author, row->seq, row->bytes));
        }
    }
    return {};
}

}  // namespace

Result<void> Replica::replay_if_more_is_readable() {
    if (!joined()) {
        return {};
    }
    COTMOC_ASSIGN(const std::optional<Bytes> setting, store_->setting(read_so_far));
    const Readable before = decode(setting);
    const Readable now{program_level, unreadable_catalogues_};
    if (before == now) {
        return {};
    }
    const bool more =
        before.level < now.level ||
        std::ranges::any_of(before.unreadable_catalogues, [&](std::uint64_t position) {
            return std::ranges::find(unreadable_catalogues_, position) == unreadable_catalogues_.end();
        });
    if (more) {
        if (!seal()) {
            trust_followed_ = false;
            return {};  // what waits here is still there to read; the next session says what is wrong
        }
        for (const SpaceInfo& space : spaces_) {
            COTMOC_ASSIGN(const bool pending, store_->has_pending(space.id));
            if (pending) {
                trust_followed_ = false;
                return {};  // its key is missing
            }
            COTMOC_TRY(replay(space.id));
        }
    }
    // Last: after a crash in between, the spaces are replayed once more, which changes nothing.
    return store_->write([&] { return store_->set_setting(read_so_far, encode(now)); });
}

/// One way through what is left of a space, in the order of arrival. What could not be read when it came was
/// not held back for its past either, so that past may stand behind it: it waits for the next round. With
/// `give_up` the first that waits is kept in quarantine. Whether anything was taken in.
Result<bool> Replica::replay_round(const SpaceId& space, std::set<std::int64_t>& left, bool give_up) {
    std::set<DeviceIndex> waiting;
    bool moved = false;
    for (const std::int64_t position : std::vector<std::int64_t>(left.begin(), left.end())) {
        COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> row, store_->next_envelope(space, position - 1));
        if (!row || waiting.contains(row->author)) {
            continue;
        }
        COTMOC_ASSIGN(const std::vector<core::FeedState> applied, store_->frontier(space));
        const auto feed = std::ranges::find(applied, row->author, &core::FeedState::device);
        if (row->seq != (feed != applied.end() ? feed->seq : 0) + 1) {
            continue;  // octets that were dropped and came back stand behind those that were kept
        }
        Arriving again;
        again.bytes = row->bytes;
        again.hash = row->hash;
        again.position = row->position;
        again.author = trust_.find(row->author);
        COTMOC_ASSIGN(again.header, crypto::parse_envelope(row->bytes));
        COTMOC_ASSIGN(AcceptResult taken, take_in(again));
        if (taken.acceptance != Acceptance::stored && give_up) {
            COTMOC_ASSIGN(taken, keep_in_quarantine(again, *taken.reason));
            give_up = false;
        }
        if (taken.acceptance == Acceptance::stored) {
            left.erase(position);
            moved = true;
        } else {
            waiting.insert(row->author);
        }
    }
    return moved;
}

Result<void> Replica::replay(const SpaceId& space, const std::function<Result<void>()>& first) {
    COTMOC_ASSIGN(const std::uint64_t missing, without_octets(space));
    if (missing != 0) {
        const auto note = [&] {
            constexpr std::uint8_t one[] = {1};
            return store_->set_setting(judged_setting(space), one);
        };
        COTMOC_TRY(store_->writing() ? note() : store_->write(note));
        return want_history(space);
    }
    const SessionNotes notes = notes_;
    const auto replayed = store_->write([&]() -> Result<void> {
        if (first) {
            COTMOC_TRY(first());
        }
        return replay_held(space);
    });
    notes_ = notes;  // nothing of this is new to anybody
    return replayed;
}

Result<void> Replica::replay_held(const SpaceId& space) {
    COTMOC_TRY(store_->forget_records(space));
    std::set<std::int64_t> left;
    for (std::int64_t position = 0;;) {
        COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> row, store_->next_envelope(space, position));
        if (!row) {
            break;
        }
        position = row->position;
        left.insert(position);
    }
    for (bool first = true; !left.empty(); first = false) {
        const std::set<std::int64_t> before = left;
        COTMOC_ASSIGN(bool moved, replay_round(space, left, false));
        if (!moved) {
            COTMOC_ASSIGN(moved, replay_round(space, left, true));
        }
        if (!moved) {
            return fail(ErrorCode::database_damaged, "a change set is missing");
        }
        if (!first) {
            COTMOC_TRY(put_last(*store_, space, before, left));
        }
    }
    return {};
}

}  // namespace cotmoc::sync
