// The check of everything that is held.
#include "replica/content.hpp"
#include "replica/verifier.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::sync {

namespace {

bool is_want_of_room(ErrorCode code) {
    return code == ErrorCode::disk_full || code == ErrorCode::out_of_memory;
}

}  // namespace

Result<Verification> Replica::check_everything() {
    COTMOC_TRY(prepare());
    return Verifier(*this).run();
}

Result<std::vector<Error>> Replica::verify() {
    COTMOC_ASSIGN(Verification found, check_everything());
    return std::move(found.wrong);
}

Result<Verification> Replica::Verifier::run() {
    core::Store& store = *replica_.store_;
    if (const auto pages = store.check_integrity(); !pages) {
        wrong("database", pages.error());
    }
    check_trust();
    for (const SpaceInfo& space : replica_.spaces_) {
        check_space(space);
    }
    if (const auto digests = store.check_digests(); !digests) {
        wrong("digest", digests.error());
    }
    if (gaps_ > 0) {
        found_.not_checked.push_back("records against the change sets, since some of these cannot be read");
        return std::move(found_);
    }
    for (const SpaceInfo& space : replica_.spaces_) {
        const auto replayed = check_replay(space);
        if (!replayed && is_want_of_room(replayed.error().code)) {
            found_.not_checked.push_back(space.name +
                                         ": records against the change sets, since there is no room");
        } else if (!replayed) {
            wrong(space.name, replayed.error());
        }
    }
    return std::move(found_);
}

std::string Replica::Verifier::place(const SpaceInfo& space, DeviceIndex device, std::uint64_t seq) const {
    const std::string name = replica_.device_name(device);
    return space.name + " " + (name.empty() ? replica_.device_id(device).hex() : name) + ":" +
           std::to_string(seq);
}

/// From position 1 by the rules alone, not by what this program made of it when the entries came.
void Replica::Verifier::check_trust() {
    crypto::TrustState again;
    for (std::uint64_t position = 1; position <= replica_.trust_.position(); ++position) {
        const std::string place = "trust " + std::to_string(position);
        const auto bytes = replica_.store_->trust_entry(position);
        if (!bytes) {
            return wrong(place, bytes.error());
        }
        if (const auto applied = again.apply(*bytes); !applied) {
            return wrong(place, applied.error());
        }
        if (again.position() != position) {
            return wrong(ErrorCode::broken_chain, place);
        }
        ++found_.trust_entries;
    }
    if (again.head() != replica_.trust_.head()) {
        wrong(ErrorCode::diverged, "trust");
    }
}

void Replica::Verifier::check_space(const SpaceInfo& space) {
    const auto held = replica_.store_->frontier(space.id);
    if (!held) {
        return wrong(space.name, held.error());
    }
    without_octets_ = 0;
    for (const core::FeedState& feed : *held) {
        check_feed(space, feed);
    }
    if (without_octets_ != 0) {
        found_.not_checked.push_back(space.name + ": " + std::to_string(without_octets_) +
                                     " change sets whose octets are not here, and the records against them");
    }
    if (const auto sides = replica_.verify_sides(space, found_.wrong); !sides) {
        wrong(space.name, sides.error());
    }
}

/// Each change set by its place, so that one that cannot be read does not hide those behind it.
void Replica::Verifier::check_feed(const SpaceInfo& space, const core::FeedState& feed) {
    std::optional<Hash256> previous{Hash256{}};
    for (std::uint64_t seq = 1; seq <= feed.seq; ++seq) {
        const auto row = replica_.store_->envelope(space.id, feed.device, seq);
        if (!row || !*row) {
            wrong(row ? ErrorCode::database_damaged : row.error().code,
                  place(space, feed.device, seq) + (row ? ": missing" : ": " + row.error().detail));
            previous.reset();
            ++gaps_;
            continue;
        }
        if ((*row)->bytes.empty()) {
            previous = (*row)->hash;
            ++without_octets_;
            continue;
        }
        if (const auto good = check_row(**row, previous); !good) {
            wrong(place(space, feed.device, seq), good.error());
            ++gaps_;
        }
        previous = (*row)->hash;
        ++found_.change_sets;
    }
    if (previous && *previous != feed.hash) {
        wrong(ErrorCode::broken_chain, place(space, feed.device, feed.seq) + ": end of the feed");
    }
}

