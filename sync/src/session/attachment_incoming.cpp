#include "session/attachment_incoming.hpp"

namespace cotmoc::sync {

Result<void> AttachmentIncoming::start(const Hash256& id) {
    COTMOC_ASSIGN(manifest_, store_.manifest(id));
    id_ = id;
    started_ = true;
    chunk_.reset();
    buffer_.clear();
    saved_ = 0;
    return {};
}

Result<void> AttachmentIncoming::turn_to(std::size_t chunk, std::size_t offset) {
    if (chunk_ || chunk >= manifest_.chunks.size()) {
        return fail(ErrorCode::protocol_error, "part of another chunk");
    }
    buffer_.clear();
    if (offset != 0) {
        COTMOC_ASSIGN(buffer_, store_.part(id_, chunk));
        if (buffer_.size() < offset) {
            return fail(ErrorCode::protocol_error, "part of a chunk without its beginning");
        }
    }
    saved_ = buffer_.size() == offset ? offset : 0;
    buffer_.resize(offset);
    buffer_.reserve(manifest_.sealed_length(chunk));
    chunk_ = chunk;
    return {};
}

Result<void> AttachmentIncoming::receive(const AttachmentPart& part, AttachmentTransfer& received) {
    if (!started_) {
        return fail(ErrorCode::protocol_error, "part of nothing");
    }
    const auto chunk = static_cast<std::size_t>(part.chunk);
    const auto offset = static_cast<std::size_t>(part.offset);
    if (chunk_ != chunk) {
        COTMOC_TRY(turn_to(chunk, offset));
    }
    const std::size_t length = manifest_.sealed_length(chunk);
    if (offset != buffer_.size() || part.octets.size() > length - offset) {
        return fail(ErrorCode::protocol_error, "part at another place");
    }
    buffer_.insert(buffer_.end(), part.octets.begin(), part.octets.end());
    received.bytes += part.octets.size();
    octets_ += part.octets.size();
    return buffer_.size() == length ? finish_chunk(received) : Result<void>();
}

Result<void> AttachmentIncoming::finish_chunk(AttachmentTransfer& received) {
    const std::size_t chunk = *chunk_;
    chunk_.reset();
    if (crypto::attachment_chunk_hash(buffer_) != manifest_.chunks[chunk]) {
        COTMOC_TRY(store_.drop_part(id_, chunk));
        return fail(ErrorCode::bad_attachment, "chunk " + std::to_string(chunk));
    }
    COTMOC_TRY(store_.keep_chunk(id_, chunk, buffer_, saved_));
    saved_ = 0;
    buffer_.clear();
    ++stored_;
    ++received.chunks;
    return {};
}

Result<void> AttachmentIncoming::save(std::int64_t now_ms, bool due) {
    if (!chunk_ || buffer_.size() == saved_) {
        saved_at_ = now_ms;
        return {};
    }
    if (due || buffer_.size() - saved_ >= unsaved_octets_max || now_ms - saved_at_ >= unsaved_ms_max) {
        COTMOC_TRY(store_.keep_part(id_, *chunk_, buffer_, saved_));
        saved_ = buffer_.size();
        saved_at_ = now_ms;
    }
    return {};
}

std::optional<std::uint64_t> AttachmentIncoming::take_stored() {
    return std::exchange(told_, stored_) != stored_ ? std::optional(stored_) : std::nullopt;
}

}  // namespace cotmoc::sync
