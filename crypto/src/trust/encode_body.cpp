#include "trust/trust_body.hpp"

namespace cotmoc::crypto::trust {
namespace {

void encode_wrap(BinaryWriter& writer, const EpochWrap& wrap) {
    writer.id(wrap.ephemeral);
    writer.id(wrap.commitment);
    writer.id(wrap.box);
}

void encode_keys(BinaryWriter& writer, const std::vector<SigningPublicKey>& keys) {
    writer.varint(keys.size());
    for (const SigningPublicKey& key : keys) {
        writer.id(key);
    }
}

void encode(BinaryWriter& writer, const RootEntry& root) {
    writer.u32(root.version);
    writer.u64(root.expires_ms);
    writer.u8(root.threshold);
    encode_keys(writer, root.root_keys);
    encode_keys(writer, root.issuer_keys);
    writer.varint(root.suites.size());
    for (const std::uint16_t suite : root.suites) {
        writer.u16(suite);
    }
}

void encode(BinaryWriter& writer, const SpacesEntry& entry) {
    writer.varint(entry.spaces.size());
    for (const SpacesEntry::Space& space : entry.spaces) {
        writer.id(space.id);
        writer.u8(space.writer_roles);
        writer.blob(space.sealed_name);
    }
}

void encode(BinaryWriter& writer, const EpochEntry& entry) {
    writer.id(entry.space);
    writer.u32(entry.epoch);
    writer.id(entry.check);
    writer.blob(entry.previous_key);
    writer.varint(entry.wraps.size());
    for (const EpochEntry::Wrap& wrap : entry.wraps) {
        writer.id(wrap.device);
        encode_wrap(writer, wrap.wrap);
    }
}

void encode(BinaryWriter& writer, const EnrolEntry& entry) {
    writer.id(entry.keys.signing);
    writer.id(entry.keys.agreement);
    writer.u8(static_cast<std::uint8_t>(entry.role));
    writer.u8(entry.all_spaces ? 1 : 0);
    writer.u64(entry.not_before_ms);
    writer.u64(entry.not_after_ms);
    writer.blob(entry.sealed_name);
    writer.varint(entry.spaces.size());
    for (const SpaceId& space : entry.spaces) {
        writer.id(space);
    }
    writer.varint(entry.wraps.size());
    for (const EnrolEntry::Wrap& wrap : entry.wraps) {
        writer.id(wrap.space);
        writer.u32(wrap.epoch);
        encode_wrap(writer, wrap.wrap);
    }
}

void encode(BinaryWriter& writer, const CatalogueEntry& entry) {
    writer.u32(entry.version);
    writer.blob(entry.sealed);
}

}  // namespace

EntryType type_of(const TrustBody& body) { return static_cast<EntryType>(body.index() + 1); }

static_assert(std::is_same_v<std::variant_alternative_t<0, TrustBody>, RootEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<1, TrustBody>, SpacesEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<2, TrustBody>, EpochEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<3, TrustBody>, EnrolEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<4, TrustBody>, CatalogueEntry>);

void encode_body(BinaryWriter& writer, const TrustBody& body) {
    std::visit([&writer](const auto& entry) { encode(writer, entry); }, body);
}

}  // namespace cotmoc::crypto::trust
