// Enrolment over any channel that cannot be trusted: both sides first commit to what they say, then say it,
// and two people compare nine digits by voice (docs/spec/trust.md). Who commits first cannot look for words
// that give the same digits, so a person in the middle has one guess an attempt.
#pragma once

#include <cotmoc/crypto/key_ring.hpp>

namespace cotmoc::crypto {

/// One side of one attempt. The messages are lines of text, in this order:
/// device commit -> authority commit -> device reveal -> authority reveal.
class RemoteEnrolment {
public:
    enum class Side : std::uint8_t { device = 1, authority = 2 };

    /// The device says its enrolment request, the authority the root's fingerprint.
    static RemoteEnrolment of_device(std::string_view request, Random& random);
    static RemoteEnrolment of_authority(const Hash256& root_fingerprint, Random& random);

    Side side() const { return side_; }
    std::string commit() const;
    /// bad_offer before the other side's commit is held: it must not see this first.
    Result<std::string> reveal() const;
    /// A message of the other side. bad_offer if it is out of turn, of the same side or not what was
    /// committed to; what was held stays.
    Result<void> take(std::string_view message);
    bool holds_commit() const { return commit_.has_value(); }
    bool complete() const { return revealed_.has_value(); }

    /// Nine digits in three groups, the same on both sides. bad_offer before complete().
    Result<std::string> code() const;
    /// As a person types it: digits with or without spaces. code_differs.
    Result<void> check_code(std::string_view typed) const;
    /// What the other side said; complete() must hold. bad_offer.
    Result<std::string> request() const;       // of the device, for the authority
    Result<Hash256> root_fingerprint() const;  // of the authority, for the device

    /// Between one message and the next. It holds the random part that must stay secret until reveal().
    Bytes save() const;
    static Result<RemoteEnrolment> load(BytesView bytes);  // bad_offer

private:
    RemoteEnrolment(Side side, Bytes said);
    Side other() const { return side_ == Side::device ? Side::authority : Side::device; }

    Side side_;
    Bytes said_;  // random part and payload of this side
    std::optional<Hash256> commit_;
    std::optional<Bytes> revealed_;
};

/// H("channel", what the device revealed, what the authority revealed) as a number below `limit`. The real
/// code has the limit 10^9; tests count how often a short one is guessed.
std::uint64_t channel_code(BytesView device_said, BytesView authority_said, std::uint64_t limit);

}  // namespace cotmoc::crypto
