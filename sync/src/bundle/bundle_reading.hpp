// The volumes given of one bundle, on their way into the store.
#pragma once

#include "bundle/volume.hpp"
#include "session/holdings.hpp"
#include "session/incoming.hpp"

namespace cotmoc::sync {

/// Keeps an error that is the fault of a file; one of this machine (disk, database) is passed on.
Result<void> note_problem(BundleRead& read, Error error);

class BundleReading {
public:
    BundleReading(const BundleImport& options, const VolumeHeader& header)
        : options_(&options), header_(header) {}

    bool is_part(const VolumeHeader& header) const {
        return header.bundle == header_.bundle && header.writer == header_.writer &&
               header.count == header_.count;
    }
    void add(VolumeReader volume);

    /// Takes in what can be taken in; true if anything was new. May be called again when other bundles have
    /// brought more.
    Result<bool> take(BundleRead& read);
    /// Nothing of what was given is left.
    bool is_done() const { return failed_ || (taken_once_ && waiting_ == 0 && !trust_is_missing_); }
    std::uint64_t waiting() const { return waiting_; }
    bool trust_is_missing() const { return trust_is_missing_; }
    /// Remembers what was taken in; the numbers of the volumes that were never there.
    Result<std::vector<std::uint32_t>> note_taken();
    std::uint32_t count() const { return header_.count; }
    std::string name() const { return name_; }

private:
    FeedStore& store() { return options_->store; }
    Result<bool> take_trust(BundleRead& read);
    Result<void> take_trust_of(VolumeReader& volume, BundleRead& read);
    Result<void> leave_out(BundleRead& read, const VolumeReader& volume, Error error);
    Result<bool> take_trust_entry(BytesView entry);
    Result<bool> check_writer(BundleRead& read);
    Result<void> read_holdings(BundleRead& read);
    Result<void> take_envelopes(BundleRead& read, SessionReport& report);
    Result<void> take_volume(VolumeReader& volume, Incoming& incoming, const Passable& passable,
                             BundleRead& read, SessionReport& report);
    Result<void> tell_holdings(Holdings& seen);
    BundleHoldings common_holdings(const crypto::TrustState::Device& own,
                                   const crypto::TrustState::Device& writer);
    Result<void> fail_with(BundleRead& read, Error error);

    const BundleImport* options_;
    VolumeHeader header_;
    std::string name_;
    std::vector<VolumeReader> volumes_;  // by number; before their signatures were checked one may be twice
    std::optional<BundleHoldings> holdings_;
    bool taken_once_ = false;
    bool failed_ = false;
    bool trust_is_missing_ = false;
    std::uint64_t waiting_ = 0;
};

}  // namespace cotmoc::sync
