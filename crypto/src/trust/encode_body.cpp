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

void encode_spaces(BinaryWriter& writer, const std::vector<SpaceId>& spaces) {
    writer.varint(spaces.size());
    for (const SpaceId& space : spaces) {
        writer.id(space);
    }
}

void encode_wraps(BinaryWriter& writer, const std::vector<EnrolEntry::Wrap>& wraps) {
    writer.varint(wraps.size());
    for (const EnrolEntry::Wrap& wrap : wraps) {
        writer.id(wrap.space);
        writer.u32(wrap.epoch);
        encode_wrap(writer, wrap.wrap);
    }
}

void encode(BinaryWriter& writer, const RootEntry& root) {
    writer.u32(root.version);
    writer.u64(root.expires_ms);
    writer.u8(root.threshold);
    encode_keys(writer, root.root_keys);
    writer.varint(root.issuers.size());
    for (const RootEntry::Issuer& issuer : root.issuers) {
        writer.id(issuer.key);
        writer.u8(issuer.all_spaces ? 1 : 0);
        writer.u64(issuer.last_position);
        encode_spaces(writer, issuer.spaces);
    }
    writer.id(root.recovery_key);
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
    encode_spaces(writer, entry.spaces);
    encode_wraps(writer, entry.wraps);
}

void encode(BinaryWriter& writer, const CatalogueEntry& entry) {
    writer.u32(entry.version);
    writer.blob(entry.sealed);
}

void encode(BinaryWriter& writer, const RightsEntry& entry) {
    writer.id(entry.device);
    writer.u8(static_cast<std::uint8_t>(entry.reason));
    writer.u8(entry.revoked ? 1 : 0);
    writer.u8(static_cast<std::uint8_t>(entry.role));
    writer.u8(entry.all_spaces ? 1 : 0);
    writer.u64(entry.not_after_ms);
    encode_spaces(writer, entry.spaces);
    writer.varint(entry.feeds.size());
    for (const RightsEntry::Feed& feed : entry.feeds) {
        writer.id(feed.space);
        writer.varint(feed.terms.size());
        for (const RightsEntry::Term& term : feed.terms) {
            writer.u64(term.through_seq);
            writer.id(term.through_hash);
            writer.u8(term.role ? static_cast<std::uint8_t>(*term.role) : no_role);
        }
    }
    encode_wraps(writer, entry.wraps);
}

}  // namespace

EntryType type_of(const TrustBody& body) { return static_cast<EntryType>(body.index() + 1); }

static_assert(std::is_same_v<std::variant_alternative_t<0, TrustBody>, RootEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<1, TrustBody>, SpacesEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<2, TrustBody>, EpochEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<3, TrustBody>, EnrolEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<4, TrustBody>, CatalogueEntry>);
static_assert(std::is_same_v<std::variant_alternative_t<5, TrustBody>, RightsEntry>);

void encode_body(BinaryWriter& writer, const TrustBody& body) {
    std::visit([&writer](const auto& entry) { encode(writer, entry); }, body);
}

}  // namespace cotmoc::crypto::trust
