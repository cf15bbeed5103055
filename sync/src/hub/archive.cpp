#include <cotmoc/sync/archive.hpp>

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>

#include <set>

namespace cotmoc::sync {
namespace {

class Checker {
public:
    Checker(HubStore& archive, ArchiveCheck& found) : archive_(archive), found_(found) {}

    Result<void> check_trust(const std::optional<Hash256>& root) {
        COTMOC_ASSIGN(const std::vector<Bytes> entries, archive_.load_trust());
        for (const Bytes& entry : entries) {
            const std::string place = "trust " + std::to_string(found_.trust_entries + 1);
            if (const auto applied = trust_.apply(entry); !applied) {
                wrong(place, applied.error());
                break;
            }
            ++found_.trust_entries;
        }
        found_.root_fingerprint = trust_.root_fingerprint();
        if (root && *root != trust_.root_fingerprint()) {
            wrong("trust 1", {ErrorCode::wrong_root, {}});
        }
        return {};
    }

    Result<void> check_spaces() {
        COTMOC_ASSIGN(const auto sides, archive_.load_sides());
        for (const auto& [space, side] : sides) {
            COTMOC_TRY(check_side(space, side));
        }
        COTMOC_ASSIGN(const auto frontiers, archive_.load_frontiers());
        for (const auto& [space, ends] : frontiers) {
            COTMOC_TRY(check_space(space, ends));
        }
        return {};
    }

private:
    using Feeds = std::map<DeviceIndex, FeedPosition>;

    Result<void> check_space(const SpaceId& space, const Frontier& ends) {
        Feeds feeds;
        for (std::int64_t position = 0;;) {
            COTMOC_ASSIGN(const std::optional<StoredEnvelope> envelope,
                          archive_.next_envelope(space, position));
            if (!envelope) {
                break;
            }
            position = envelope->position;
            ++found_.change_sets;
            FeedPosition& last = feeds[envelope->author];
            if (const auto good = check(space, *envelope, last); !good) {
                wrong(place(space, envelope->author, envelope->seq), good.error());
            }
            last.device = envelope->author;
            last.seq = envelope->seq;
        }
        for (const FeedPosition& end : ends) {
            const FeedPosition& last = feeds[end.device];
            if (last.seq != end.seq || last.hash != end.hash) {
                wrong(place(space, end.device, end.seq), {ErrorCode::broken_chain, "end of the feed"});
            }
        }
        return {};
    }

    /// What stands beside a forked feed: signed by its device, for the place where it is kept.
    Result<void> check_side(const SpaceId& space, const core::SideEnvelope& side) {
        COTMOC_ASSIGN(const std::optional<Bytes> bytes, archive_.side_bytes(space, side.author, side.hash));
        ++found_.change_sets;
        const crypto::TrustState::Device* author = trust_.find(side.author);
        const auto header = crypto::parse_envelope(bytes ? BytesView(*bytes) : BytesView());
        if (!header || author == nullptr || author->id != header->author) {
            wrong(place(space, side.author, side.seq),
                  header ? Error{ErrorCode::unknown_author, {}} : header.error());
            return {};
        }
        const Hash256 hash = crypto::envelope_hash(*bytes);
        const auto verified = crypto::verify_envelope(*bytes, hash, author->keys.signing);
        if (!verified && !switched_off("archive-signatures")) {
            wrong(place(space, side.author, side.seq), verified.error());
        } else if (hash != side.hash || header->space != space || header->seq != side.seq ||
                   header->previous != side.previous) {
            wrong(place(space, side.author, side.seq), {ErrorCode::broken_chain, {}});
        } else {
            beside_.insert({space, hash});
        }
        return {};
    }

