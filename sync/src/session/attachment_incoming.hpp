// The chunks of one attachment that a session receives: part by part, checked by the manifest's hash, durable
// before they are acknowledged. Holds one chunk in memory.
#pragma once

#include "session/attachment_messages.hpp"

#include <cotmoc/sync/session.hpp>

namespace cotmoc::sync {

class AttachmentIncoming {
public:
    /// What a stop of the process may lose of what has come.
    static constexpr std::size_t unsaved_octets_max = 32 * 1024;
    static constexpr std::int64_t unsaved_ms_max = 1'000;

    explicit AttachmentIncoming(AttachmentStore& store) : store_(store) {}

    /// What comes from now on belongs to this attachment, whose manifest is held.
    Result<void> start(const Hash256& id);
    bool started_with(const Hash256& id) const { return started_ && id_ == id; }
    /// bad_attachment if a chunk does not fit its hash: what came of it is dropped.
    Result<void> receive(const AttachmentPart& part, AttachmentTransfer& received);
    /// Keeps what has come of the chunk under way if enough has, or if it is `due`.
    Result<void> save(std::int64_t now_ms, bool due);
    /// Chunks dealt with since the session began; nothing if none was since the last call.
    std::optional<std::uint64_t> take_stored();
    /// All octets that came, for the watch over progress.
    std::uint64_t octets() const { return octets_; }

private:
    Result<void> turn_to(std::size_t chunk, std::size_t offset);
    Result<void> finish_chunk(AttachmentTransfer& received);

    AttachmentStore& store_;
    bool started_ = false;
    Hash256 id_;
    crypto::AttachmentManifest manifest_;
    std::optional<std::size_t> chunk_;  // under way
    Bytes buffer_;                      // what has come of it
    std::size_t saved_ = 0;
    std::int64_t saved_at_ = 0;
    std::uint64_t stored_ = 0;
    std::uint64_t told_ = 0;
    std::uint64_t octets_ = 0;
};

}  // namespace cotmoc::sync
