#include "bundle/bundle_reading.hpp"

#include "session/common_spaces.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::size_t commit_bytes = 1024 * 1024;  // received before a commit at the latest

bool is_local(ErrorCode code) {
    switch (code) {
        case ErrorCode::busy:
        case ErrorCode::disk_full:
        case ErrorCode::io_error:
        case ErrorCode::database_damaged:
        case ErrorCode::out_of_memory:
        case ErrorCode::internal:
            return true;
        default:
            return false;
    }
}

std::uint32_t number_of(const VolumeReader& volume) { return volume.header().number; }

}  // namespace

Result<void> note_problem(BundleRead& read, Error error) {
    if (is_local(error.code)) {
        return tl::unexpected(std::move(error));
    }
    read.problems.push_back(std::move(error));
    return {};
}

void BundleReading::add(VolumeReader volume) {
    if (name_.empty()) {
        name_ = volume.name();
    }
    // The same volume twice counts once. Which of two different ones of a number is the writer's, its
    // signature tells later.
    const std::uint32_t number = volume.header().number;
    const bool there = std::ranges::any_of(volumes_, [&](const VolumeReader& each) {
        return each.header().number == number && each.is_copy_of(volume);
    });
    if (!there) {
        volumes_.insert(std::ranges::upper_bound(volumes_, number, {}, number_of), std::move(volume));
    }
}

/// What is wrong with one volume is said of it, and the others are read without it.
Result<void> BundleReading::leave_out(BundleRead& read, const VolumeReader& volume, Error error) {
    if (!is_local(error.code) && !error.detail.starts_with(volume.name())) {
        error.detail = volume.name() + (error.detail.empty() ? "" : ": " + error.detail);
    }
    return note_problem(read, std::move(error));
}

Result<void> BundleReading::fail_with(BundleRead& read, Error error) {
    failed_ = true;
    if (!is_local(error.code) && !error.detail.starts_with(name_)) {
        error.detail = name_ + (error.detail.empty() ? "" : ": " + error.detail);
    }
    return note_problem(read, std::move(error));
}

Result<bool> BundleReading::take(BundleRead& read) {
    const std::uint64_t trust_before = read.trust_received;
    COTMOC_ASSIGN(const bool trusted, take_trust(read));
    if (!trusted) {
        return read.trust_received != trust_before;
    }
    COTMOC_ASSIGN(const bool known, check_writer(read));
    if (!known) {
        return read.trust_received != trust_before;
    }
    SessionReport report;
    COTMOC_TRY(take_envelopes(read, report));
    read.received.change_sets += report.received.change_sets;
    read.received.ops += report.received.ops;
    read.received.bytes += report.received.bytes;
    if (!std::exchange(taken_once_, true)) {
        read.refused += report.refused;
        read.writers.push_back(header_.writer);
    }
    return report.received.change_sets != 0 || read.trust_received != trust_before;
}

/// False if no volume is left. Trust entries are signed by themselves: who carries them does not matter.
Result<bool> BundleReading::take_trust(BundleRead& read) {
    trust_is_missing_ = false;
    for (auto volume = volumes_.begin(); volume != volumes_.end();) {
        volume->rewind();
        const Result<void> taken = take_trust_of(*volume, read);
        volume->rewind();
        if (taken) {
            ++volume;
            continue;
        }
        COTMOC_TRY(leave_out(read, *volume, taken.error()));
        volume = volumes_.erase(volume);
    }
    COTMOC_TRY(store().commit());
    failed_ = failed_ || volumes_.empty();
    return !failed_;
}

Result<void> BundleReading::take_trust_of(VolumeReader& volume, BundleRead& read) {
    for (;;) {
        COTMOC_ASSIGN(const std::optional<VolumeItem> item, volume.next());
        if (!item || item->type == ItemType::envelope) {
            return {};
        }
        if (item->type != ItemType::trust) {
            continue;
        }
        COTMOC_ASSIGN(const bool is_new, take_trust_entry(item->body));
        read.trust_received += is_new ? 1 : 0;
        if (trust_is_missing_) {
            return {};
        }
    }
}

