// A device's store in memory, as a session sees one: feeds of real envelopes, no records. Link cotmoc::sync.
#pragma once

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/feed_store.hpp>

#include "support/test_province.hpp"

#include <set>

namespace cotmoc::test_support {

class MemoryFeedStore final : public sync::FeedStore {
public:
    struct Item {
        DeviceIndex author{};
        std::uint64_t seq = 0;
        Hash256 hash;
        Bytes bytes;
    };
    struct Told {
        DeviceId peer;
        SpaceId space;
        std::vector<std::pair<DeviceIndex, std::uint64_t>> feeds;
    };

    /// Knows the province's trust feed up to `trust_position`; 0: all of it.
    MemoryFeedStore(const TestProvince& province, std::string_view device, std::uint64_t trust_position = 0)
        : province_(&province),
          keys_(province.member(device).keys.clone()),
          random_(keys_.public_keys().id().octets[0]) {
        for (const Bytes& entry : province.entries) {
            if (trust_position == 0 || working_.trust.position() < trust_position) {
                COTMOC_CHECK(add_trust_entry(entry).has_value());
            }
        }
        COTMOC_CHECK(commit().has_value());
        commits = 0;
    }

    const crypto::DeviceKeys& keys() const { return keys_; }
    const std::vector<Item>& items(const SpaceId& space) { return committed_.spaces[space]; }
    std::size_t size() const {
        std::size_t count = 0;
        for (const auto& [space, items] : committed_.spaces) {
            count += items.size();
        }
        return count;
    }
    std::map<SpaceId, sync::Frontier> frontiers() const {
        std::map<SpaceId, sync::Frontier> all;
        for (const auto& [space, items] : committed_.spaces) {
            if (!items.empty()) {
                all[space] = frontier_of(items);
            }
        }
        return all;
    }

    /// The next change set of this device: `size` octets that do not compress. Committed.
    Bytes write(const SpaceId& space, std::size_t size = 40) {
        Bytes envelope = make(space, size);
        COTMOC_CHECK(add(envelope).acceptance == sync::Acceptance::stored);
        committed_ = working_;
        return envelope;
    }
    /// The same without keeping it: what a fork is made of.
    Bytes make(const SpaceId& space, std::size_t size = 40) {
        const DeviceIndex own = working_.trust.find(keys_.public_keys().id())->index;
        crypto::EnvelopePlace place{space, 1, {}, sync::frontier_hash(trust(), space, frontier(space))};
        for (const sync::FeedPosition& feed : frontier(space)) {
            if (feed.device == own) {
                place.seq = feed.seq + 1;
                place.previous = feed.hash;
            }
        }
        return make_at(place, size);
    }
    Bytes make_at(const crypto::EnvelopePlace& place, std::size_t size = 40) {
        Bytes content(size);
        random_.fill(content);
        auto sealed = crypto::seal(place, keys_, *province_->keys.newest(place.space), content, {0}, random_);
        COTMOC_CHECK(sealed.has_value());
        return std::move(sealed->bytes);
    }

