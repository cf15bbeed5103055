#include <cotmoc/crypto/trust_entry.hpp>

#include "labels.hpp"
#include "trust/trust_body.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <algorithm>
#include <map>

namespace cotmoc::crypto {
namespace {

constexpr std::string_view magic = "CMT1";
constexpr std::uint8_t format_1 = 1;
constexpr std::size_t header_size = 96;

struct RoleName {
    Role role;
    std::string_view name;
};
constexpr RoleName role_names[] = {
    {Role::authority, "authority"},
    {Role::border_post, "border_post"},
    {Role::district_officer, "district_officer"},
    {Role::province_officer, "province_officer"},
    {Role::hub, "hub"},
};

struct ReasonName {
    RightsReason reason;
    std::string_view name;
};
constexpr ReasonName reason_names[] = {
    {RightsReason::changed, "changed"},   {RightsReason::renewed, "renewed"},
    {RightsReason::lost, "lost"},         {RightsReason::stolen, "stolen"},
    {RightsReason::left, "left"},         {RightsReason::compromised, "compromised"},
    {RightsReason::replaced, "replaced"}, {RightsReason::readmitted, "readmitted"},
    {RightsReason::fork, "fork"},
};

/// Everything that is signed. A root entry names its signers with their signatures.
Bytes encode_signed_part(const TrustEntry& entry, const SigningPublicKey& signer) {
    BinaryWriter body;
    trust::encode_body(body, entry.body);
    BinaryWriter writer;
    writer.raw(as_bytes(magic));
    writer.u8(format_1);
    writer.u8(static_cast<std::uint8_t>(trust::type_of(entry.body)));
    writer.u16(suite_1);
    writer.u32(0);  // flags
    writer.u64(entry.position);
    writer.id(entry.previous);
    writer.u64(entry.issued_ms);
    writer.id(signer);
    writer.u32(static_cast<std::uint32_t>(body.size()));
    writer.raw(body.bytes());
    return writer.take();
}

Bytes encode_signed_part(const ParsedTrustEntry& parsed) {
    return encode_signed_part(parsed.entry, parsed.signer);
}

bool is_root(const TrustEntry& entry) { return std::holds_alternative<RootEntry>(entry.body); }

using RootSignatures = std::map<SigningPublicKey, Signature>;

Bytes with_signatures(Bytes signed_part, const RootSignatures& signatures) {
    BinaryWriter writer;
    writer.raw(signed_part);
    writer.u8(static_cast<std::uint8_t>(signatures.size()));
    for (const auto& [key, signature] : signatures) {
        writer.id(key);
        writer.id(signature);
    }
    return writer.take();
}

struct Header {
    trust::EntryType type{};
    TrustEntry entry;  // without its body
    SigningPublicKey signer;
    BytesView signed_part;
    BytesView signatures;
};

Result<Header> read_header(BytesView bytes) {
    if (bytes.size() > trust::entry_bytes_max) {
        return fail(ErrorCode::limit_exceeded, "trust entry");
    }
    BinaryReader reader(bytes);
    if (bytes.size() < header_size || as_text(reader.raw(magic.size())) != magic) {
        return fail(ErrorCode::bad_trust_entry, "not a trust entry");
    }
    Header header;
    const std::uint8_t format = reader.u8();
    const std::uint8_t type = reader.u8();
    const std::uint16_t suite = reader.u16();
    const std::uint32_t flags = reader.u32();
    const bool known_type = type >= static_cast<std::uint8_t>(trust::EntryType::root) &&
                            type <= static_cast<std::uint8_t>(trust::EntryType::rights);
    if (format != format_1 || suite != suite_1 || flags != 0 || !known_type) {
        return fail(ErrorCode::unsupported_version, "trust entry");
    }
    header.type = static_cast<trust::EntryType>(type);
    header.entry.position = reader.u64();
    header.entry.previous = reader.id<Hash256>();
    header.entry.issued_ms = reader.u64();
    header.signer = reader.id<SigningPublicKey>();
    const std::uint32_t body_length = reader.u32();
    if (body_length > reader.remaining()) {
        return fail(ErrorCode::bad_trust_entry, "body length");
    }
    header.signed_part = bytes.first(header_size + body_length);
    header.signatures = bytes.subspan(header_size + body_length);
    if (header.entry.position == 0 || header.entry.previous.is_zero() != (header.entry.position == 1)) {
        return fail(ErrorCode::bad_trust_entry, "position");
    }
    const bool root = header.type == trust::EntryType::root;
    if (root != header.signer.is_zero()) {
        return fail(ErrorCode::bad_trust_entry, "signer");
    }
    return header;
}

/// Strictly rising by key, so that there is one accepted form.
Result<RootSignatures> read_signatures(BytesView bytes) {
    BinaryReader reader(bytes);
    RootSignatures signatures;
    const std::size_t count = reader.u8();
    if (count > trust::root_signatures_max) {
        return fail(ErrorCode::limit_exceeded, "signatures");
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto key = reader.id<SigningPublicKey>();
        const auto signature = reader.id<Signature>();
        if (!signatures.empty() && !(signatures.rbegin()->first < key)) {
            return fail(ErrorCode::bad_trust_entry, "order of the signatures");
        }
        signatures.emplace(key, signature);
    }
    if (!reader.finished()) {
        return fail(ErrorCode::bad_trust_entry, "signatures");
    }
    return signatures;
}

Result<std::vector<SigningPublicKey>> check_root_signatures(BytesView bytes, const Hash256& hash) {
    COTMOC_ASSIGN(const RootSignatures signatures, read_signatures(bytes));
    std::vector<SigningPublicKey> signers;
    for (const auto& [key, signature] : signatures) {
        if (!verify(key, hash, signature)) {
            return fail(ErrorCode::bad_signature, "trust entry");
        }
        signers.push_back(key);
    }
    return signers;
}

Result<ParsedTrustEntry> parse(BytesView bytes) {
    COTMOC_ASSIGN(Header header, read_header(bytes));
    ParsedTrustEntry parsed;
    parsed.hash = hash(label::trust_entry, {header.signed_part});
    parsed.signer = header.signer;
    // Verify first: what nobody signed is not worth decoding.
    if (header.type == trust::EntryType::root) {
        COTMOC_ASSIGN(parsed.signers, check_root_signatures(header.signatures, parsed.hash));
    } else {
        const auto signature = Signature::from(header.signatures);
        if (!signature) {
            return fail(ErrorCode::bad_trust_entry, "body length");
        }
        if (!verify(header.signer, parsed.hash, *signature) && !switched_off("trust-signature")) {
            return fail(ErrorCode::bad_signature, "trust entry");
        }
    }
    parsed.entry = std::move(header.entry);
    COTMOC_ASSIGN(parsed.entry.body,
                  trust::decode_body(header.type, header.signed_part.subspan(header_size)));
    if (!std::ranges::equal(encode_signed_part(parsed), header.signed_part)) {
        return fail(ErrorCode::bad_trust_entry, "not the one accepted encoding");
    }
    return parsed;
}

}  // namespace

std::string_view role_name(Role role) {
    for (const auto& [known, name] : role_names) {
        if (known == role) {
            return name;
        }
    }
    return "unknown";
}

std::optional<Role> parse_role(std::string_view name) {
    for (const auto& [role, known] : role_names) {
        if (known == name && role != Role::authority) {
            return role;
        }
    }
    return std::nullopt;
}

SignedTrustEntry sign_trust_entry(const TrustEntry& entry, const SigningKey& signer) {
    const bool root = is_root(entry);
    Bytes bytes = encode_signed_part(entry, root ? SigningPublicKey() : signer.public_key());
    const Hash256 entry_hash = hash(label::trust_entry, {bytes});
    const Signature signature = signer.sign(entry_hash);
    if (root) {
        return {with_signatures(std::move(bytes), {{signer.public_key(), signature}}), entry_hash};
    }
    bytes.insert(bytes.end(), signature.octets.begin(), signature.octets.end());
    return {std::move(bytes), entry_hash};
}

Bytes draft_root_entry(const TrustEntry& entry) { return with_signatures(encode_signed_part(entry, {}), {}); }

Result<Bytes> add_root_signature(BytesView draft, const SigningKey& signer) {
    COTMOC_ASSIGN(const ParsedTrustEntry parsed, parse_root_draft(draft));
    if (std::ranges::binary_search(parsed.signers, signer.public_key())) {
        return fail(ErrorCode::already_signed);
    }
    COTMOC_ASSIGN(const Header header, read_header(draft));
    COTMOC_ASSIGN(RootSignatures signatures, read_signatures(header.signatures));
    signatures.emplace(signer.public_key(), signer.sign(parsed.hash));
    return with_signatures(Bytes(header.signed_part.begin(), header.signed_part.end()), signatures);
}

Result<ParsedTrustEntry> parse_root_draft(BytesView bytes) {
    COTMOC_ASSIGN(ParsedTrustEntry parsed, parse(bytes));
    return is_root(parsed.entry) ? Result<ParsedTrustEntry>(std::move(parsed))
                                 : fail(ErrorCode::bad_trust_entry, "not a root entry");
}

Result<ParsedTrustEntry> parse_trust_entry(BytesView bytes) {
    COTMOC_ASSIGN(ParsedTrustEntry parsed, parse(bytes));
    if (is_root(parsed.entry) && parsed.signers.empty()) {
        return fail(ErrorCode::bad_signature, "a root entry without a signature");
    }
    return parsed;
}

std::string_view reason_name(RightsReason reason) {
    for (const auto& [known, name] : reason_names) {
        if (known == reason) {
            return name;
        }
    }
    return "unknown";
}

std::optional<RightsReason> parse_reason(std::string_view name) {
    for (const auto& [reason, known] : reason_names) {
        if (known == name) {
            return reason;
        }
    }
    return std::nullopt;
}

Hash256 root_fingerprint(const RootEntry& root) {
    BinaryWriter writer;
    trust::encode_body(writer, root);
    return hash(label::root, {writer.bytes()});
}

SpaceId space_id(const Hash256& root_fingerprint, std::string_view name) {
    const Hash256 whole = hash(label::space_id, {root_fingerprint.view(), as_bytes(name)});
    return *SpaceId::from(whole.view().first(SpaceId::size));
}

}  // namespace cotmoc::crypto
