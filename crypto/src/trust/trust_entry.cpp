#include <cotmoc/crypto/trust_entry.hpp>

#include "labels.hpp"
#include "trust/trust_body.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/hash.hpp>

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

/// Everything that is signed.
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

struct Header {
    trust::EntryType type{};
    TrustEntry entry;  // without its body
    SigningPublicKey signer;
};

Result<Header> read_header(BytesView bytes) {
    if (bytes.size() > trust::entry_bytes_max) {
        return fail(ErrorCode::limit_exceeded, "trust entry");
    }
    BinaryReader reader(bytes);
    if (bytes.size() < header_size + Signature::size || as_text(reader.raw(magic.size())) != magic) {
        return fail(ErrorCode::bad_trust_entry, "not a trust entry");
    }
    Header header;
    const std::uint8_t format = reader.u8();
    const std::uint8_t type = reader.u8();
    const std::uint16_t suite = reader.u16();
    const std::uint32_t flags = reader.u32();
    const bool known_type = type >= static_cast<std::uint8_t>(trust::EntryType::root) &&
                            type <= static_cast<std::uint8_t>(trust::EntryType::catalogue);
    if (format != format_1 || suite != suite_1 || flags != 0 || !known_type) {
        return fail(ErrorCode::unsupported_version, "trust entry");
    }
    header.type = static_cast<trust::EntryType>(type);
    header.entry.position = reader.u64();
    header.entry.previous = reader.id<Hash256>();
    header.entry.issued_ms = reader.u64();
    header.signer = reader.id<SigningPublicKey>();
    const std::uint32_t body_length = reader.u32();
    if (body_length != reader.remaining() - Signature::size) {
        return fail(ErrorCode::bad_trust_entry, "body length");
    }
    if (header.entry.position == 0 || header.entry.previous.is_zero() != (header.entry.position == 1)) {
        return fail(ErrorCode::bad_trust_entry, "position");
    }
    return header;
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
    Bytes bytes = encode_signed_part(entry, signer.public_key());
    const Hash256 entry_hash = hash(label::trust_entry, {bytes});
    const Signature signature = signer.sign(entry_hash);
    bytes.insert(bytes.end(), signature.octets.begin(), signature.octets.end());
    return {std::move(bytes), entry_hash};
}

Result<ParsedTrustEntry> parse_trust_entry(BytesView bytes) {
    COTMOC_ASSIGN(Header header, read_header(bytes));
    // Verify first: what nobody signed is not worth decoding.
    const BytesView signed_part = bytes.first(bytes.size() - Signature::size);
    const Hash256 entry_hash = hash(label::trust_entry, {signed_part});
    const Signature signature = *Signature::from(bytes.last(Signature::size));
    if (!verify(header.signer, entry_hash, signature)) {
        return fail(ErrorCode::bad_signature, "trust entry");
    }
    COTMOC_ASSIGN(header.entry.body, trust::decode_body(header.type, signed_part.subspan(header_size)));
    if (!std::ranges::equal(encode_signed_part(header.entry, header.signer), signed_part)) {
        return fail(ErrorCode::bad_trust_entry, "not the one accepted encoding");
    }
    return ParsedTrustEntry{std::move(header.entry), entry_hash, header.signer};
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
