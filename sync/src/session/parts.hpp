// Long envelopes go in parts, so that a session that is cut in the middle of one has not been for nothing.
#pragma once

#include "session/message.hpp"

namespace cotmoc::sync {

/// The sending side: one envelope at a time, from where the other side holds it.
class PartSender {
public:
    /// What the other side said it holds of some envelope.
    void peer_holds(const std::optional<HeldPart>& held) { held_ = held; }
    void begin(Bytes envelope);
    bool busy() const { return offset_ < envelope_.size(); }
    /// Octets that an earlier session had brought over.
    std::size_t resumed() const { return resumed_; }
    bool goes_whole(std::size_t size) const { return offset_ == 0 && envelope_.size() <= size; }
    Bytes take_whole();
    /// The next octets, at most `size`, which is not 0. Valid until the next call of anything.
    Part next(std::size_t size);
    void abandon() {
        envelope_.clear();
        offset_ = 0;
    }

private:
    std::optional<HeldPart> held_;
    Bytes envelope_;
    std::size_t offset_ = 0;
    std::size_t resumed_ = 0;
};

/// The receiving side: the octets of the last envelope that came in parts and is not whole yet.
class PartReceiver {
public:
    /// What an earlier session left.
    void load(Bytes octets);
    /// What to announce; nothing if it is not worth it.
    std::optional<HeldPart> held() const;
    /// The whole envelope, with its last octets. protocol_error if the part does not go on where the last one
    /// ended and does not begin anew.
    Result<std::optional<Bytes>> add(const Part& part);

    BytesView octets() const { return octets_; }
    /// Octets of the first part taken that an earlier session had brought.
    std::uint64_t resumed() const { return resumed_; }
    void drop() {
        unsaved_ = unsaved_ || !octets_.empty();
        octets_.clear();
    }
    bool unsaved() const { return unsaved_; }
    void saved() { unsaved_ = false; }

private:
    Bytes octets_;
    std::uint64_t loaded_ = 0;
    std::uint64_t resumed_ = 0;
    bool unsaved_ = false;
};

}  // namespace cotmoc::sync
