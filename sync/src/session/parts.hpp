// Long envelopes go in parts, so that a session that is cut in the middle of one has not been for nothing.
#pragma once

#include "session/message.hpp"

#include <algorithm>
#include <functional>

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
    /// What at least has to go now: the whole, or a first part that is worth keeping over there.
    std::size_t shortest() const {
        return offset_ == 0 ? std::min<std::size_t>(envelope_.size(), held_part_min) : 1;
    }
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
    using Load = std::function<Result<Bytes>()>;
    /// What an earlier session left; `load` is called when the other side goes on with it.
    void found(const HeldPart& kept, Load load);
    /// What to announce; nothing if it is not worth it.
    std::optional<HeldPart> held() const;
    /// The whole envelope, with its last octets. protocol_error if the part does not go on where the last one
    /// ended and does not begin anew, or if what was kept is not what was announced.
    Result<std::optional<Bytes>> add(const Part& part);

    BytesView octets() const { return octets_; }
    /// Octets of the first part taken that an earlier session had brought.
    std::uint64_t resumed() const { return resumed_; }
    void drop() {
        unsaved_ = unsaved_ || kept_ || !octets_.empty();
        kept_.reset();
        octets_.clear();
    }
    bool unsaved() const { return unsaved_; }
    /// So much is unsaved that it is worth writing all of it in the midst of a session.
    bool save_is_due() const;
    void saved() {
        unsaved_ = false;
        saved_ = octets_.size();
    }

private:
    Result<void> load_kept();

    Bytes octets_;
    std::optional<HeldPart> kept_;  // not loaded
    Load load_;
    std::size_t saved_ = 0;
    std::uint64_t resumed_ = 0;
    bool unsaved_ = false;
};

}  // namespace cotmoc::sync
