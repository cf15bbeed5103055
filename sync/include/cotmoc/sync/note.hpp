// Notes: signed statements of a device that stand in a change set beside its ops and change no record. An
// audit shows them. docs/spec/encoding.md.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/core/hlc.hpp>

#include <optional>
#include <string>

namespace cotmoc::sync {

inline constexpr std::size_t notes_max = 64;             // of one change set
inline constexpr std::size_t note_bytes_max = 4 * 1024;  // of one body

enum class NoteType : std::uint64_t { exported = 1, purged = 2 };

/// As it is carried. A type that this program does not know is kept and shown as unknown.
struct Note {
    std::uint64_t type = 0;
    core::Hlc at;
    Bytes body;
    friend bool operator==(const Note&, const Note&) = default;
};

/// Records of a space left the encrypted store as a file.
struct ExportedNote {
    SpaceId space;
    std::string kind;    // empty: every kind
    std::string format;  // "jsonl", "csv"
    std::uint64_t records = 0;
    friend bool operator==(const ExportedNote&, const ExportedNote&) = default;
};

/// The device removed the records and keys of a space that was withdrawn from it.
struct PurgedNote {
    SpaceId space;
    std::uint64_t trust_position = 0;  // where it learned of that
    friend bool operator==(const PurgedNote&, const PurgedNote&) = default;
};

Bytes encode_note_body(const ExportedNote& note);
Bytes encode_note_body(const PurgedNote& note);
/// Nothing if the note is of another type or its body is not of the one form.
std::optional<ExportedNote> read_exported(const Note& note);
std::optional<PurgedNote> read_purged(const Note& note);

}  // namespace cotmoc::sync