    /// `last` becomes this one's hash.
    Result<void> check(const SpaceId& space, const StoredEnvelope& envelope, FeedPosition& last) {
        const FeedPosition before = last;
        last.hash = {};
        COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(envelope.bytes));
        last.hash = crypto::envelope_hash(envelope.bytes);
        const crypto::TrustState::Device* author = trust_.find(envelope.author);
        if (author == nullptr || author->id != header.author || trust_.find_space(space) == nullptr) {
            return fail(ErrorCode::unknown_author);
        }
        const auto verified = crypto::verify_envelope(envelope.bytes, last.hash, author->keys.signing);
        if (!verified && !switched_off("archive-signatures")) {
            return verified;
        }
        if (header.space != space || header.seq != envelope.seq || header.seq != before.seq + 1 ||
            header.previous != before.hash) {
            return fail(ErrorCode::broken_chain);
        }
        const Hash256* named = trust_.named_hash(*author, space, header.seq);
        const bool lost = named != nullptr && *named != last.hash;
        if (lost && !beside_.contains({space, *named})) {
            return fail(ErrorCode::forked_feed, "the trust feed names another one here");
        }
        found_.without_right += !lost && trust_.right_at(*author, space, header.seq) ? 0 : 1;
        return {};
    }

    std::string place(const SpaceId& space, DeviceIndex device, std::uint64_t seq) const {
        const crypto::TrustState::Device* known = trust_.find(device);
        return space.hex() + " " +
               (known != nullptr ? known->id.hex() : "device " + std::to_string(to_number(device))) + ":" +
               std::to_string(seq);
    }
    void wrong(const std::string& place, const Error& error) {
        found_.wrong.push_back({error.code, error.detail.empty() ? place : place + ": " + error.detail});
    }

    HubStore& archive_;
    ArchiveCheck& found_;
    crypto::TrustState trust_;
    std::set<std::pair<SpaceId, Hash256>> beside_;  // good ones
};

}  // namespace

Result<ArchiveCheck> check_archive(HubStore& archive, const std::optional<Hash256>& root) {
    ArchiveCheck found;
    Checker checker(archive, found);
    COTMOC_TRY(checker.check_trust(root));
    COTMOC_TRY(checker.check_spaces());
    return found;
}

namespace {

/// What stands beside forked feeds. Branches have their common part in common.
Result<std::uint64_t> write_branches(FeedStore& source, const SpaceId& space, HubStore& archive) {
    std::uint64_t written = 0;
    std::set<Hash256> known;
    COTMOC_ASSIGN(const std::vector<ForkBranch> branches, source.branches(space));
    for (const ForkBranch& branch : branches) {
        for (std::size_t i = 0; i < branch.hashes.size(); ++i) {
            const FeedPosition place{branch.device, branch.first + i, branch.hashes[i]};
            COTMOC_ASSIGN(const std::optional<Hash256> feed, archive.find(space, place.device, place.seq));
            COTMOC_ASSIGN(const auto envelope, source.branch_envelope(space, place));
            if (feed == place.hash || !envelope || !known.insert(place.hash).second) {
                continue;
            }
            COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(envelope->bytes));
            COTMOC_TRY(archive.keep_side(space, {place.device, place.seq, place.hash, header.previous},
                                         envelope->bytes));
            ++written;
        }
    }
    return written;
}

}  // namespace

Result<std::uint64_t> write_archive(FeedStore& source, HubStore& archive) {
    const crypto::TrustState& trust = source.trust();
    for (std::uint64_t position = 1; position <= trust.position(); ++position) {
        COTMOC_ASSIGN(const Bytes entry, source.trust_entry(position));
        COTMOC_TRY(archive.append_trust(position, entry));
    }
    std::uint64_t written = 0;
    for (const crypto::TrustState::Space& space : trust.spaces()) {
        for (std::int64_t position = 0;;) {
            COTMOC_ASSIGN(const std::optional<StoredEnvelope> envelope,
                          source.next_envelope(space.id, position));
            if (!envelope) {
                break;
            }
            position = envelope->position;
            COTMOC_TRY(archive.append_envelope(
                space.id, {envelope->author, envelope->seq, crypto::envelope_hash(envelope->bytes)},
                envelope->bytes));
            ++written;
        }
        COTMOC_ASSIGN(const std::uint64_t beside, write_branches(source, space.id, archive));
        written += beside;
    }
    COTMOC_TRY(archive.commit());
    return written;
}

}  // namespace cotmoc::sync