Result<bool> BundleReading::take_trust_entry(BytesView entry) {
    COTMOC_ASSIGN(const crypto::ParsedTrustEntry parsed, crypto::parse_trust_entry(entry));
    const std::uint64_t position = parsed.entry.position;
    const std::uint64_t held = store().trust().position();
    if (position > held + 1) {
        trust_is_missing_ = true;
        return false;
    }
    if (position <= held) {
        COTMOC_ASSIGN(const Bytes here, store().trust_entry(position));
        if (std::ranges::equal(here, entry)) {
            return false;
        }
    }
    COTMOC_TRY(store().add_trust_entry(entry));
    return position > held;
}

/// What a volume says of its writer counts only with the writer's signature.
Result<bool> BundleReading::check_writer(BundleRead& read) {
    const auto* writer = store().trust().find(header_.writer);
    if (writer == nullptr) {
        // Its certificate may stand in a volume that is not here.
        trust_is_missing_ = trust_is_missing_ || volumes_.size() < header_.count;
        if (!trust_is_missing_) {
            COTMOC_TRY(fail_with(read, {ErrorCode::unknown_author, header_.writer.hex()}));
        }
        return false;
    }
    for (const VolumeReader& volume : volumes_) {
        if (!volume.signed_by(writer->keys.signing)) {
            read.problems.push_back({ErrorCode::bad_signature, volume.name()});
        }
    }
    std::erase_if(volumes_,
                  [&](const VolumeReader& volume) { return !volume.signed_by(writer->keys.signing); });
    if (volumes_.empty()) {
        failed_ = true;
        return false;
    }
    // Two of one number, both signed: any of them. What the other one has more counts as missing.
    volumes_.erase(std::ranges::unique(volumes_, {}, number_of).begin(), volumes_.end());
    const auto before = read.problems.size();
    COTMOC_TRY(read_holdings(read));
    return read.problems.size() == before;
}

Result<void> BundleReading::read_holdings(BundleRead& read) {
    if (holdings_ || volumes_.front().header().number != 1) {
        return {};
    }
    VolumeReader& first = volumes_.front();
    auto item = first.next();
    first.rewind();
    auto holdings = item && *item && first.are_checked_holdings((*item)->body)
                        ? decode_holdings((*item)->body)
                        : fail(ErrorCode::bundle_damaged);
    if (!holdings) {
        return fail_with(read, {ErrorCode::bundle_damaged, first.name() + ": not of the form"});
    }
    if (holdings->trust_position > store().trust().position()) {
        trust_is_missing_ =
            true;  // whether the two trust feeds are one is not known: nothing is made of it yet
        return {};
    }
    COTMOC_ASSIGN(const Bytes entry, store().trust_entry(holdings->trust_position));
    COTMOC_ASSIGN(const crypto::ParsedTrustEntry parsed, crypto::parse_trust_entry(entry));
    if (parsed.hash != holdings->trust_head) {
        return fail_with(read, {ErrorCode::forked_feed, first.name() + ": trust feed"});
    }
    holdings_ = std::move(*holdings);
    return {};
}

Result<void> BundleReading::take_envelopes(BundleRead& read, SessionReport& report) {
    const crypto::TrustState& trust = store().trust();
    const auto* own = trust.find(options_->keys.public_keys().id());
    const auto* writer = trust.find(header_.writer);
    const std::vector<SpaceId> common = common_spaces(trust, *own, *writer);
    const std::vector<SpaceId> handed_over = handed_over_spaces(trust, *writer, *own);
    const Passable passable{common, handed_over, header_.writer};
    Holdings seen;
    Incoming incoming(store(), commit_bytes, seen);
    for (VolumeReader& volume : volumes_) {
        COTMOC_TRY(take_volume(volume, incoming, passable, read, report));
    }
    COTMOC_TRY(incoming.receive_end(report));
    COTMOC_TRY(incoming.commit(report));
    COTMOC_TRY(store().commit());  // where nothing was new, too: what follows is written by itself
    waiting_ = incoming.dropped();
    if (!taken_once_) {
        read.known += incoming.known();
    }
    return tell_holdings(seen);
}

