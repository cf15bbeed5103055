// The province's root: its keys in files of their own, each under its keeper's passphrase, and how a new root
// comes about: a draft, signatures that are added one by one anywhere, publication (docs/spec/trust.md).
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

/// Names of seeds in key files.
inline constexpr std::string_view root_seed = "root";
inline constexpr std::string_view issuer_seed = "issuer";
inline constexpr std::string_view recovery_seed =
    "recovery";  // X25519: opens what devices wrap to the office

/// The keys that sign a first root, and how many of them a later one needs. They are kept elsewhere.
struct RootKeys {
    std::vector<crypto::SigningKey> keys;
    std::uint8_t threshold = 1;
    crypto::Secret recovery;  // seed of the recovery key, kept elsewhere too; empty: made here
};

/// A key file that protects nothing but one seed of 32 octets. The errors of seal_key_file().
Result<Bytes> seal_seed_file(std::string_view name, const crypto::Secret& seed,
                             const crypto::Secret& passphrase, crypto::KdfPreset preset, Random& random);
/// The root key of such a file, or of the key file of an authority that keeps it. not_root_key if it holds
/// none; the errors of open_key_file().
Result<crypto::SigningKey> open_root_key(BytesView file, const crypto::Secret& passphrase);

/// A root key as a line of text, to be named in a draft: "cotmoc-root-key-1 " and base64url.
std::string encode_root_key(const crypto::SigningPublicKey& key);
/// An issuer's key with proof that it has the seed: "cotmoc-issuer-1 " and base64url.
std::string encode_issuer_request(const crypto::SigningKey& issuer);
/// Either line, or 64 hexadecimal digits. bad_request.
Result<crypto::SigningPublicKey> parse_root_key(std::string_view text);
Result<crypto::SigningPublicKey> parse_issuer_request(std::string_view text);

/// A draft on its way: "cotmoc-root-draft-1 " and base64url, one line.
std::string encode_root_draft(BytesView draft);
Result<Bytes> parse_root_draft_text(std::string_view text);  // bad_trust_entry

/// What a new root says that the present one does not.
struct RootChange {
    std::vector<crypto::RootEntry::Issuer> add_issuers;  // or another scope of one in office
    struct Dismissal {
        crypto::SigningPublicKey key;
        std::uint64_t last_position = 0;
    };
    std::vector<Dismissal> dismiss;
    std::vector<crypto::SigningPublicKey> root_keys;  // empty: as before
    std::optional<std::uint8_t> threshold;
    std::optional<crypto::AgreementPublicKey> recovery_key;
    std::uint64_t expires_ms = 0;  // 0: as before
};
/// The next root of the province as a draft without signatures; checked but for these. not_joined,
/// unknown_device (no such issuer), bad_trust_entry.
Result<Bytes> draft_root(const crypto::TrustState& trust, const RootChange& change, std::uint64_t issued_ms);

/// One signature more. The errors of add_root_signature().
Result<Bytes> sign_root_draft(BytesView draft, const crypto::SigningKey& key);

/// Puts a draft with enough signatures into the trust feed. signatures_missing tells how many and of which;
/// trust_moved_on if the feed has grown since it was drawn up.
Result<void> publish_root(Replica& replica, BytesView draft);

/// The first 8 hexadecimal digits of a key: how people call it.
std::string short_name(const crypto::SigningPublicKey& key);

}  // namespace cotmoc::sync
