#include "replica/notes.hpp"

namespace cotmoc::sync {
namespace {

constexpr std::size_t note_size_min = 1 + 6 + 2 + 1;

void write_note(BinaryWriter& writer, const Note& note) {
    writer.varint(note.type);
    writer.u48(note.at.wall_ms);
    writer.u16(note.at.counter);
    writer.blob(note.body);
}

Note read_note(BinaryReader& reader) {
    Note note;
    note.type = reader.varint();
    note.at.wall_ms = reader.u48();
    note.at.counter = reader.u16();
    const BytesView body = reader.blob();
    if (body.size() > note_bytes_max) {
        reader.set_failed();
        return note;
    }
    note.body.assign(body.begin(), body.end());
    return note;
}

bool is(const Note& note, NoteType type) { return note.type == static_cast<std::uint64_t>(type); }

}  // namespace

void write_notes(BinaryWriter& writer, const std::vector<Note>& notes) {
    if (notes.empty()) {
        return;
    }
    writer.u8(notes_marker);
    writer.varint(notes.size());
    for (const Note& note : notes) {
        write_note(writer, note);
    }
}

std::vector<Note> read_notes(BinaryReader& reader) {
    std::vector<Note> notes;
    BinaryReader ahead = reader;
    if (ahead.remaining() == 0 || ahead.u8() != notes_marker) {
        return notes;
    }
    reader.u8();
    const std::size_t count = reader.count(note_size_min);
    if (count == 0 || count > notes_max) {
        reader.set_failed();
        return notes;
    }
    for (std::size_t left = count; left > 0 && reader.ok(); --left) {
        notes.push_back(read_note(reader));
    }
    return notes;
}

Bytes encode_pending_notes(const std::vector<PendingNote>& notes) {
    BinaryWriter writer;
    for (const PendingNote& pending : notes) {
        writer.id(pending.space);
        write_note(writer, pending.note);
    }
    return writer.take();
}

Result<std::vector<PendingNote>> decode_pending_notes(BytesView bytes) {
    BinaryReader reader(bytes);
    std::vector<PendingNote> notes;
    while (reader.ok() && reader.remaining() > 0) {
        const SpaceId space = reader.id<SpaceId>();
        notes.push_back({space, read_note(reader)});
    }
    if (!reader.ok()) {
        return fail(ErrorCode::database_damaged, "pending notes");
    }
    return notes;
}

Bytes encode_note_body(const ExportedNote& note) {
    BinaryWriter writer;
    writer.id(note.space);
    writer.string(note.kind);
    writer.string(note.format);
    writer.varint(note.records);
    return writer.take();
}

Bytes encode_note_body(const PurgedNote& note) {
    BinaryWriter writer;
    writer.id(note.space);
    writer.varint(note.trust_position);
    return writer.take();
}

std::optional<ExportedNote> read_exported(const Note& note) {
    BinaryReader reader(note.body);
    ExportedNote exported;
    exported.space = reader.id<SpaceId>();
    exported.kind = reader.string();
    exported.format = reader.string();
    exported.records = reader.varint();
    return is(note, NoteType::exported) && reader.finished() ? std::optional(exported) : std::nullopt;
}

std::optional<PurgedNote> read_purged(const Note& note) {
    BinaryReader reader(note.body);
    PurgedNote purged;
    purged.space = reader.id<SpaceId>();
    purged.trust_position = reader.varint();
    return is(note, NoteType::purged) && reader.finished() ? std::optional(purged) : std::nullopt;
}

}  // namespace cotmoc::sync
