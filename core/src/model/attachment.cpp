#include <cotmoc/core/attachment.hpp>

#include <cotmoc/core/value.hpp>

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

std::string file_text(const AttachedFile& file) {
    return to_base64url(file.id.view()) + " " + to_base64url(file.key.view()) + " " +
           std::to_string(file.size);
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

std::optional<AttachedFile> take_file(std::string_view& rest) {
    const std::optional<Hash256> id = take_hash(rest);
    const std::optional<Hash256> key = take_hash(rest);
    const std::string_view digits = take_word(rest);
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    if (!id || !key || !whole || size > size_max) {
        return std::nullopt;
    }
    return AttachedFile{*id, *key, size};
}

}  // namespace

bool is_attachment_name(std::string_view name) {
    const auto is_bad = [](char letter) {
        const auto octet = static_cast<unsigned char>(letter);
        return octet < 0x20 || octet == 0x7f || letter == '/' || letter == '\\';
    };
    return !name.empty() && name.size() <= attachment_name_max && name != "." && name != ".." &&
           is_valid_utf8(name) && std::ranges::none_of(name, is_bad);
}

std::string attachment_text(const Attachment& attachment) {
    const std::string thumbnail = attachment.thumbnail ? file_text(*attachment.thumbnail) : std::string(none);
    return std::string(version) + " " + file_text(attachment.file) + " " + thumbnail + " " +
           to_base64url(attachment.content.view()) + " " + attachment.media_type + " " + attachment.name;
}

std::optional<Attachment> parse_attachment(std::string_view text) {
    std::string_view rest = text;
    if (take_word(rest) != version) {
        return std::nullopt;
    }
    Attachment attachment;
    const std::optional<AttachedFile> file = take_file(rest);
    if (!file) {
        return std::nullopt;
    }
    attachment.file = *file;
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

}  // namespace cotmoc::core
