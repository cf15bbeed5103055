// The form of each body: counts and sizes within limits, lists sorted or free of doubles, enums and bits
// known.
#include "trust/trust_body.hpp"

#include <cotmoc/crypto/envelope.hpp>

#include <limits>

namespace cotmoc::crypto::trust {
namespace {

constexpr std::size_t wrap_size = 112;

tl::unexpected<Error> bad(std::string_view what) {
    return fail(ErrorCode::bad_trust_entry, std::string(what));
}

/// How many items follow. A count over the limit is told from one that the bytes cannot hold.
Result<std::size_t> read_count(BinaryReader& reader, std::size_t limit, std::size_t item_size,
                               std::string_view what) {
    const std::uint64_t count = reader.varint();
    if (count > limit) {
        return fail(ErrorCode::limit_exceeded, std::string(what));
    }
    if (!reader.ok() || count * item_size > reader.remaining()) {
        return bad(what);
    }
    return static_cast<std::size_t>(count);
}

Result<Bytes> read_blob(BinaryReader& reader, std::size_t limit, std::string_view what) {
    // One that the bytes cannot hold leaves the reader failed, which shows at the end of the body.
    const BytesView blob = reader.blob();
    if (blob.size() > limit) {
        return fail(ErrorCode::limit_exceeded, std::string(what));
    }
    return Bytes(blob.begin(), blob.end());
}

EpochWrap read_wrap(BinaryReader& reader) {
    EpochWrap wrap;
    wrap.ephemeral = reader.id<AgreementPublicKey>();
    wrap.commitment = reader.id<Hash256>();
    wrap.box = reader.id<decltype(wrap.box)>();
    return wrap;
}

/// Each item's `key` is greater than the one before.
template <class Items, class Key>
bool strictly_sorted(const Items& items, Key key) {
    return std::ranges::adjacent_find(items, [&key](const auto& a, const auto& b) {
               return !(std::invoke(key, a) < std::invoke(key, b));
           }) == items.end();
}

template <class Items>
bool has_doubles(Items items) {
    std::ranges::sort(items);
    return std::ranges::adjacent_find(items) != items.end();
}

Result<std::vector<SigningPublicKey>> read_keys(BinaryReader& reader, std::string_view what) {
    COTMOC_ASSIGN(const std::size_t count, read_count(reader, keys_max, SigningPublicKey::size, what));
    std::vector<SigningPublicKey> keys;
    for (std::size_t i = 0; i < count; ++i) {
        keys.push_back(reader.id<SigningPublicKey>());
    }
    if (keys.empty() || has_doubles(keys)) {
        return bad(what);
    }
    return keys;
}

Result<std::vector<SpaceId>> read_spaces(BinaryReader& reader) {
    COTMOC_ASSIGN(const std::size_t count, read_count(reader, spaces_max, SpaceId::size, "spaces"));
    std::vector<SpaceId> spaces;
    for (std::size_t i = 0; i < count; ++i) {
        spaces.push_back(reader.id<SpaceId>());
    }
    if (!strictly_sorted(spaces, std::identity{})) {
        return bad("spaces");
    }
    return spaces;
}

Result<std::vector<EnrolEntry::Wrap>> read_wraps(BinaryReader& reader) {
    COTMOC_ASSIGN(const std::size_t count,
                  read_count(reader, wraps_max, SpaceId::size + 4 + wrap_size, "wraps"));
    std::vector<EnrolEntry::Wrap> wraps;
    for (std::size_t i = 0; i < count; ++i) {
        EnrolEntry::Wrap wrap;
        wrap.space = reader.id<SpaceId>();
        wrap.epoch = reader.u32();
        wrap.wrap = read_wrap(reader);
        wraps.push_back(wrap);
    }
    if (!strictly_sorted(wraps, &EnrolEntry::Wrap::space)) {
        return bad("wraps");
    }
    return wraps;
}

Result<std::vector<RootEntry::Issuer>> read_issuers(BinaryReader& reader) {
    COTMOC_ASSIGN(const std::size_t count,
                  read_count(reader, issuers_max, SigningPublicKey::size + 10, "issuers"));
    std::vector<RootEntry::Issuer> issuers;
    std::vector<SigningPublicKey> keys;
    for (std::size_t i = 0; i < count; ++i) {
        RootEntry::Issuer issuer;
        issuer.key = reader.id<SigningPublicKey>();
        issuer.all_spaces = reader.u8() != 0;  // as in decode_enrol
        issuer.last_position = reader.u64();
        COTMOC_ASSIGN(issuer.spaces, read_spaces(reader));
        if (issuer.all_spaces && !issuer.spaces.empty()) {
            return bad("an issuer of all spaces that lists some");
        }
        keys.push_back(issuer.key);
        issuers.push_back(std::move(issuer));
    }
    if (keys.empty() || has_doubles(keys)) {
        return bad("issuers");
    }
    return issuers;
}

Result<TrustBody> decode_root(BinaryReader& reader) {
    RootEntry root;
    root.version = reader.u32();
    root.expires_ms = reader.u64();
    root.threshold = reader.u8();
    COTMOC_ASSIGN(root.root_keys, read_keys(reader, "root keys"));
    COTMOC_ASSIGN(root.issuers, read_issuers(reader));
    root.recovery_key = reader.id<AgreementPublicKey>();
    COTMOC_ASSIGN(const std::size_t count, read_count(reader, keys_max, 2, "suites"));
    for (std::size_t i = 0; i < count; ++i) {
        root.suites.push_back(reader.u16());
    }
    if (root.threshold == 0 || root.threshold > root.root_keys.size()) {
        return bad("threshold");
    }
    if (root.suites != std::vector<std::uint16_t>{suite_1}) {
        return fail(ErrorCode::unsupported_version, "suites");
    }
    return root;
}

constexpr std::uint8_t role_bit(Role role) {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(role));
}
constexpr std::uint8_t known_role_bits = role_bit(Role::authority) | role_bit(Role::border_post) |
                                         role_bit(Role::district_officer) | role_bit(Role::province_officer) |
                                         role_bit(Role::hub);
constexpr std::uint8_t data_role_bits =
    role_bit(Role::border_post) | role_bit(Role::district_officer) | role_bit(Role::province_officer);

Result<void> check_writer_roles(std::uint8_t bits) {
    if ((bits & ~known_role_bits) != 0) {
        return fail(ErrorCode::unsupported_version, "writer roles");
    }
    if ((bits & ~data_role_bits) != 0) {
        return bad("writer roles");
    }
    return {};
}

Result<TrustBody> decode_spaces(BinaryReader& reader) {
    SpacesEntry entry;
    COTMOC_ASSIGN(const std::size_t count, read_count(reader, spaces_max, SpaceId::size + 2, "spaces"));
    std::vector<SpaceId> ids;
    for (std::size_t i = 0; i < count; ++i) {
        SpacesEntry::Space space;
        space.id = reader.id<SpaceId>();
        space.writer_roles = reader.u8();
        COTMOC_ASSIGN(space.sealed_name, read_blob(reader, sealed_text_max, "space name"));
        COTMOC_TRY(check_writer_roles(space.writer_roles));
        ids.push_back(space.id);
        entry.spaces.push_back(std::move(space));
    }
    if (ids.empty() || has_doubles(ids)) {
        return bad("spaces");
    }
    return entry;
}

Result<TrustBody> decode_epoch(BinaryReader& reader) {
    EpochEntry entry;
    entry.space = reader.id<SpaceId>();
    entry.epoch = reader.u32();
    entry.check = reader.id<Hash256>();
    COTMOC_ASSIGN(entry.previous_key, read_blob(reader, sealed_text_max, "previous key"));
    COTMOC_ASSIGN(const std::size_t count,
                  read_count(reader, wraps_max, DeviceId::size + wrap_size, "wraps"));
    for (std::size_t i = 0; i < count; ++i) {
        const DeviceId device = reader.id<DeviceId>();
        entry.wraps.push_back({device, read_wrap(reader)});
    }
    if (entry.epoch == 0 || entry.previous_key.empty() != (entry.epoch == 1)) {
        return bad("epoch");
    }
    if (!strictly_sorted(entry.wraps, &EpochEntry::Wrap::device)) {
        return bad("wraps");
    }
    return entry;
}

Result<void> check_enrol(const EnrolEntry& entry) {
    if (entry.role > Role::hub) {
        return fail(ErrorCode::unsupported_version, "role");
    }
    if (entry.not_before_ms > entry.not_after_ms) {
        return bad("validity");
    }
    if (entry.role == Role::hub && (entry.all_spaces || !entry.spaces.empty() || !entry.wraps.empty())) {
        return bad("a hub reads nothing");
    }
    return {};
}

Result<TrustBody> decode_enrol(BinaryReader& reader) {
    EnrolEntry entry;
    entry.keys.signing = reader.id<SigningPublicKey>();
    entry.keys.agreement = reader.id<AgreementPublicKey>();
    entry.role = static_cast<Role>(reader.u8());
    entry.all_spaces = reader.u8() != 0;  // another value than 1 shows when the entry is encoded again
    entry.not_before_ms = reader.u64();
    entry.not_after_ms = reader.u64();
    COTMOC_ASSIGN(entry.sealed_name, read_blob(reader, sealed_text_max, "device name"));
    COTMOC_ASSIGN(entry.spaces, read_spaces(reader));
    COTMOC_ASSIGN(entry.wraps, read_wraps(reader));
    COTMOC_TRY(check_enrol(entry));
    return entry;
}

Result<TrustBody> decode_catalogue(BinaryReader& reader) {
    CatalogueEntry entry;
    entry.version = reader.u32();
    COTMOC_ASSIGN(entry.sealed, read_blob(reader, sealed_catalogue_max, "catalogue"));
    return entry;
}

Result<RightsEntry::Term> read_term(BinaryReader& reader) {
    RightsEntry::Term term;
    term.through_seq = reader.u64();
    term.through_hash = reader.id<Hash256>();
    const std::uint8_t role = reader.u8();
    if (role != no_role) {
        term.role = static_cast<Role>(role);
        if (role > static_cast<std::uint8_t>(Role::hub)) {
            return fail(ErrorCode::unsupported_version, "role of a term");
        }
        if (!is_data_role(*term.role)) {
            return bad("role of a term");
        }
    }
    return term;
}

Result<std::vector<RightsEntry::Feed>> read_feeds(BinaryReader& reader) {
    COTMOC_ASSIGN(const std::size_t count, read_count(reader, spaces_max, SpaceId::size + 1, "feeds"));
    std::vector<RightsEntry::Feed> feeds;
    for (std::size_t i = 0; i < count; ++i) {
        RightsEntry::Feed feed;
        feed.space = reader.id<SpaceId>();
        COTMOC_ASSIGN(const std::size_t terms,
                      read_count(reader, terms_max, sizeof(std::uint64_t) + Hash256::size + 1, "terms"));
        for (std::size_t j = 0; j < terms; ++j) {
            COTMOC_ASSIGN(const RightsEntry::Term term, read_term(reader));
            feed.terms.push_back(term);
        }
        const bool begins = feed.terms.empty() || feed.terms.front().through_seq > 0;
        if (!begins || !strictly_sorted(feed.terms, &RightsEntry::Term::through_seq)) {
            return bad("terms");
        }
        feeds.push_back(std::move(feed));
    }
    if (!strictly_sorted(feeds, &RightsEntry::Feed::space)) {
        return bad("feeds");
    }
    return feeds;
}

/// The reason decides nothing, but must not say the opposite of what the entry does.
bool is_honest(const RightsEntry& entry) {
    switch (entry.reason) {
        case RightsReason::changed:
        case RightsReason::renewed:
            return !entry.revoked;
        case RightsReason::lost:
        case RightsReason::stolen:
        case RightsReason::left:
        case RightsReason::compromised:
        case RightsReason::replaced:
            return entry.revoked;
        case RightsReason::readmitted:  // the device, or some of what it wrote
        case RightsReason::fork:
            return true;
    }
    return false;
}

Result<TrustBody> decode_rights(BinaryReader& reader) {
    RightsEntry entry;
    entry.device = reader.id<DeviceId>();
    const std::uint8_t reason = reader.u8();
    entry.reason = static_cast<RightsReason>(reason);
    entry.revoked = reader.u8() != 0;
    entry.role = static_cast<Role>(reader.u8());
    entry.all_spaces = reader.u8() != 0;
    entry.not_after_ms = reader.u64();
    COTMOC_ASSIGN(entry.spaces, read_spaces(reader));
    COTMOC_ASSIGN(entry.feeds, read_feeds(reader));
    COTMOC_ASSIGN(entry.wraps, read_wraps(reader));
    if (entry.role > Role::hub || entry.reason > RightsReason::fork) {
        return fail(ErrorCode::unsupported_version, "role or reason");
    }
    const bool reads_nothing = !entry.all_spaces && entry.spaces.empty() && entry.wraps.empty();
    if ((entry.revoked || entry.role == Role::hub) && !reads_nothing) {
        return bad("whoever is revoked, or a hub, reads nothing");
    }
    if (!is_honest(entry)) {
        return bad("a reason that is not the right one");
    }
    return entry;
}

Result<TrustBody> decode_fields(EntryType type, BinaryReader& reader) {
    switch (type) {
        case EntryType::root:
            return decode_root(reader);
        case EntryType::spaces:
            return decode_spaces(reader);
        case EntryType::epoch:
            return decode_epoch(reader);
        case EntryType::enrol:
            return decode_enrol(reader);
        case EntryType::catalogue:
            return decode_catalogue(reader);
        case EntryType::rights:
            return decode_rights(reader);
    }
    return fail(ErrorCode::unsupported_version, "type");
}

}  // namespace

Result<TrustBody> decode_body(EntryType type, BytesView bytes) {
    BinaryReader reader(bytes);
    COTMOC_ASSIGN(TrustBody body, decode_fields(type, reader));
    if (!reader.finished()) {
        return bad("length of the body");
    }
    return body;
}

}  // namespace cotmoc::crypto::trust
