#include <cotmoc/crypto/key_file.hpp>

#include "aead.hpp"
#include "derive.hpp"
#include "labels.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>

#include <algorithm>

#include <sodium.h>

namespace cotmoc::crypto {
namespace {

constexpr std::string_view magic = "CMK1";
constexpr std::uint8_t format = 1;
constexpr std::uint8_t argon2id13 = 1;
constexpr std::size_t header_size = 38;                        // magic to salt: bound in key and tag
constexpr std::size_t box_offset = header_size + 32 + 24 + 4;  // commitment, nonce, length
constexpr std::size_t contents_max = 64 * 1024;
constexpr std::size_t extras_max = 64;
constexpr std::uint8_t contents_version = 1;

struct Cost {
    std::uint64_t passes;
    std::uint64_t memory;
};
constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr Cost cost_min{2, 19 * mebibyte};
constexpr Cost cost_max{16, 1024 * mebibyte};

Cost cost_of(KdfPreset preset) {
    switch (preset) {
        case KdfPreset::desktop:
            return {3, 256 * mebibyte};
        case KdfPreset::phone:
            return {3, 64 * mebibyte};
        case KdfPreset::low:
            break;
    }
    return cost_min;
}

Result<void> derive_file_key(CommittingKey& out, const Secret& passphrase, BytesView salt, Cost cost,
                             BytesView header) {
    Wiped<32> stretched;
    const BytesView phrase = passphrase.view(SecretAccess());
    // It fails for nothing but memory, as the cost was checked before.
    if (crypto_pwhash(stretched.span().data(), stretched.span().size(),
                      phrase.empty() ? "" : reinterpret_cast<const char*>(phrase.data()), phrase.size(),
                      salt.data(), cost.passes, static_cast<std::size_t>(cost.memory),
                      crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return fail(ErrorCode::out_of_memory,
                    "the passphrase needs " + std::to_string(cost.memory / mebibyte) + " MiB");
    }
    derive(out.octets.span(), stretched.view(), label::key_file, {header});
    return {};
}

/// Writes the framing with BinaryWriter and the secrets straight into guarded memory, so that no copy of a
/// secret stays behind in a buffer that grew.
class SecretWriter {
public:
    BinaryWriter framing;

    void secret(const Secret& secret) {
        slots_.push_back({framing.size(), &secret});
        framing.raw(Bytes(secret.size(), 0));
    }
    Secret finish() const {
        Secret result = Secret::copy_of(framing.bytes());
        for (const Slot& slot : slots_) {
            std::ranges::copy(
                slot.secret->view(SecretAccess()),
                result.writable(SecretAccess()).begin() + static_cast<std::ptrdiff_t>(slot.position));
        }
        return result;
    }

private:
    struct Slot {
        std::size_t position;
        const Secret* secret;
    };
    std::vector<Slot> slots_;
};

Secret encode_contents(const KeyFileContents& contents) {
    SecretWriter writer;
    writer.framing.u8(contents_version);
    writer.secret(contents.device.signing.seed());
    writer.secret(contents.device.agreement.seed());
    writer.secret(contents.database_key);
    writer.framing.string(contents.cipher);
    writer.framing.varint(contents.extra.size());
    for (const KeyFileContents::Extra& extra : contents.extra) {
        writer.framing.string(extra.name);
        writer.framing.varint(extra.secret.size());
        writer.secret(extra.secret);
    }
    return writer.finish();
}

Result<KeyFileContents> decode_contents(BytesView bytes) {
    BinaryReader reader(bytes);
    if (reader.u8() != contents_version) {
        return fail(ErrorCode::unsupported_version, "key file contents");
    }
    const BytesView signing = reader.raw(32);
    const BytesView agreement = reader.raw(32);
    const BytesView database = reader.raw(32);
    if (!reader.ok()) {
        return fail(ErrorCode::key_file_damaged, "contents");
    }
    KeyFileContents contents{{SigningKey::from_seed(Secret::copy_of(signing)),
                              AgreementKey::from_seed(Secret::copy_of(agreement))},
                             Secret::copy_of(database),
                             std::string(reader.string()),
                             {}};
    const std::size_t count = reader.count(2);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        std::string name(reader.string());
        contents.extra.push_back({std::move(name), Secret::copy_of(reader.blob())});
    }
    if (!reader.finished()) {
        return fail(ErrorCode::key_file_damaged, "contents");
    }
    return contents;
}

/// The parts of a file whose checksum is right.
struct KeyFileParts {
    BytesView header;
    Cost cost{};
    BytesView salt;
    Hash256 commitment;
    AeadNonce nonce{};
    BytesView box;
};

Result<KeyFileParts> parse_key_file(BytesView file) {
    if (file.size() < box_offset + aead_tag_size + Hash256::size || file.size() > contents_max) {
        return fail(ErrorCode::key_file_damaged, "length");
    }
    BinaryReader reader(file.first(file.size() - Hash256::size));
    if (as_text(reader.raw(magic.size())) != magic) {
        return fail(ErrorCode::key_file_damaged, "magic");
    }
    const Hash256 checksum = hash(label::key_file_checksum, {file.first(file.size() - Hash256::size)});
    if (Hash256::from(file.last(Hash256::size)) != checksum) {
        return fail(ErrorCode::key_file_damaged, "checksum");
    }
    if (reader.u8() != format || reader.u8() != argon2id13) {
        return fail(ErrorCode::unsupported_version, "key file format");
    }
    KeyFileParts parts;
    parts.header = file.first(header_size);
    parts.cost.passes = reader.u64();
    parts.cost.memory = reader.u64();
    parts.salt = reader.raw(crypto_pwhash_SALTBYTES);
    parts.commitment = reader.id<Hash256>();
    std::ranges::copy(reader.raw(parts.nonce.size()), parts.nonce.begin());
    const std::size_t box_size = reader.u32();
    if (box_size != reader.remaining()) {
        return fail(ErrorCode::key_file_damaged, "length");
    }
    parts.box = reader.rest();
    const Cost& cost = parts.cost;
    if (cost.passes < cost_min.passes || cost.passes > cost_max.passes || cost.memory < cost_min.memory ||
        cost.memory > cost_max.memory) {
        return fail(ErrorCode::weak_key_parameters);
    }
    return parts;
}

}  // namespace

std::optional<KdfPreset> parse_kdf_preset(std::string_view name) {
    if (name == "desktop") {
        return KdfPreset::desktop;
    }
    if (name == "phone") {
        return KdfPreset::phone;
    }
    if (name == "low") {
        return KdfPreset::low;
    }
    return std::nullopt;
}

const Secret* KeyFileContents::find(std::string_view name) const {
    const auto found = std::ranges::find(extra, name, &Extra::name);
    return found == extra.end() ? nullptr : &found->secret;
}

Result<Bytes> seal_key_file(const KeyFileContents& contents, const Secret& passphrase, KdfPreset preset,
                            Random& random) {
    COTMOC_CHECK(contents.database_key.size() == 32);
    const Secret plain = encode_contents(contents);
    if (plain.size() + box_offset + aead_tag_size + Hash256::size > contents_max ||
        contents.extra.size() > extras_max) {
        return fail(ErrorCode::limit_exceeded, "key file contents");
    }
    const Cost cost = cost_of(preset);
    FixedBytes<crypto_pwhash_SALTBYTES, struct KeyFileSaltTag> salt;
    AeadNonce nonce;
    random.fill(salt.octets);
    random.fill(nonce);

    BinaryWriter writer;
    writer.raw(as_bytes(magic));
    writer.u8(format);
    writer.u8(argon2id13);
    writer.u64(cost.passes);
    writer.u64(cost.memory);
    writer.id(salt);
    const Bytes header = writer.bytes();
    CommittingKey key;
    COTMOC_TRY(derive_file_key(key, passphrase, salt.view(), cost, header));
    writer.id(key.commitment());
    writer.raw(nonce);
    Bytes box(plain.size() + aead_tag_size);
    aead_seal(box, key.key(), nonce, plain.view(SecretAccess()), header);
    writer.u32(static_cast<std::uint32_t>(box.size()));
    writer.raw(box);
    writer.id(hash(label::key_file_checksum, {writer.bytes()}));
    return writer.take();
}

Result<KeyFileContents> open_key_file(BytesView file, const Secret& passphrase) {
    COTMOC_ASSIGN(const KeyFileParts parts, parse_key_file(file));
    CommittingKey key;
    COTMOC_TRY(derive_file_key(key, passphrase, parts.salt, parts.cost, parts.header));
    if (!key.commits_to(parts.commitment)) {
        return fail(ErrorCode::wrong_passphrase);
    }
    Secret plain = Secret::copy_of(Bytes(parts.box.size() - aead_tag_size, 0));
    if (!aead_open(plain.writable(SecretAccess()), key.key(), parts.nonce, parts.box, parts.header)) {
        return fail(ErrorCode::key_file_damaged, "contents do not decrypt");
    }
    return decode_contents(plain.view(SecretAccess()));
}

}  // namespace cotmoc::crypto
