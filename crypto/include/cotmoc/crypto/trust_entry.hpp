// The entries of the trust feed: what the authority signs, in clear as far as a hub must check it (semantics
// S15). Layout: docs/spec/trust.md.
#pragma once

#include <cotmoc/crypto/epoch_key.hpp>

#include <variant>

namespace cotmoc::crypto {

enum class Role : std::uint8_t {
    authority = 0,
    border_post = 1,
    district_officer = 2,
    province_officer = 3,
    hub = 4
};
std::string_view role_name(Role role);
std::optional<Role> parse_role(std::string_view name);  // not "authority": only init makes that one
/// Reads and writes records. A hub and the authority do not.
constexpr bool is_data_role(Role role) {
    return role == Role::border_post || role == Role::district_officer || role == Role::province_officer;
}

/// Position 1, and later ones that replace it: signed by `threshold` of the root keys, of the old and of the
/// new ones. The hash H("root", body) of the first is the root's fingerprint, for ever.
struct RootEntry {
    std::uint32_t version = 1;
    std::uint64_t expires_ms = 0;
    std::uint8_t threshold = 1;
    std::vector<SigningPublicKey> root_keys;
    /// Who signs all other entries.
    struct Issuer {
        SigningPublicKey key;
        bool all_spaces = true;
        std::vector<SpaceId> spaces;      // sorted; what it may act on if not all
        std::uint64_t last_position = 0;  // 0: in office. Else what it signed after that is void (T23)
        friend bool operator==(const Issuer&, const Issuer&) = default;
    };
    std::vector<Issuer> issuers;
    AgreementPublicKey recovery_key;  // of the office recovery; zero: there is none
    std::vector<std::uint16_t> suites;
    friend bool operator==(const RootEntry&, const RootEntry&) = default;
};

/// The spaces of the province. The first is the province-wide one, which every data role reads (S16).
struct SpacesEntry {
    struct Space {
        SpaceId id;
        std::uint8_t writer_roles = 0;  // bit 1 << Role; 0: every data role that holds the space
        Bytes sealed_name;  // seal_text under the directory key: BinaryWriter string name, string label
        friend bool operator==(const Space&, const Space&) = default;
    };
    std::vector<Space> spaces;
    friend bool operator==(const SpacesEntry&, const SpacesEntry&) = default;
};

/// A new epoch of a space's key. The directory has epochs too, under the id H("space-id", root, "").
struct EpochEntry {
    SpaceId space;
    std::uint32_t epoch = 0;
    Hash256 check;
    Bytes previous_key;  // seal_text of K(e-1) under K(e); empty for epoch 1
    struct Wrap {
        DeviceId device;
        EpochWrap wrap;
        friend bool operator==(const Wrap&, const Wrap&) = default;
    };
    std::vector<Wrap> wraps;  // sorted by device, at most 4,096
    friend bool operator==(const EpochEntry&, const EpochEntry&) = default;
};

/// A device's certificate with the keys it needs. The n-th one of the feed has DeviceIndex n.
struct EnrolEntry {
    DevicePublicKeys keys;
    Role role{};
    std::vector<SpaceId> spaces;  // sorted; as they stood then; a '*' device has all_spaces
    bool all_spaces = false;
    std::uint64_t not_before_ms = 0;
    std::uint64_t not_after_ms = 0;
    Bytes sealed_name;  // under the directory key: the device's name
    struct Wrap {
        SpaceId space;
        std::uint32_t epoch = 0;
        EpochWrap wrap;
        friend bool operator==(const Wrap&, const Wrap&) = default;
    };
    std::vector<Wrap> wraps;  // the newest epoch of each space it reads; sorted by space
    friend bool operator==(const EnrolEntry&, const EnrolEntry&) = default;
};

/// Why a device's rights changed; for people and the audit, decides nothing.
enum class RightsReason : std::uint8_t {
    changed = 0,  // another role or other spaces
    renewed = 1,
    lost = 2,
    stolen = 3,
    left = 4,  // the person left the office
    compromised = 5,
    replaced = 6,  // by a new identity of the same office (rejoin)
    readmitted = 7,
    fork = 8,  // names the branch that stays (S17)
};
std::string_view reason_name(RightsReason reason);
std::optional<RightsReason> parse_reason(std::string_view name);

/// All rights of a device from now on, in place of what stood before: role changes, withdrawals, revocations,
/// moved cuts, re-admissions and renewals alike. The last one in the feed holds (S13, S14).
struct RightsEntry {
    DeviceId device;
    RightsReason reason{};
    bool revoked = false;  // then it reads and writes nothing: no spaces, no wraps
    Role role{};
    std::vector<SpaceId> spaces;  // sorted
    bool all_spaces = false;
    std::uint64_t not_after_ms = 0;
    /// Up to this change set of a feed, from the one after the former term: the role under which the ops
    /// count; nothing: they are void.
    struct Term {
        std::uint64_t through_seq = 0;
        Hash256 through_hash;
        std::optional<Role> role;
        friend bool operator==(const Term&, const Term&) = default;
    };
    /// A space that is not listed has no terms: what is said above holds from the feed's first change set.
    struct Feed {
        SpaceId space;
        std::vector<Term> terms;  // rising
        friend bool operator==(const Feed&, const Feed&) = default;
    };
    std::vector<Feed> feeds;              // sorted by space
    std::vector<EnrolEntry::Wrap> wraps;  // of newest epochs that it may lack; sorted by space
    friend bool operator==(const RightsEntry&, const RightsEntry&) = default;
};

struct CatalogueEntry {
    std::uint32_t version = 0;
    Bytes sealed;  // seal_text under the directory key of zstd(JSON); u32 inflated length first
    friend bool operator==(const CatalogueEntry&, const CatalogueEntry&) = default;
};

using TrustBody = std::variant<RootEntry, SpacesEntry, EpochEntry, EnrolEntry, CatalogueEntry, RightsEntry>;

/// One position of the trust feed.
struct TrustEntry {
    std::uint64_t position = 0;  // from 1
    Hash256 previous;            // hash of position - 1; zero for 1
    std::uint64_t issued_ms = 0;
    TrustBody body;
};

struct SignedTrustEntry {
    Bytes bytes;
    Hash256 hash;
};

/// Signed by one key, which is enough for all but a root entry with a threshold above 1.
SignedTrustEntry sign_trust_entry(const TrustEntry& entry, const SigningKey& signer);
/// A root entry on its way from keyholder to keyholder: without signatures at first.
Bytes draft_root_entry(const TrustEntry& entry);
/// The same with one signature more. bad_trust_entry, bad_signature; already_signed if the key has signed it.
Result<Bytes> add_root_signature(BytesView draft, const SigningKey& signer);

struct ParsedTrustEntry {
    TrustEntry entry;
    Hash256 hash;
    SigningPublicKey signer;                // of all but root entries
    std::vector<SigningPublicKey> signers;  // of a root entry, sorted; each signature verified
};
/// Checks form (one accepted encoding), limits and signatures; whether the signers may is TrustState's
/// question. bad_trust_entry, bad_signature, unsupported_version, limit_exceeded.
Result<ParsedTrustEntry> parse_trust_entry(BytesView bytes);
/// The same of a root entry that may lack signatures.
Result<ParsedTrustEntry> parse_root_draft(BytesView bytes);

Hash256 root_fingerprint(const RootEntry& root);
/// First 16 octets of H("space-id", fingerprint, name).
SpaceId space_id(const Hash256& root_fingerprint, std::string_view name);

}  // namespace cotmoc::crypto
