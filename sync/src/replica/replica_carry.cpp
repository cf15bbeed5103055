// What was set aside is signed anew by the new identity: the same ops under its own dots, with the past that
// their author had seen.
#include "replica/arriving.hpp"
#include "replica/seen.hpp"

#include <cotmoc/core/transplant.hpp>

#include <algorithm>

namespace cotmoc::sync {

namespace {

void raise(std::vector<std::uint64_t>& seen, const std::vector<std::uint64_t>& by) {
    seen.resize(std::max(seen.size(), by.size()));
    for (std::size_t number = 0; number < by.size(); ++number) {
        seen[number] = std::max(seen[number], by[number]);
    }
}

Result<Content> open_held(const crypto::KeyRing& ring, const SpaceId& space, BytesView envelope) {
    COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(envelope));
    const crypto::EpochKey* key = ring.find(space, header.epoch);
    if (key == nullptr) {
        return fail(ErrorCode::no_epoch_key);
    }
    COTMOC_ASSIGN(const Bytes opened, crypto::open_envelope(envelope, *key));
    return decode_content(opened);
}

}  // namespace

/// The unsent work of one space on its way into the new feed.
struct Replica::Carrying {
    SpaceId space;
    DeviceIndex former{};
    core::Transplant transplant;
    core::Hlc shared_until;
    std::vector<std::uint64_t> seen;  // by all that was carried so far
    bool held_up = false;             // something before cannot be signed here: what follows may need it

    void note_former(std::uint64_t seq) {
        std::vector<std::uint64_t> up_to(to_number(former) + std::size_t{1});
        up_to.back() = seq;
        raise(seen, up_to);
    }
};

/// All of it in one transaction, so that nothing is signed twice.
Result<void> Replica::carry_over() {
    if (former_ == DeviceId{} || !joined()) {
        return {};
    }
    COTMOC_ASSIGN(const std::vector<core::Store::Unsent> all, store_->unsent());
    COTMOC_TRY(end_receiving());
    const auto carried = store_->write([&]() -> Result<void> {
        std::map<std::pair<SpaceId, DeviceIndex>, Carrying> spaces;
        for (const core::Store::Unsent& unsent : all) {
            auto [carrying, fresh] = spaces.try_emplace(
                {unsent.space, unsent.device},
                Carrying{unsent.space, unsent.device, {unsent.device, self_->index}, {}, {}});
            if (fresh) {
                // What comes before the first of them is common.
                carrying->second.note_former(unsent.seq - 1);
            }
            COTMOC_TRY(carry(carrying->second, unsent));
        }
        COTMOC_TRY(store_->set_setting("former_device", {}));
        COTMOC_TRY(store_->set_setting("own_work_is_aside", {}));
        COTMOC_TRY(store_->set_setting("own_past_is_back", {}));
        return store_->set_setting("restored", {});
    });
    COTMOC_TRY(carried);
    restored_ = false;
    former_ = {};
    store_->notify();
    return {};
}

