#include <cotmoc/crypto/recovery.hpp>

#include "aead.hpp"
#include "derive.hpp"
#include "labels.hpp"
#include "passphrase_box.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::uint8_t format = 1;
constexpr std::size_t header_size = 4 + 1 + 3 * 32;  // magic, format, root, device, recipient
constexpr std::size_t cipher_max = 32;
constexpr AeadNonce zero_nonce{};
constexpr std::string_view session_magic = "CMS1";
constexpr std::string_view request_word = "cotmoc-recovery-request-1 ";
constexpr std::string_view answer_word = "cotmoc-recovery-answer-1 ";

/// The wrap beside the key file and the one in an answer differ in magic and label.
struct Purpose {
    std::string_view magic;
    std::string_view label;
};
constexpr Purpose to_office{"CMR1", label::recovery_wrap};
constexpr Purpose to_device{"CMA1", label::recovery_answer};

tl::unexpected<Error> bad(const char* detail) { return fail(ErrorCode::bad_recovery, detail); }

Bytes encode_header(const Purpose& purpose, const RecoveryHeader& header) {
    BinaryWriter writer;
    writer.raw(as_bytes(purpose.magic));
    writer.u8(format);
    writer.id(header.root);
    writer.id(header.device);
    writer.id(header.recipient);
    return writer.take();
}

/// `shared` is the X25519 result. The whole header is bound: no wrap passes for another device's.
void derive_wrap_key(CommittingKey& out, const Purpose& purpose, const Secret& shared,
                     const AgreementPublicKey& ephemeral, const AgreementPublicKey& recipient,
                     BytesView header) {
    Hash256 secret =
        hash(label::recovery_secret, {shared.view(SecretAccess()), ephemeral.view(), recipient.view()});
    const BytesView bound = switched_off("recovery-binding") ? BytesView() : header;
    derive(out.octets.span(), secret.view(), purpose.label, {bound});
    wipe(secret.octets);
}

Bytes seal(const Purpose& purpose, const RecoveryHeader& header, const Secret& key, std::string_view cipher,
           Random& random) {
    COTMOC_CHECK(key.size() == key_size && cipher.size() <= cipher_max);
    Secret plain = Secret::copy_of(Bytes(key_size + cipher.size(), 0));
    std::ranges::copy(
        as_bytes(cipher),
        std::ranges::copy(key.view(SecretAccess()), plain.writable(SecretAccess()).begin()).out);
    const AgreementKey ephemeral = AgreementKey::from_seed(Secret::random(key_size, random));
    std::optional<Secret> shared = ephemeral.agree(header.recipient);
    if (!shared) {
        // A public key of low order gives a result that everybody knows: its owner gets a wrap that nobody
        // opens.
        shared = Secret::random(key_size, random);
    }
    const Bytes head = encode_header(purpose, header);
    CommittingKey wrap_key;
    derive_wrap_key(wrap_key, purpose, *shared, ephemeral.public_key(), header.recipient, head);
    const Hash256 commitment = wrap_key.commitment();
    Bytes box(plain.size() + aead_tag_size);
    aead_seal(box, wrap_key.key(), zero_nonce, plain.view(SecretAccess()), commitment.view());
    BinaryWriter writer;
    writer.raw(head);
    writer.id(ephemeral.public_key());
    writer.id(commitment);
    writer.raw(box);
    return writer.take();
}

struct Parts {
    RecoveryHeader header;
    AgreementPublicKey ephemeral;
    Hash256 commitment;
    BytesView head;
    BytesView box;
};

Result<Parts> parse(const Purpose& purpose, BytesView wrap) {
    BinaryReader reader(wrap);
    if (as_text(reader.raw(purpose.magic.size())) != purpose.magic) {
        return bad("it does not begin as one");
    }
    if (reader.u8() != format) {
        return fail(ErrorCode::unsupported_version, "recovery format");
    }
    Parts parts;
    parts.header.root = reader.id<Hash256>();
    parts.header.device = reader.id<DeviceId>();
    parts.header.recipient = reader.id<AgreementPublicKey>();
    parts.ephemeral = reader.id<AgreementPublicKey>();
    parts.commitment = reader.id<Hash256>();
    parts.box = reader.rest();
    if (!reader.ok() || parts.box.size() < key_size + aead_tag_size ||
        parts.box.size() > key_size + cipher_max + aead_tag_size) {
        return bad("length");
    }
    parts.head = wrap.first(header_size);
    return parts;
}

