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

    /// What becomes of a chunk that does not fit, if its beginning was kept by an earlier session.
    enum class Mismatch : std::uint8_t { ends_session, leaves_chunk };
    /// What comes from now on belongs to this attachment, whose manifest is held.
    Result<void> start(const Hash256& id, Mismatch mismatch);
    /// What comes from now on is thrown away.
    void skip(const crypto::AttachmentManifest& manifest);
    /// Nothing more belongs to it; what came of a chunk can still be saved.
    void end() { started_ = false; }
    /// bad_attachment if a chunk does not fit its hash: what came of it is dropped. protocol_error for a chunk
    /// that came since it started; and, where the other side was told what is held, for one that was held.
    Result<void> receive(const AttachmentPart& part, AttachmentTransfer& received);
    /// Keeps what has come of the chunk under way if enough has, or if it is `due`.
    Result<void> save(std::int64_t now_ms, bool due);
    /// Chunks dealt with since the session began; nothing if none was since the last call.
    std::optional<std::uint64_t> take_stored();
    /// All octets that came of chunks that were lacking, for the watch over progress.
    std::uint64_t octets() const { return octets_; }

private:
    Result<void> turn_to(std::size_t chunk, std::size_t offset);
    Result<void> finish_chunk(AttachmentTransfer& received);

    AttachmentStore& store_;
    bool started_ = false;
    bool skipping_ = false;
    Mismatch mismatch_ = Mismatch::ends_session;
    ChunkSet held_;  // when it started
    ChunkSet came_;  // since
    bool old_prefix_ = false;  // the buffer begins with what an earlier session kept
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
