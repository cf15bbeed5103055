// A hub that lies: an honest one seen through a wrapper that shows less, other, or nothing of it. Link
// cotmoc::sync.
#pragma once

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/hub.hpp>

#include <algorithm>
#include <functional>

namespace cotmoc::test_support {

class LyingHub final : public sync::FeedStore {
public:
    explicit LyingHub(sync::Hub& hub) : hub_(hub) { show_trust(hub.trust().position()); }

    /// How much of a feed that holds `seq` it shows.
    std::function<std::uint64_t(const SpaceId&, DeviceIndex, std::uint64_t)> shown;
    bool reversed = false;           // the newest envelope goes first
    bool twice = false;              // every envelope goes out two times
    std::optional<SpaceId> instead;  // envelopes of this space go out under every space's name
    bool swallows = false;           // says that it keeps what it drops
    bool refuses = false;            // keeps nothing, and says so
    /// Shows the trust feed up to here, as it was once.
    void show_trust(std::uint64_t position) {
        trust_ = {};
        while (trust_.position() < position) {
            const auto entry = hub_.trust_entry(trust_.position() + 1);
            COTMOC_CHECK(entry && trust_.apply(*entry));
        }
    }

    const crypto::TrustState& trust() const override { return trust_; }
    Result<Bytes> trust_entry(std::uint64_t position) override { return hub_.trust_entry(position); }
    Result<void> add_trust_entry(BytesView entry) override {
        COTMOC_TRY(trust_.apply(entry));
        return swallows ? Result<void>() : hub_.add_trust_entry(entry);
    }
    sync::Frontier frontier(const SpaceId& space) override {
        sync::Frontier shortened;
        for (sync::FeedPosition feed : hub_.frontier(space)) {
            const std::uint64_t seq =
                shown ? std::min(feed.seq, shown(space, feed.device, feed.seq)) : feed.seq;
            if (seq != feed.seq) {
                feed.hash = hash_in_feed(space, feed.device, seq);
                feed.seq = seq;
            }
            if (seq != 0 && trust_.find(feed.device) != nullptr) {
                shortened.push_back(feed);
            }
        }
        return shortened;
    }
    Result<std::optional<sync::StoredEnvelope>> next_envelope(const SpaceId& space,
                                                              std::int64_t position) override {
        const std::vector<sync::StoredEnvelope> all = outgoing(space);
        if (position >= static_cast<std::int64_t>(all.size())) {
            return std::nullopt;
        }
        sync::StoredEnvelope next = all[static_cast<std::size_t>(position)];
        next.position = position + 1;
        return next;
    }
    Result<sync::AcceptResult> accept(BytesView envelope) override {
        if (swallows) {
            return sync::AcceptResult{sync::Acceptance::stored, 0, std::nullopt};
        }
        return refuses ? sync::AcceptResult{sync::Acceptance::refused, 0, Error{ErrorCode::not_allowed, {}}}
                       : hub_.accept(envelope);
    }
    Result<void> commit() override { return hub_.commit(); }

private:
    std::vector<sync::StoredEnvelope> held(const SpaceId& space) {
        std::vector<sync::StoredEnvelope> all;
        for (std::int64_t position = 0;;) {
            auto next = hub_.next_envelope(space, position);
            COTMOC_CHECK(next.has_value());
            if (!*next) {
                return all;
            }
            position = (*next)->position;
            all.push_back(std::move(**next));
        }
    }
    std::vector<sync::StoredEnvelope> outgoing(const SpaceId& space) {
        std::vector<sync::StoredEnvelope> all = held(space);
        if (instead && *instead != space) {
            const std::vector<sync::StoredEnvelope> foreign = held(*instead);
            for (std::size_t i = 0; i < all.size() && !foreign.empty(); ++i) {
                all[i].bytes = foreign[i % foreign.size()].bytes;
            }
        }
        if (reversed) {
            std::ranges::reverse(all);
        }
        if (twice) {
            std::vector<sync::StoredEnvelope> doubled;
            for (const sync::StoredEnvelope& envelope : all) {
                doubled.insert(doubled.end(), 2, envelope);
            }
            return doubled;
        }
        return all;
    }
    Hash256 hash_in_feed(const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
        for (const sync::StoredEnvelope& envelope : held(space)) {
            if (envelope.author == device && envelope.seq == seq) {
                return crypto::envelope_hash(envelope.bytes);
            }
        }
        return {};
    }

    sync::Hub& hub_;
    crypto::TrustState trust_;
};

}  // namespace cotmoc::test_support
