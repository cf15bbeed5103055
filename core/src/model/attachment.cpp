#include <cotmoc/core/attachment.hpp>

#include <cotmoc/core/catalogue.hpp>

#include <algorithm>
#include <charconv>

namespace cotmoc::core {
namespace {

constexpr std::string_view version = "a1";
constexpr std::string_view none = "-";
constexpr std::uint64_t size_max = 2ULL << 30;

bool is_media_type(std::string_view type) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789.+-/";
    const std::size_t slash = type.find('/');
    return type.size() <= attachment_media_type_max && slash != std::string_view::npos && slash != 0 &&
           slash + 1 < type.size() && type.find('/', slash + 1) == std::string_view::npos &&
           type.find_first_not_of(letters) == std::string_view::npos;
}

/// Where an item's key stands, after "a1 " of any version: octets.
constexpr std::size_t key_from = 3;
constexpr std::size_t key_until = key_from + 43;

std::string file_text(const Hash256& id, std::uint64_t size) {
    return to_base64url(id.view()) + " " + std::to_string(size);
}

/// Takes the text up to the next space, and the space.
std::string_view take_word(std::string_view& rest) {
    const std::size_t end = rest.find(' ');
    const std::string_view word = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return word;
}

std::optional<Hash256> take_hash(std::string_view& rest) {
    const std::optional<Bytes> octets = from_base64url(take_word(rest));
    return octets ? Hash256::from(*octets) : std::nullopt;
}

std::optional<AttachedThumbnail> take_file(std::string_view& rest) {
    const std::optional<Hash256> id = take_hash(rest);
    const std::string_view digits = take_word(rest);
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    if (!id || !whole || size > size_max) {
        return std::nullopt;
    }
    return AttachedThumbnail{*id, size};
}

/// C1 controls, and marks that make a text run the other way: "gpj.exe" would read "exe.jpg".
bool hides_something(std::string_view name) {
    for (std::size_t at = 0; at + 1 < name.size(); ++at) {
        const auto octet = [&](std::size_t further) {
            return at + further < name.size() ? static_cast<unsigned char>(name[at + further]) : 0u;
        };
        const bool control = octet(0) == 0xc2 && octet(1) >= 0x80 && octet(1) <= 0x9f;
        const bool letter_mark = octet(0) == 0xd8 && octet(1) == 0x9c;  // U+061C
        // U+200E, U+200F, U+2028 to U+202E
        const bool mark = octet(0) == 0xe2 && octet(1) == 0x80 &&
                          (octet(2) == 0x8e || octet(2) == 0x8f || (octet(2) >= 0xa8 && octet(2) <= 0xae));
        // U+2066 to U+2069
        const bool isolate = octet(0) == 0xe2 && octet(1) == 0x81 && octet(2) >= 0xa6 && octet(2) <= 0xa9;
        if (control || letter_mark || mark || isolate) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_attachment_name(std::string_view name) {
    const auto is_bad = [](char letter) {
        const auto octet = static_cast<unsigned char>(letter);
        return octet < 0x20 || octet == 0x7f || letter == '/' || letter == '\\';
    };
    return !name.empty() && name.size() <= attachment_name_max && name != "." && name != ".." &&
           is_valid_utf8(name) && std::ranges::none_of(name, is_bad) && !hides_something(name);
}

std::string attachment_text(const Attachment& attachment) {
    const std::string thumbnail = attachment.thumbnail
                                      ? file_text(attachment.thumbnail->id, attachment.thumbnail->size)
                                      : std::string(none);
    return std::string(version) + " " + to_base64url(attachment.file.key.view()) + " " +
           file_text(attachment.file.id, attachment.file.size) + " " + thumbnail + " " +
           to_base64url(attachment.content.view()) + " " + attachment.media_type + " " + attachment.name;
}

std::optional<Attachment> parse_attachment(std::string_view text) {
    std::string_view rest = text;
    if (take_word(rest) != version) {
        return std::nullopt;
    }
    Attachment attachment;
    const std::optional<Hash256> key = take_hash(rest);
    const std::optional<AttachedThumbnail> file = take_file(rest);
    if (!key || !file) {
        return std::nullopt;
    }
    attachment.file = {file->id, *key, file->size};
    if (rest.starts_with("- ")) {
        take_word(rest);
    } else {
        attachment.thumbnail = take_file(rest);
        if (!attachment.thumbnail) {
            return std::nullopt;
        }
    }
    const std::optional<Hash256> content = take_hash(rest);
    attachment.media_type = take_word(rest);
    attachment.name = rest;
    if (!content || !is_media_type(attachment.media_type) || !is_attachment_name(attachment.name)) {
        return std::nullopt;
    }
    attachment.content = *content;
    // A leading zero of a size, say, would be a second text of the same values.
    return attachment_text(attachment) == text ? std::optional(std::move(attachment)) : std::nullopt;
}

std::string without_key(std::string_view item) {
    const std::string_view head = item.substr(0, key_until);
    const bool has_place = item.size() > key_until && std::ranges::all_of(head, [](char letter) {
                               return static_cast<unsigned char>(letter) < 0x80;
                           });
    return has_place ? std::string(item.substr(0, key_from)) + "*" + std::string(item.substr(key_until)) : "*";
}

Value without_keys(const Field& field, Value value) {
    if (field.type != FieldType::attachments) {
        return value;
    }
    if (auto* list = std::get_if<TextList>(&value)) {
        for (std::string& item : *list) {
            item = without_key(item);
        }
    } else if (auto* item = std::get_if<std::string>(&value)) {
        *item = without_key(*item);
    }
    return value;
}

Result<void> check_entered(const Field& field, const Value& value) {
    if (field.type != FieldType::attachments) {
        return {};
    }
    const auto check = [&](const std::string& item) -> Result<void> {
        const std::optional<Attachment> read = parse_attachment(item);
        if (!read || (read->thumbnail && read->thumbnail->size > attachment_thumbnail_max)) {
            return fail(ErrorCode::wrong_type, field.name + ": not a file that was attached");
        }
        return {};
    };
    if (const auto* item = std::get_if<std::string>(&value)) {
        return check(*item);
    }
    if (const auto* list = std::get_if<TextList>(&value)) {
        for (const std::string& item : *list) {
            COTMOC_TRY(check(item));
        }
    }
    return {};
}

}  // namespace cotmoc::core
