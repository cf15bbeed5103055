// The chunks of one attachment that a session sends, and those sent that the other side has not stored yet.
// Holds one chunk in memory.
#pragma once

#include "session/attachment_messages.hpp"

#include <cotmoc/sync/session.hpp>

#include <deque>

namespace cotmoc::sync {

class AttachmentOutgoing {
public:
    AttachmentOutgoing(AttachmentStore& store, std::size_t window_bytes)
        : store_(store), window_bytes_(window_bytes) {}

    /// Sends of this attachment what is held here and not there; first the rest of the chunk that has begun.
    Result<void> start(const Hash256& id, const AttachmentState& there);
    /// The next part, of at most so many octets, noted as sent; nothing if all is sent or the window is full.
    Result<std::optional<Bytes>> next(std::size_t octets_max, AttachmentTransfer& sent);
    /// Leaves what is not sent.
    void stop();
    bool all_sent() const { return chunks_.empty(); }
    bool all_stored() const { return in_flight_.empty(); }
    std::size_t bytes_in_flight() const { return bytes_in_flight_; }
    /// protocol_error if more is said to be stored than was sent.
    Result<void> stored(std::uint64_t chunks, AttachmentTransfer& sent);
    /// The other side holds all chunks now, as far as it said.
    bool delivered_whole() const { return there_.whole() && all_sent() && all_stored(); }

private:
    struct InFlight {
        std::size_t chunk = 0;
        std::size_t octets = 0;
    };
    /// Reads the next chunk; skips those that are damaged here.
    Result<void> load();

    AttachmentStore& store_;
    std::size_t window_bytes_;
    Hash256 id_;
    crypto::AttachmentManifest manifest_;
    ChunkSet there_;
    std::deque<std::size_t> chunks_;  // to send; the first one may be under way
    std::size_t first_offset_ = 0;    // where the first one begins
    Bytes current_;                   // the first one, once it is read
    std::size_t offset_ = 0;
    std::deque<InFlight> in_flight_;  // whole chunks that were sent
    std::size_t bytes_in_flight_ = 0;
    std::size_t current_sent_ = 0;
    std::uint64_t stored_ = 0;
};

}  // namespace cotmoc::sync
