// Keys of files in what a query gives.
#include "store/masked_keys.hpp"

#include <cotmoc/core/attachment.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

Attachment some_file() {
    Attachment file;
    file.file.id.octets.fill(1);
    file.file.key.octets.fill(0xfe);
    file.file.size = 7;
    file.content.octets.fill(3);
    file.media_type = "text/plain";
    file.name = "a a1 b.txt";
    return file;
}

}  // namespace

TEST_CASE("an item without its key is the one that all commands show, wherever it stands in a text") {
    const std::string item = attachment_text(some_file());
    const std::string shown = without_key(item);
    REQUIRE(shown != item);
    CHECK(without_keys_in(item) == shown);
    CHECK(without_keys_in(R"({"1":[")" + item + R"(",")" + item + R"("]})") ==
          R"({"1":[")" + shown + R"(",")" + shown + R"("]})");
    CHECK(without_keys_in("aa a1 " + item + "a") == "aa a1 " + shown + "a");
    std::string newer = item;
    newer[1] = '2';
    CHECK(without_keys_in(newer) == without_key(newer));
}

TEST_CASE("octets without keys are as many") {
    const std::string item = attachment_text(some_file());
    const Bytes octets = without_keys_in(as_bytes("\x01\xff" + item));
    CHECK(octets.size() == as_bytes("\x01\xff" + item).size());
    const std::string text(octets.begin(), octets.end());
    CHECK(text.find(to_base64url(some_file().file.key.view())) == std::string::npos);
    CHECK(text.find("a1 " + std::string(43, '*') + " " + to_base64url(some_file().file.id.view())) !=
          std::string::npos);
}

TEST_CASE("what is no item stays as it is") {
    const std::string item = attachment_text(some_file());
    for (const std::string& text :
         {std::string(), std::string("a"), std::string("a1 "), item.substr(0, 60), item.substr(1),
          "b1" + item.substr(2), "a1  " + item.substr(3), without_key(item)}) {
        CAPTURE(text);
        CHECK(without_keys_in(text) == text);
    }
}
