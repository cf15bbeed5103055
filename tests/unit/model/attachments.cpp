#include <cotmoc/core/attachment.hpp>
#include <cotmoc/core/catalogue.hpp>
#include <cotmoc/core/value.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

Hash256 filled(std::uint8_t octet) {
    Hash256 hash;
    hash.octets.fill(octet);
    return hash;
}

Attachment photo() {
    return {{filled(1), filled(2), 1'234'567}, std::nullopt, filled(3), "image/jpeg", "biên bản 1.jpg"};
}

}  // namespace

TEST_CASE("an attachment has one text, and the text gives it back") {
    Attachment attachment = photo();
    SUBCASE("with a thumbnail") { attachment.thumbnail = AttachedFile{filled(4), filled(5), 9'000}; }
    SUBCASE("without one") {}
    SUBCASE("an empty file") { attachment.file.size = 0; }
    const std::string text = attachment_text(attachment);
    CHECK(is_valid_utf8(text));
    CHECK(parse_attachment(text) == attachment);
}

TEST_CASE("any other text than the one is refused") {
    const std::string text = attachment_text(photo());
    const auto without = [&](std::size_t at) { return text.substr(0, at) + text.substr(at + 1); };
    const std::size_t name = text.find("biên");
    for (std::size_t at = 0; at < name; ++at) {
        CAPTURE(at);
        const auto parsed = parse_attachment(without(at));
        // A media type or a size may lose a letter and stay one, but never be read as the same attachment.
        CHECK((!parsed || *parsed != photo()));
        CHECK((!parsed || attachment_text(*parsed) == without(at)));
    }
    for (std::size_t length = 0; length <= name; ++length) {
        CHECK_FALSE(parse_attachment(text.substr(0, length)));
    }
    const std::string digits = " 1234567 ";
    const auto with_size = [&](const std::string& size) {
        return std::string(text).replace(text.find(digits), digits.size(), size);
    };
    CHECK(parse_attachment(with_size(" 2147483648 ")));
    for (const char* size : {" 01234567 ", " +1234567 ", " 2147483649 ", "  ", " 99999999999999999999 "}) {
        CHECK_FALSE(parse_attachment(with_size(size)));
    }
    CHECK_FALSE(parse_attachment("a2" + text.substr(2)));
    CHECK_FALSE(parse_attachment(""));
}

TEST_CASE("names that lead out of a folder or hide a part of themselves are refused") {
    for (const char* name : {"", ".", "..", "a/b", "a\\b", "a\nb", "a\x7f", "\xff"}) {
        CAPTURE(name);
        CHECK_FALSE(is_attachment_name(name));
        Attachment attachment = photo();
        attachment.name = name;
        CHECK_FALSE(parse_attachment(attachment_text(attachment)));
    }
    CHECK(is_attachment_name(std::string(255, 'a')));
    CHECK_FALSE(is_attachment_name(std::string(256, 'a')));
    for (const char* type : {"", "image", "image/", "/jpeg", "image/jpeg/x", "Image/jpeg", "image/jpeg;a"}) {
        CAPTURE(type);
        Attachment attachment = photo();
        attachment.media_type = type;
        CHECK_FALSE(parse_attachment(attachment_text(attachment)));
    }
}
