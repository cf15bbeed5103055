// The octets of notes: in the head of a content, and while they wait in the store.
#pragma once

#include <cotmoc/base/binary.hpp>
#include <cotmoc/sync/note.hpp>

#include <vector>

namespace cotmoc::sync {

/// Stands where a change set's version octet would stand if there were no notes; no version has this number.
inline constexpr std::uint8_t notes_marker = 0xff;
/// As many octets of notes go beside ops, so that what the journal gathered still fits an envelope.
inline constexpr std::size_t notes_beside_ops_max = 32 * 1024;

/// Nothing for no notes: there is one form.
void write_notes(BinaryWriter& writer, const std::vector<Note>& notes);
/// What write_notes() wrote; the reader fails if it is anything else.
std::vector<Note> read_notes(BinaryReader& reader);

/// A note that was made and not signed yet, with the space in whose feed it belongs.
struct PendingNote {
    SpaceId space;
    Note note;
};
Bytes encode_pending_notes(const std::vector<PendingNote>& notes);
Result<std::vector<PendingNote>> decode_pending_notes(BytesView bytes);

}  // namespace cotmoc::sync
