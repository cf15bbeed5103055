// What a network that wants a log-in first answers, whatever comes: a web page.
#pragma once

#include <cotmoc/base/bytes.hpp>

namespace cotmoc::sync {

/// Of the first octets of an answer. An honest frame looks like that once in 2^40 times.
inline bool is_web_page(BytesView octets) {
    const std::string_view text = as_text(octets);
    const bool http = text.size() >= 7 && text.starts_with("HTTP/") && text[5] >= '0' && text[5] <= '9' &&
                      (text[6] == '.' || text[6] == ' ');
    return http || text.starts_with("<html") || text.starts_with("<HTML") || text.starts_with("<!DOC") ||
           text.starts_with("<!doc");
}

}  // namespace cotmoc::sync
