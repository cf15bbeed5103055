#include <cotmoc/asio/tcp.hpp>

#include <charconv>

namespace cotmoc::asio {

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    Endpoint endpoint{std::string(host), 0};
    const char* end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, endpoint.port);
    if (error != std::errc{} || stopped != end || host.empty()) {
        return std::nullopt;
    }
    return endpoint;
}

}  // namespace cotmoc::asio