/// Form, author, signature, hash and place. What is inside is checked when it is applied again.
Result<void> Replica::Verifier::check_row(const core::EnvelopeRow& row,
                                          const std::optional<Hash256>& previous) const {
    COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(row.bytes));
    const crypto::TrustState::Device* author = replica_.trust_.find(row.author);
    if (author == nullptr || author->id != header.author) {
        return fail(ErrorCode::unknown_author);
    }
    const Hash256 hash = crypto::envelope_hash(row.bytes);
    COTMOC_TRY(crypto::verify_envelope(row.bytes, hash, author->keys.signing));
    const bool chained = !previous || header.previous == *previous;
    if (hash != row.hash || header.seq != row.seq || header.space != row.space || !chained) {
        return fail(ErrorCode::broken_chain);
    }
    return {};
}

/// Makes the records of a space anew from its envelopes, which opens, decodes and judges each of them again,
/// and rolls all of it back.
Result<void> Replica::Verifier::check_replay(const SpaceInfo& space) {
    COTMOC_ASSIGN(const std::uint64_t missing, replica_.without_octets(space.id));
    if (switched_off("verify-replay") || missing != 0) {
        return {};
    }
    core::Store& store = *replica_.store_;
    const SessionNotes notes = replica_.notes_;
    COTMOC_TRY(store.begin());
    const auto compared = [&]() -> Result<void> {
        COTMOC_ASSIGN(const bool pending, store.has_pending(space.id));
        if (const auto sealed = pending ? replica_.seal() : Result<void>(); !sealed) {
            found_.not_checked.push_back(space.name +
                                         ": records against the change sets, since what waits "
                                         "here cannot be sealed");
            return {};
        }
        COTMOC_ASSIGN(const Verdicts held, verdicts(space));
        COTMOC_TRY(replica_.replay_held(space.id));
        COTMOC_ASSIGN(const Verdicts again, verdicts(space));
        compare(space, held, again);
        return {};
    }();
    store.rollback();
    replica_.notes_ = notes;
    return compared;
}

Result<Replica::Verifier::Verdicts> Replica::Verifier::verdicts(const SpaceInfo& space) {
    Verdicts all;
    COTMOC_ASSIGN(const auto quarantined, replica_.store_->quarantined());
    for (const core::EnvelopeRow& row : quarantined) {
        if (row.space == space.id) {
            all.quarantined.emplace(std::pair(row.author, row.seq), row.reason);
        }
    }
    COTMOC_ASSIGN(const auto void_ops, replica_.store_->void_ops());
    for (const core::Store::VoidOp& op : void_ops) {
        if (op.space == space.id) {
            all.void_ops.emplace(op.dot, op.reason);
        }
    }
    COTMOC_ASSIGN(all.records, replica_.store_->record_hashes(space.id));
    COTMOC_ASSIGN(all.digest, replica_.store_->digest(space.id));
    return all;
}

namespace {

/// Calls `differs` for each key whose value is not the same in both; null where it is absent.
template <class Map>
void each_difference(const Map& one, const Map& other, const auto& differs) {
    for (const auto& [key, value] : one) {
        const auto found = other.find(key);
        if (found == other.end() || found->second != value) {
            differs(key, &value, found == other.end() ? nullptr : &found->second);
        }
    }
    for (const auto& [key, value] : other) {
        if (!one.contains(key)) {
            differs(key, static_cast<decltype(&value)>(nullptr), &value);
        }
    }
}

std::string verdict(const std::string* reason) {
    return reason != nullptr ? "void (" + *reason + ")" : "valid";
}

}  // namespace

void Replica::Verifier::compare(const SpaceInfo& space, const Verdicts& held, const Verdicts& again) {
    found_.records += held.records.size();
    if (!switched_off("verify-rights")) {
        const auto report = [&](const std::string& where, const std::string* is, const std::string* should) {
            wrong(ErrorCode::diverged,
                  where + ": held as " + verdict(is) + ", by the rules " + verdict(should));
        };
        each_difference(held.quarantined, again.quarantined,
                        [&](const auto& key, const std::string* is, const std::string* should) {
                            report(place(space, key.first, key.second), is, should);
                        });
        each_difference(held.void_ops, again.void_ops,
                        [&](const core::Dot& dot, const std::string* is, const std::string* should) {
                            report(place(space, dot.device, dot.seq) + ":" + std::to_string(dot.index), is,
                                   should);
                        });
    }
    each_difference(held.records, again.records, [&](const RecordId& id, const Hash256*, const Hash256*) {
        wrong(ErrorCode::diverged, space.name + " record " + to_uuid_text(id));
    });
    if (held.digest != again.digest) {
        wrong(ErrorCode::diverged, space.name + " digest");
    }
}

}  // namespace cotmoc::sync