Result<void> Replica::carry(Carrying& carrying, const core::Store::Unsent& unsent) {
    COTMOC_ASSIGN(std::optional<core::EnvelopeRow> held,
                  store_->envelope(unsent.space, carrying.former, unsent.seq));
    if (unsent.seq > counts_through(unsent.space, carrying.former)) {
        held.reset();  // there, but void by a fork: the work would be lost
    }
    const auto note_former_seen = [&]() -> Result<void> {
        COTMOC_ASSIGN(const auto seen, store_->seen_by(unsent.space, carrying.former, unsent.seq));
        raise(carrying.seen, seen.value_or(std::vector<std::uint64_t>()));
        carrying.note_former(unsent.seq);
        return {};
    };
    Result<Content> mine =
        unsent.sealed ? open_held(ring_, unsent.space, unsent.bytes) : decode_content(unsent.bytes);
    if (held && unsent.sealed && held->bytes == unsent.bytes) {
        if (mine) {
            carrying.shared_until = std::max(carrying.shared_until, mine->head.newest);
        }
        COTMOC_TRY(note_former_seen());
        return store_->forget_unsent(unsent.number);
    }
    const bool may_sign = ring_.newest(unsent.space) != nullptr && trust_.may_write(*self_, unsent.space);
    if (!mine || !may_sign || carrying.held_up) {
        carrying.held_up = true;
        ++notes_.quarantined;
        return {};  // it stays listed
    }
    core::ChangeSet ops = std::move(mine->ops);
    if (held) {
        const Result<Content> other = open_held(ring_, unsent.space, held->bytes);
        if (other) {
            core::Unshared unshared = core::without_shared(ops, other->ops, carrying.shared_until);
            ops = std::move(unshared.ops);
            if (unshared.any_shared) {
                COTMOC_TRY(note_former_seen());
            }
        }
    }
    if (!ops.creates.empty() || !ops.fields.empty()) {
        COTMOC_TRY(seal_carried(carrying, unsent, mine->head.newest, std::move(ops)));
    }
    return store_->forget_unsent(unsent.number);
}

Result<void> Replica::seal_carried(Carrying& carrying, const core::Store::Unsent& unsent, core::Hlc newest,
                                   core::ChangeSet ops) {
    const SpaceId& space = unsent.space;
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
    COTMOC_ASSIGN(const core::Store::AuthorView last, store_->author_view(space, self_->index));
    // Of the former feed its author had seen its own change sets before this one; those that did not come
    // back were carried, and stand in the new feed.
    std::vector<std::uint64_t> author_saw = unsent.seen;
    if (to_number(carrying.former) < author_saw.size()) {
        author_saw[to_number(carrying.former)] = 0;
    }
    raise(carrying.seen, author_saw);
    std::vector<std::uint64_t> seen = last.seen;
    raise(seen, carrying.seen);
    const auto own = std::ranges::find(held, self_->index, &core::FeedState::device);
    const std::uint64_t seq = own != held.end() ? own->seq + 1 : 1;
    carrying.transplant.move(ops, unsent.seq, seq);
    ContentHead head{newest, trust_.position(), {}};
    Frontier frontier;
    for (const core::FeedState& feed : held) {
        const std::size_t number = to_number(feed.device);
        std::uint64_t up_to = number < seen.size() ? std::min(seen[number], feed.seq) : 0;
        up_to = std::min(up_to, counts_through(space, feed.device));
        if (feed.device == self_->index) {
            up_to = feed.seq;
        } else if (up_to > (number < last.seen.size() ? last.seen[number] : 0)) {
            head.delta.emplace_back(feed.device, up_to);
        }
        if (up_to != 0) {
            COTMOC_ASSIGN(const auto hash, store_->envelope_hash(space, feed.device, up_to));
            frontier.push_back({feed.device, up_to, hash.value_or(Hash256{})});
        }
    }
    const crypto::EnvelopePlace place{space, seq, own != held.end() ? own->hash : Hash256{},
                                      frontier_hash(trust_, space, frontier)};
    COTMOC_ASSIGN(const crypto::SealedEnvelope sealed,
                  crypto::seal(place, keys_.device, *ring_.newest(space), encode_content(head, ops),
                               {default_compression_level}, environment_.random));
    Arriving arriving;
    arriving.bytes = sealed.bytes;
    arriving.hash = sealed.hash;
    arriving.author = self_;
    COTMOC_ASSIGN(arriving.header, crypto::parse_envelope(sealed.bytes));
    // Applied as every other replica will: what has no effect there has none here, and is listed.
    COTMOC_ASSIGN(const AcceptResult taken, take_in(arriving));
    return taken.acceptance == Acceptance::stored ? Result<void>() : tl::unexpected(*taken.reason);
}

}  // namespace cotmoc::sync
