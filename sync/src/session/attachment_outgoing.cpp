#include "session/attachment_outgoing.hpp"

#include <algorithm>

namespace cotmoc::sync {

Result<void> AttachmentOutgoing::start(const Hash256& id, const AttachmentState& there) {
    if (!all_sent() || !all_stored()) {
        return fail(ErrorCode::protocol_error, "two attachments at once");
    }
    COTMOC_ASSIGN(manifest_, store_.manifest(id));
    COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_.find(id));
    if (!held || held->chunks.size() != there.chunks.size()) {
        return fail(ErrorCode::protocol_error, "chunks of another attachment");
    }
    id_ = id;
    there_ = there.chunks;
    chunks_.clear();
    current_.clear();
    offset_ = 0;
    const auto begun = static_cast<std::size_t>(there.part_chunk);
    first_offset_ = 0;
    if (there.part_octets != 0 && held->chunks.has(begun)) {
        if (there.part_octets > manifest_.sealed_length(begun)) {
            return fail(ErrorCode::protocol_error, "part of a chunk");
        }
        // Of a chunk that came to its end without a mark, the last octet goes once more, to end it again.
        first_offset_ =
            std::min(static_cast<std::size_t>(there.part_octets), manifest_.sealed_length(begun) - 1);
        chunks_.push_back(begun);
    }
    for (std::size_t chunk = 0; chunk < held->chunks.size(); ++chunk) {
        if (held->chunks.has(chunk) && !there_.has(chunk) && (chunks_.empty() || chunk != chunks_.front())) {
            chunks_.push_back(chunk);
        }
    }
    return {};
}

Result<void> AttachmentOutgoing::load() {
    while (current_.empty() && !chunks_.empty()) {
        const std::size_t chunk = chunks_.front();
        COTMOC_ASSIGN(current_, store_.chunk(id_, chunk));
        offset_ = std::exchange(first_offset_, 0);
        if (current_.size() != manifest_.sealed_length(chunk) ||
            crypto::attachment_chunk_hash(current_) != manifest_.chunks[chunk]) {
            // The disk has changed it. Nobody is given it, and it is fetched again.
            COTMOC_TRY(store_.drop_chunk(id_, chunk));
            current_.clear();
            chunks_.pop_front();
        }
    }
    return {};
}

Result<std::optional<Bytes>> AttachmentOutgoing::next(std::size_t octets_max, AttachmentTransfer& sent) {
    if (bytes_in_flight_ >= window_bytes_ && current_.empty()) {
        return std::nullopt;  // a chunk that was begun is sent to its end: only whole ones are acknowledged
    }
    COTMOC_TRY(load());
    if (chunks_.empty()) {
        return std::nullopt;
    }
    const std::size_t length = std::min({attachment_part_octets, octets_max, current_.size() - offset_});
    Bytes part = encode_chunk_part({chunks_.front(), offset_, BytesView(current_).subspan(offset_, length)});
    offset_ += length;
    sent.bytes += length;
    current_sent_ += length;
    bytes_in_flight_ += length;
    if (offset_ == current_.size()) {
        in_flight_.push_back({chunks_.front(), std::exchange(current_sent_, 0)});
        chunks_.pop_front();
        current_.clear();
    }
    return part;
}

void AttachmentOutgoing::stop() {
    bytes_in_flight_ -= std::exchange(current_sent_, 0);
    chunks_.clear();
    current_.clear();
}

Result<void> AttachmentOutgoing::stored(std::uint64_t chunks, AttachmentTransfer& sent) {
    if (chunks <= stored_ || chunks - stored_ > in_flight_.size()) {
        return fail(ErrorCode::protocol_error, "stored what was not sent");
    }
    for (; stored_ < chunks; ++stored_) {
        there_.add(in_flight_.front().chunk);
        bytes_in_flight_ -= in_flight_.front().octets;
        in_flight_.pop_front();
        sent.chunks += 1;
    }
    return {};
}

}  // namespace cotmoc::sync