Result<DataKey> open(const Purpose& purpose, BytesView wrap, const AgreementKey& recipient) {
    COTMOC_ASSIGN(const Parts parts, parse(purpose, wrap));
    if (parts.header.recipient != recipient.public_key()) {
        return bad("it is for another key");
    }
    const std::optional<Secret> shared = recipient.agree(parts.ephemeral);
    if (!shared) {
        return bad("its key is of low order");
    }
    CommittingKey wrap_key;
    derive_wrap_key(wrap_key, purpose, *shared, parts.ephemeral, parts.header.recipient, parts.head);
    if (!wrap_key.commits_to(parts.commitment)) {
        return bad("it was made for another device, or is altered");
    }
    Secret plain = Secret::copy_of(Bytes(parts.box.size() - aead_tag_size, 0));
    if (!aead_open(plain.writable(SecretAccess()), wrap_key.key(), zero_nonce, parts.box,
                   parts.commitment.view())) {
        return bad("it is altered");
    }
    const BytesView content = plain.view(SecretAccess());
    return DataKey{Secret::copy_of(content.first(key_size)), std::string(as_text(content.subspan(key_size)))};
}

/// Without white space around it, as text files and mails add it.
std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const std::size_t first = std::min(text.find_first_not_of(space), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(space) + 1);
}

Result<Bytes> octets_of(std::string_view word, std::string_view text) {
    text = trimmed(text);
    if (!text.starts_with(word)) {
        return bad("it does not begin as one");
    }
    auto octets = from_base64url(text.substr(word.size()));
    if (!octets) {
        return bad("its letters");
    }
    return std::move(*octets);
}

}  // namespace

Bytes seal_recovery(const RecoveryHeader& header, const Secret& key, std::string_view cipher,
                    Random& random) {
    return seal(to_office, header, key, cipher, random);
}

Result<RecoveryHeader> recovery_header(BytesView wrap) {
    COTMOC_ASSIGN(const Parts parts, parse(to_office, wrap));
    return parts.header;
}

std::string RecoveryRequest::code() const {
    constexpr std::size_t group = 4;
    const std::string digits = hash(label::recovery_code, {wrap, session.view()}).hex();
    std::string code;
    for (std::size_t i = 0; i < 4 * group; i += group) {
        code += (i == 0 ? "" : "-") + digits.substr(i, group);
    }
    return code;
}

std::string encode_recovery_request(BytesView wrap, const AgreementPublicKey& session) {
    BinaryWriter writer;
    writer.id(session);
    writer.raw(wrap);
    return std::string(request_word) + to_base64url(writer.bytes());
}

Result<RecoveryRequest> parse_recovery_request(std::string_view text) {
    COTMOC_ASSIGN(const Bytes octets, octets_of(request_word, text));
    BinaryReader reader(octets);
    RecoveryRequest request;
    request.session = reader.id<AgreementPublicKey>();
    const BytesView wrap = reader.rest();
    request.wrap.assign(wrap.begin(), wrap.end());
    COTMOC_ASSIGN(request.header, recovery_header(request.wrap));
    return request;
}

Result<std::string> answer_recovery(const RecoveryRequest& request, const AgreementKey& recovery_key,
                                    Random& random) {
    COTMOC_ASSIGN(const DataKey data, open(to_office, request.wrap, recovery_key));
    const RecoveryHeader header{request.header.root, request.header.device, request.session};
    return std::string(answer_word) + to_base64url(seal(to_device, header, data.key, data.cipher, random));
}

Result<DataKey> take_recovery_answer(std::string_view text, BytesView wrap, const AgreementKey& session) {
    COTMOC_ASSIGN(const RecoveryHeader own, recovery_header(wrap));
    COTMOC_ASSIGN(const Bytes octets, octets_of(answer_word, text));
    COTMOC_ASSIGN(const Parts parts, parse(to_device, octets));
    if (parts.header.device != own.device || parts.header.root != own.root) {
        return bad("it is for another device");
    }
    return open(to_device, octets, session);
}

Result<Bytes> seal_recovery_session(const AgreementKey& session, const Secret& passphrase, KdfPreset preset,
                                    Random& random) {
    return seal_passphrase_box(session_magic, session.seed(), passphrase, preset, {}, random);
}

Result<AgreementKey> open_recovery_session(BytesView file, const Secret& passphrase) {
    COTMOC_ASSIGN(Secret seed, open_passphrase_box(session_magic, file, passphrase, {}));
    if (seed.size() != key_size) {
        return fail(ErrorCode::key_file_damaged, "recovery session");
    }
    return AgreementKey::from_seed(std::move(seed));
}

}  // namespace cotmoc::crypto
