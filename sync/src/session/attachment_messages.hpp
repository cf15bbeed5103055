// The messages of a session that are about attachments, and their one encoding (docs/spec/attachment.md).
#pragma once

#include "session/message.hpp"

#include <cotmoc/sync/attachment_store.hpp>

namespace cotmoc::sync {

/// Octets of a sealed chunk that travel in one message: what a cut loses at most of what has crossed.
inline constexpr std::size_t attachment_part_octets = 8 * 1024;
inline constexpr std::size_t attachment_part_octets_max = 16 * 1024;  // that a reader takes
inline constexpr std::size_t attachment_asked_max = 1'000;            // ids in one message

/// As body_size_max(), of the messages about attachments.
std::optional<std::size_t> attachment_body_size_max(MessageType type);

/// Which attachments does the other side hold, and how much of each? Ids rise.
Bytes encode_ask(const std::vector<Hash256>& ids);
Result<std::vector<Hash256>> decode_ask(BytesView body);

struct AttachmentState {
    enum class Kind : std::uint8_t { unknown = 0, held = 1, refused = 2 };
    Kind kind = Kind::unknown;
    ChunkSet chunks;               // of held: which ones
    std::uint64_t part_chunk = 0;  // and of which one a beginning
    std::uint64_t part_octets = 0;
    std::uint16_t refusal = 0;  // of refused: the number of an error
    friend bool operator==(const AttachmentState&, const AttachmentState&) = default;
};
AttachmentState state_of(const HeldAttachment& held);
/// In the order of what was asked; one for a manifest.
Bytes encode_states(const std::vector<AttachmentState>& states);
Result<std::vector<AttachmentState>> decode_states(BytesView body);

/// Send of this attachment what I lack.
struct AttachmentGet {
    Hash256 id;
    bool manifest = false;  // I lack that too, and hold nothing
    AttachmentState held;   // of kind held, or unknown with `manifest`
    friend bool operator==(const AttachmentGet&, const AttachmentGet&) = default;
};
Bytes encode_get(const AttachmentGet& get);
Result<AttachmentGet> decode_get(BytesView body);

Bytes encode_put(const Hash256& id);
Result<Hash256> decode_put(BytesView body);

struct AttachmentPart {
    std::uint64_t chunk = 0;
    std::uint64_t offset = 0;
    BytesView octets;  // into what was decoded; at least one
};
Bytes encode_chunk_part(const AttachmentPart& part);
Result<AttachmentPart> decode_chunk_part(BytesView body);

/// Chunks dealt with since the session began.
Bytes encode_stored(std::uint64_t chunks);
Result<std::uint64_t> decode_stored(BytesView body);

}  // namespace cotmoc::sync
