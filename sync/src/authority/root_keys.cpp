#include <cotmoc/sync/root_keys.hpp>

#include <cotmoc/base/binary.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::string_view root_key_prefix = "cotmoc-root-key-1 ";
constexpr std::string_view issuer_prefix = "cotmoc-issuer-1 ";
constexpr std::string_view draft_prefix = "cotmoc-root-draft-1 ";
constexpr std::string_view issuer_request_label = "issuer-request";
constexpr std::string_view white_space = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    return text.substr(0, text.find_last_not_of(white_space) + 1);
}

std::optional<Bytes> after_prefix(std::string_view text, std::string_view prefix) {
    const std::string_view line = trimmed(text);
    return line.starts_with(prefix) ? from_base64url(line.substr(prefix.size())) : std::nullopt;
}

Result<crypto::SigningPublicKey> key_in_hex(std::string_view text) {
    const std::optional<Bytes> bytes = from_hex(trimmed(text));
    const auto key = bytes ? crypto::SigningPublicKey::from(*bytes) : std::nullopt;
    if (!key) {
        return fail(ErrorCode::bad_request, "neither a key nor a line that holds one");
    }
    return *key;
}

Hash256 issuer_proof(const crypto::SigningPublicKey& key) {
    return crypto::hash(issuer_request_label, {key.view()});
}

}  // namespace

Result<Bytes> seal_seed_file(std::string_view name, const crypto::Secret& seed,
                             const crypto::Secret& passphrase, crypto::KdfPreset preset, Random& random) {
    // The file's form wants a device and a database; these belong to none.
    crypto::KeyFileContents contents{
        crypto::DeviceKeys::generate(random), crypto::Secret::random(32, random), "", {}};
    contents.extra.push_back({std::string(name), seed.clone()});
    return crypto::seal_key_file(contents, passphrase, preset, random);
}

Result<crypto::SigningKey> open_root_key(BytesView file, const crypto::Secret& passphrase) {
    COTMOC_ASSIGN(const crypto::KeyFileContents contents, crypto::open_key_file(file, passphrase));
    const crypto::Secret* seed = contents.find(root_seed);
    if (seed == nullptr || seed->size() != 32) {
        return fail(ErrorCode::not_root_key, "the file holds no root key");
    }
    return crypto::SigningKey::from_seed(seed->clone());
}

std::string encode_root_key(const crypto::SigningPublicKey& key) {
    return std::string(root_key_prefix) + to_base64url(key.view());
}

Result<crypto::SigningPublicKey> parse_root_key(std::string_view text) {
    if (const auto bytes = after_prefix(text, root_key_prefix)) {
        if (const auto key = crypto::SigningPublicKey::from(*bytes)) {
            return *key;
        }
    }
    return key_in_hex(text);
}

std::string encode_issuer_request(const crypto::SigningKey& issuer) {
    BinaryWriter writer;
    writer.id(issuer.public_key());
    writer.id(issuer.sign(issuer_proof(issuer.public_key())));
    return std::string(issuer_prefix) + to_base64url(writer.bytes());
}

Result<crypto::SigningPublicKey> parse_issuer_request(std::string_view text) {
    const auto bytes = after_prefix(text, issuer_prefix);
    if (!bytes) {
        return key_in_hex(text);
    }
    BinaryReader reader(*bytes);
    const auto key = reader.id<crypto::SigningPublicKey>();
    const auto signature = reader.id<crypto::Signature>();
    if (!reader.finished() || !crypto::verify(key, issuer_proof(key), signature)) {
        return fail(ErrorCode::bad_request, "an issuer's request");
    }
    return key;
}

std::string encode_root_draft(BytesView draft) { return std::string(draft_prefix) + to_base64url(draft); }

Result<Bytes> parse_root_draft_text(std::string_view text) {
    std::optional<Bytes> bytes = after_prefix(text, draft_prefix);
    if (!bytes) {
        return fail(ErrorCode::bad_trust_entry, "not a draft of a root");
    }
    COTMOC_TRY(crypto::parse_root_draft(*bytes));
    return std::move(*bytes);
}

std::string short_name(const crypto::SigningPublicKey& key) { return key.hex().substr(0, 8); }

}  // namespace cotmoc::sync