Result<void> BundleReading::take_volume(VolumeReader& volume, Incoming& incoming, const Passable& passable,
                                        BundleRead& read, SessionReport& report) {
    volume.rewind();
    for (;;) {
        auto item = volume.next();
        if (!item) {
            COTMOC_TRY(fail_with(read, std::move(item).error()));
            break;
        }
        if (!*item) {
            break;
        }
        if ((*item)->type != ItemType::envelope) {
            continue;
        }
        const auto header = crypto::parse_envelope((*item)->body);
        if (header && !passable.allows(*header) && !switched_off("space-binding")) {
            read.not_ours += taken_once_ ? 0 : 1;
            continue;
        }
        COTMOC_TRY(incoming.receive(std::move((*item)->body), passable, report));
        if (incoming.commit_is_due()) {
            COTMOC_TRY(incoming.commit(report));
            (void)incoming.take_ack();  // nobody waits for it
        }
        if (options_->progress) {
            options_->progress(volume.header().number, header_.count);
        }
    }
    volume.rewind();
    COTMOC_TRY(incoming.commit(report));
    (void)incoming.take_ack();
    return {};
}

/// Of what the writer says it holds, what this device may know of.
BundleHoldings BundleReading::common_holdings(const crypto::TrustState::Device& own,
                                              const crypto::TrustState::Device& writer) {
    const crypto::TrustState& trust = store().trust();
    const std::vector<SpaceId> common = common_spaces(trust, own, writer);
    const std::vector<SpaceId> handed_over = handed_over_spaces(trust, own, writer);
    BundleHoldings all{holdings_->trust_position, holdings_->trust_head, {}};
    for (const auto& [space, frontier] : holdings_->spaces) {
        const bool whole = std::ranges::binary_search(common, space);
        if (!whole && !std::ranges::binary_search(handed_over, space)) {
            continue;
        }
        Frontier& taken = all.spaces[space];
        for (const FeedPosition& feed : frontier) {
            if (trust.find(feed.device) != nullptr && (whole || feed.device == own.index)) {
                taken.push_back(feed);
            }
        }
    }
    return all;
}

/// Only what the writer holds durably is in a bundle, and its signature stands under what it says.
Result<void> BundleReading::tell_holdings(Holdings& seen) {
    const crypto::TrustState& trust = store().trust();
    const auto* writer = trust.find(header_.writer);
    const auto* own = trust.find(options_->keys.public_keys().id());
    if (writer->revoked || own == nullptr) {
        return {};
    }
    if (holdings_) {
        const BundleHoldings said = common_holdings(*own, *writer);
        COTMOC_TRY(options_->peers.said(writer->id, said));
        COTMOC_ASSIGN(const KnownHoldings known, options_->peers.known(*writer));
        for (const auto& [space, feeds] : known.spaces) {
            for (const auto& [device, seq] : feeds) {
                // Of an own feed that is another one over there nothing counts as arrived.
                if (device != own->index || !known.differ.contains({space, device})) {
                    seen.note(space, device, seq);
                }
            }
        }
    }
    COTMOC_TRY(seen.tell(store(), *writer));
    return store().commit();
}

Result<std::vector<std::uint32_t>> BundleReading::note_taken() {
    COTMOC_ASSIGN(std::set<std::uint32_t> taken,
                  options_->peers.taken(header_.writer, header_.bundle.view()));
    std::set<std::uint32_t> there = taken;
    for (const VolumeReader& volume : volumes_) {
        there.insert(volume.header().number);
    }
    if (taken_once_ && !failed_ && !trust_is_missing_) {
        std::uint32_t whole = 0;  // without a gap from the first on: none of that can wait for a missing one
        while (there.contains(whole + 1)) {
            ++whole;
        }
        for (const std::uint32_t number : there) {
            if (waiting_ == 0 || number <= whole) {
                taken.insert(number);
            }
        }
        COTMOC_TRY(options_->peers.took(header_.writer, header_.bundle.view(), taken));
    }
    std::vector<std::uint32_t> missing;
    for (std::uint32_t number = 1; number <= header_.count && !failed_; ++number) {
        if (!there.contains(number)) {
            missing.push_back(number);
        }
    }
    return missing;
}

}  // namespace cotmoc::sync
