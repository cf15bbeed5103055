// What a field of type attachments holds of each file: an item of a set, as one line of text, so that it is
// sealed, merged, exported and imported like any other item. Format: docs/spec/attachment.md.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>

namespace cotmoc::core {

/// How to find, check and open a sealed file.
struct AttachedFile {
    Hash256 id;              // of its manifest
    Hash256 key;             // opens its chunks; secret, so it stands in sealed content only
    std::uint64_t size = 0;  // of the file, in octets
    friend bool operator==(const AttachedFile&, const AttachedFile&) = default;
};

struct Attachment {
    AttachedFile file;
    std::optional<AttachedFile> thumbnail;
    Hash256 content;         // the same for the same file, whatever its key (crypto::AttachmentContentHash)
    std::string media_type;  // "image/jpeg"; at most 100 of a-z 0-9 . + - / with one slash
    std::string name;        // UTF-8 without control characters and slashes, 1 to 255 octets
    friend bool operator==(const Attachment&, const Attachment&) = default;
};

inline constexpr std::size_t attachment_name_max = 255;        // octets
inline constexpr std::size_t attachment_media_type_max = 100;  // octets

/// The one text of these values.
std::string attachment_text(const Attachment& attachment);
/// Strict inverse of attachment_text(): nothing for any other text.
std::optional<Attachment> parse_attachment(std::string_view text);
/// Whether a file may be recorded under this name; a path's last part is meant.
bool is_attachment_name(std::string_view name);

}  // namespace cotmoc::core
