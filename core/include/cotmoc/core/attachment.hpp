// What a field of type attachments holds of each file: an item of a set, as one line of text, so that it is
// sealed, merged, exported and imported like any other item. Format: docs/spec/attachment.md.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>
#include <cotmoc/core/value.hpp>

namespace cotmoc::core {

struct Field;

/// How to find, check and open a sealed file.
struct AttachedFile {
    Hash256 id;              // of its manifest
    Hash256 key;             // opens its chunks; secret, so it stands in sealed content only
    std::uint64_t size = 0;  // of the file, in octets
    friend bool operator==(const AttachedFile&, const AttachedFile&) = default;
};

/// A smaller picture of a file: a file like any other, whose key follows from that of the file
/// (crypto::thumbnail_key).
struct AttachedThumbnail {
    Hash256 id;
    std::uint64_t size = 0;
    friend bool operator==(const AttachedThumbnail&, const AttachedThumbnail&) = default;
};

struct Attachment {
    AttachedFile file;
    std::optional<AttachedThumbnail> thumbnail;
    Hash256 content;         // the same for the same file, whatever its key (crypto::AttachmentContentHash)
    std::string media_type;  // "image/jpeg"; at most 100 of a-z 0-9 . + - / with one slash
    std::string name;        // UTF-8, 1 to 255 octets (is_attachment_name)
    friend bool operator==(const Attachment&, const Attachment&) = default;
};

inline constexpr std::uint64_t attachment_thumbnail_max = 256 * 1024;  // octets of the small picture
inline constexpr std::size_t attachment_name_max = 255;        // octets
inline constexpr std::size_t attachment_media_type_max = 100;  // octets

/// The one text of these values.
std::string attachment_text(const Attachment& attachment);
/// Strict inverse of attachment_text(): nothing for any other text.
std::optional<Attachment> parse_attachment(std::string_view text);
/// Whether a file may be recorded under this name; a path's last part is meant. No control characters, none
/// that turn the direction of writing, no slashes.
bool is_attachment_name(std::string_view name);

/// An item of a field for files as people and other programs see it: `*` in the place of its key. Of any text,
/// also one that this program cannot read.
std::string without_key(std::string_view item);
/// The same of whatever a field shows; a value of another type of field is returned as it is.
Value without_keys(const Field& field, Value value);
/// What an edit on this device may enter, beyond check_value(): wrong_type unless each item is a file that this
/// program can read, with a thumbnail of at most attachment_thumbnail_max octets. What others entered is
/// accepted whatever it is, so that all versions of the program agree; readers skip what they cannot read.
Result<void> check_entered(const Field& field, const Value& value);

}  // namespace cotmoc::core
