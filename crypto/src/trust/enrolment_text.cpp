// Requests, grants and fingerprints as text that people carry: over QR codes, files and posters.
#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/key_ring.hpp>

#include "labels.hpp"

namespace cotmoc::crypto {
namespace {

constexpr std::string_view request_prefix = "cotmoc-request-1 ";
constexpr std::string_view grant_first_line = "cotmoc-grant-1";
constexpr std::size_t request_nonce_size = 16;
constexpr std::size_t request_text_max = 399;
constexpr std::size_t name_max = 63;
constexpr std::string_view white_space = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

bool is_device_name(std::string_view name) {
    const auto is_letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() <= name_max && is_letter_or_digit(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return c == '-' || is_letter_or_digit(c); });
}

tl::unexpected<Error> bad_request(std::string_view what) {
    return fail(ErrorCode::bad_request, std::string(what));
}

}  // namespace

std::string encode_request(std::string_view name, const DeviceKeys& keys, Random& random) {
    COTMOC_CHECK(is_device_name(name));
    std::array<std::uint8_t, request_nonce_size> nonce{};
    random.fill(nonce);
    BinaryWriter writer;
    writer.string(name);
    writer.id(keys.signing.public_key());
    writer.id(keys.agreement.public_key());
    writer.raw(nonce);
    writer.id(keys.signing.sign(hash(label::enrolment_request, {writer.bytes()})));
    return std::string(request_prefix) + to_base64url(writer.bytes());
}

Result<EnrolmentRequest> parse_request(std::string_view text) {
    const std::string_view line = trimmed(text);
    if (!line.starts_with(request_prefix) || line.size() > request_text_max) {
        return bad_request("first word or length");
    }
    const std::optional<Bytes> bytes = from_base64url(line.substr(request_prefix.size()));
    if (!bytes || bytes->size() < Signature::size) {
        return bad_request("base64url");
    }
    BinaryReader reader(*bytes);
    EnrolmentRequest request;
    request.name = reader.string();
    request.keys.signing = reader.id<SigningPublicKey>();
    request.keys.agreement = reader.id<AgreementPublicKey>();
    reader.raw(request_nonce_size);
    const Signature signature = reader.id<Signature>();
    if (!reader.finished() || !is_device_name(request.name)) {
        return bad_request("name or length");
    }
    const BytesView signed_part = BytesView(*bytes).first(bytes->size() - Signature::size);
    if (!verify(request.keys.signing, hash(label::enrolment_request, {signed_part}), signature)) {
        return bad_request("proof of possession");
    }
    return request;
}

std::string encode_grant(std::span<const Bytes> trust_entries) {
    std::string text(grant_first_line);
    text += '\n';
    for (const Bytes& entry : trust_entries) {
        text += to_base64url(entry);
        text += '\n';
    }
    return text;
}

Result<Grant> parse_grant(std::string_view text) {
    std::string_view rest = trimmed(text);
    // Takes the next line off, without what Windows puts at its end.
    const auto next_line = [&rest] {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trimmed(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return line;
    };
    if (next_line() != grant_first_line) {
        return fail(ErrorCode::bad_grant, "first line");
    }
    Grant grant;
    TrustState state;
    while (!rest.empty()) {
        std::optional<Bytes> entry = from_base64url(next_line());
        if (!entry) {
            return fail(ErrorCode::bad_grant, "base64url");
        }
        const std::uint64_t before = state.position();
        if (const Result<void> applied = state.apply(*entry); !applied || state.position() == before) {
            return fail(ErrorCode::bad_grant, "trust position " + std::to_string(before + 1));
        }
        grant.entries.push_back(std::move(*entry));
    }
    if (state.devices().empty()) {
        return fail(ErrorCode::bad_grant, "enrols no device");
    }
    grant.device = state.devices().back().id;
    grant.root_fingerprint = state.root_fingerprint();
    return grant;
}

std::string fingerprint_text(const Hash256& fingerprint) {
    const std::string digits = fingerprint.hex();
    std::string text;
    for (std::size_t i = 0; i < digits.size(); i += 8) {
        text += (i == 0 ? "" : "-") + digits.substr(i, 8);
    }
    return text;
}

std::optional<Hash256> parse_fingerprint(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c != '-' && c != ':' && white_space.find(c) == std::string_view::npos) {
            digits += c;
        }
    }
    const std::optional<Bytes> bytes = from_hex(digits);
    return bytes ? Hash256::from(*bytes) : std::nullopt;
}

}  // namespace cotmoc::crypto
