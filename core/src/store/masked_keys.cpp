#include "store/masked_keys.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

constexpr std::size_t head_length = 3;   // "a1 "
constexpr std::size_t hash_length = 43;  // of 32 octets in base64url

bool is_hash(std::string_view text) {
    constexpr std::string_view signs = "-_";
    return text.size() == hash_length && std::ranges::all_of(text, [&](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || signs.find(letter) != std::string_view::npos;
           });
}

/// An item of any version from here on: "a1 KEY ID".
bool is_item(std::string_view text) {
    constexpr std::size_t id_from = head_length + hash_length + 1;
    return text.size() >= id_from + hash_length && text[0] == 'a' && text[1] >= '0' && text[1] <= '9' &&
           text[2] == ' ' && is_hash(text.substr(head_length, hash_length)) && text[id_from - 1] == ' ' &&
           is_hash(text.substr(id_from, hash_length));
}

std::string replaced(std::string_view text, const std::string& mask) {
    std::string shown;
    std::size_t copied = 0;
    for (std::size_t at = text.find('a'); at != std::string_view::npos; at = text.find('a', at + 1)) {
        if (is_item(text.substr(at))) {
            shown.append(text.substr(copied, at + head_length - copied)).append(mask);
            at += head_length + hash_length;
            copied = at;
        }
    }
    return shown.append(text.substr(copied));
}

}  // namespace

std::string without_keys_in(std::string_view text) { return replaced(text, "*"); }

Bytes without_keys_in(BytesView octets) {
    const std::string shown = replaced(as_text(octets), std::string(hash_length, '*'));
    return {shown.begin(), shown.end()};
}

}  // namespace cotmoc::core