    const crypto::TrustState& trust() const override { return working_.trust; }
    Result<Bytes> trust_entry(std::uint64_t position) override {
        return working_.trust_entries.at(static_cast<std::size_t>(position - 1));
    }
    Result<void> add_trust_entry(BytesView entry) override {
        const std::uint64_t before = working_.trust.position();
        COTMOC_TRY(working_.trust.apply(entry));
        if (working_.trust.position() > before) {
            working_.trust_entries.emplace_back(entry.begin(), entry.end());
        }
        return {};
    }
    sync::Frontier frontier(const SpaceId& space) override { return frontier_of(working_.spaces[space]); }
    Result<std::optional<sync::StoredEnvelope>> next_envelope(const SpaceId& space,
                                                              std::int64_t position) override {
        ++reads;
        const std::vector<Item>& items = working_.spaces[space];
        if (position >= static_cast<std::int64_t>(items.size())) {
            return std::nullopt;
        }
        const Item& item = items[static_cast<std::size_t>(position)];
        return sync::StoredEnvelope{position + 1, item.author, item.seq, 1, item.bytes};
    }
    Result<sync::AcceptResult> accept(BytesView envelope) override {
        if (fail_accept_after && (*fail_accept_after)-- == 0) {
            fail_accept_after.reset();
            working_ = committed_;
            return fail(ErrorCode::disk_full);
        }
        return add(envelope);
    }
    Result<void> commit() override {
        if (std::exchange(fail_next_commit, false)) {
            working_ = committed_;
            return fail(ErrorCode::io_error);
        }
        ++commits;
        committed_ = working_;
        return {};
    }
    Result<void> begin_session() override {
        ++sessions_begun;
        return {};
    }
    Result<void> received_all() override {
        ++received_all_calls;
        if (confirm_in) {
            const Bytes envelope = make(*std::exchange(confirm_in, std::nullopt));
            COTMOC_CHECK(add(envelope).acceptance == sync::Acceptance::stored);
        }
        return {};
    }
    Result<void> peer_holds(const crypto::TrustState::Device& peer, const SpaceId& space,
                            const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) override {
        told.push_back({peer.id, space, feeds});
        return {};
    }

    /// What accept() checks beside continuity: hashes that must be held before, by the hash of who waits.
    std::map<Hash256, Hash256> needs;
    std::set<Hash256> refuse;
    std::optional<SpaceId> confirm_in;  // received_all() writes one change set there, once
    std::optional<int> fail_accept_after;
    bool fail_next_commit = false;
    int commits = 0;
    int reads = 0;
    int sessions_begun = 0;
    int received_all_calls = 0;
    std::vector<Told> told;

private:
    struct State {
        crypto::TrustState trust;
        std::vector<Bytes> trust_entries;
        std::map<SpaceId, std::vector<Item>> spaces;
    };

    static sync::Frontier frontier_of(const std::vector<Item>& items) {
        std::map<DeviceIndex, sync::FeedPosition> last;
        for (const Item& item : items) {
            last[item.author] = {item.author, item.seq, item.hash};
        }
        sync::Frontier frontier;
        for (const auto& [device, feed] : last) {
            frontier.push_back(feed);
        }
        return frontier;
    }

    sync::AcceptResult add(BytesView envelope) {
        const auto header = crypto::parse_envelope(envelope);
        const auto* author = header ? working_.trust.find(header->author) : nullptr;
        if (author == nullptr || refuse.contains(crypto::envelope_hash(envelope))) {
            return {sync::Acceptance::refused, 0, Error{ErrorCode::unknown_author, {}}};
        }
        const Hash256 hash = crypto::envelope_hash(envelope);
        if (!crypto::verify_envelope(envelope, hash, author->keys.signing)) {
            return {sync::Acceptance::refused, 0, Error{ErrorCode::bad_signature, {}}};
        }
        std::vector<Item>& items = working_.spaces[header->space];
        std::uint64_t held = 0;
        bool dependency_held = !needs.contains(hash);
        for (const Item& item : items) {
            held = item.author == author->index ? item.seq : held;
            dependency_held = dependency_held || item.hash == needs[hash];
        }
        if (header->seq <= held) {
            return {sync::Acceptance::known, 0, std::nullopt};
        }
        if (header->seq != held + 1 || !dependency_held) {
            return {sync::Acceptance::waiting, 0, Error{ErrorCode::waiting_for_dependency, {}}};
        }
        items.push_back({author->index, header->seq, hash, Bytes(envelope.begin(), envelope.end())});
        return {sync::Acceptance::stored, 1, std::nullopt};
    }

    const TestProvince* province_;
    crypto::DeviceKeys keys_;
    SeededRandom random_;
    State working_;
    State committed_;
};

}  // namespace cotmoc::test_support
