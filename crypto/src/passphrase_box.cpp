#include "passphrase_box.hpp"

#include "aead.hpp"
#include "derive.hpp"
#include "labels.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

#include <sodium.h>

namespace cotmoc::crypto {
namespace {

constexpr std::size_t magic_size = 4;
constexpr std::uint8_t format = 1;
constexpr std::size_t header_size = 38;                        // magic to salt: bound in key and tag
constexpr std::size_t box_offset = header_size + 32 + 24 + 4;  // commitment, nonce, length
constexpr std::size_t file_max = 64 * 1024;

/// All of them stretch the passphrase with Argon2id version 1.3.
enum class Derivation : std::uint8_t {
    passphrase = 1,
    hardware = 2,      // and the key store's hardware secret
    hardware_pin = 3,  // the same with a short passphrase: the key store counts the tries
};

struct Cost {
    std::uint64_t passes;
    std::uint64_t memory;
    friend bool operator==(const Cost&, const Cost&) = default;
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

Derivation derivation_of(const Secret& passphrase, const Secret& hardware) {
    if (hardware.empty()) {
        return Derivation::passphrase;
    }
    return check_passphrase(passphrase, false) ? Derivation::hardware : Derivation::hardware_pin;
}

Result<void> derive_file_key(CommittingKey& out, const Secret& passphrase, const Secret& hardware,
                             BytesView salt, Cost cost, BytesView header) {
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
    if (hardware.empty() || switched_off("hardware-secret")) {
        derive(out.octets.span(), stretched.view(), label::key_file, {header});
    } else {
        derive(out.octets.span(), stretched.view(), label::key_file, {header, hardware.view(SecretAccess())});
    }
    return {};
}

/// The parts of a file whose checksum is right.
struct Parts {
    BytesView header;
    Derivation derivation{};
    Cost cost{};
    BytesView salt;
    Hash256 commitment;
    AeadNonce nonce{};
    BytesView box;
};

Result<Parts> parse(std::string_view magic, BytesView file) {
    if (file.size() < box_offset + aead_tag_size + Hash256::size || file.size() > file_max) {
        return fail(ErrorCode::key_file_damaged, "length");
    }
    BinaryReader reader(file.first(file.size() - Hash256::size));
    if (as_text(reader.raw(magic_size)) != magic) {
        return fail(ErrorCode::key_file_damaged, "magic");
    }
    const Hash256 checksum = hash(label::key_file_checksum, {file.first(file.size() - Hash256::size)});
    if (Hash256::from(file.last(Hash256::size)) != checksum) {
        return fail(ErrorCode::key_file_damaged, "checksum");
    }
    const std::uint8_t said_format = reader.u8();
    const std::uint8_t derivation = reader.u8();
    if (said_format != format || derivation < static_cast<std::uint8_t>(Derivation::passphrase) ||
        derivation > static_cast<std::uint8_t>(Derivation::hardware_pin)) {
        return fail(ErrorCode::unsupported_version, "key file format");
    }
    Parts parts;
    parts.header = file.first(header_size);
    parts.derivation = static_cast<Derivation>(derivation);
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
    const bool within = cost.passes >= cost_min.passes && cost.passes <= cost_max.passes &&
                        cost.memory >= cost_min.memory && cost.memory <= cost_max.memory;
    if (!within && !switched_off("key-file-parameters")) {
        return fail(ErrorCode::weak_key_parameters);
    }
    return parts;
}

}  // namespace

Result<Bytes> seal_passphrase_box(std::string_view magic, const Secret& plain, const Secret& passphrase,
                                  KdfPreset preset, const Secret& hardware, Random& random) {
    COTMOC_TRY(check_passphrase(passphrase, !hardware.empty()));
    if (plain.size() + box_offset + aead_tag_size + Hash256::size > file_max) {
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
    writer.u8(static_cast<std::uint8_t>(derivation_of(passphrase, hardware)));
    writer.u64(cost.passes);
    writer.u64(cost.memory);
    writer.id(salt);
    const Bytes header = writer.bytes();
    CommittingKey key;
    COTMOC_TRY(derive_file_key(key, passphrase, hardware, salt.view(), cost, header));
    writer.id(key.commitment());
    writer.raw(nonce);
    Bytes box(plain.size() + aead_tag_size);
    aead_seal(box, key.key(), nonce, plain.view(SecretAccess()), header);
    writer.u32(static_cast<std::uint32_t>(box.size()));
    writer.raw(box);
    writer.id(hash(label::key_file_checksum, {writer.bytes()}));
    return writer.take();
}

Result<Secret> open_passphrase_box(std::string_view magic, BytesView file, const Secret& passphrase,
                                   const Secret& hardware) {
    COTMOC_ASSIGN(const Parts parts, parse(magic, file));
    if (parts.derivation != Derivation::passphrase && hardware.empty()) {
        return fail(ErrorCode::no_key_custody, "the key file needs the secret of the device that made it");
    }
    const Secret none;
    CommittingKey key;
    COTMOC_TRY(derive_file_key(key, passphrase, parts.derivation == Derivation::passphrase ? none : hardware,
                               parts.salt, parts.cost, parts.header));
    if (!key.commits_to(parts.commitment) && !switched_off("key-file-commitment")) {
        return fail(ErrorCode::wrong_passphrase);
    }
    Secret plain = Secret::copy_of(Bytes(parts.box.size() - aead_tag_size, 0));
    if (!aead_open(plain.writable(SecretAccess()), key.key(), parts.nonce, parts.box, parts.header)) {
        return fail(ErrorCode::key_file_damaged, "contents do not decrypt");
    }
    return plain;
}

Result<KeyFileNeeds> passphrase_box_needs(std::string_view magic, BytesView file) {
    COTMOC_ASSIGN(const Parts parts, parse(magic, file));
    KeyFileNeeds needs{parts.derivation != Derivation::passphrase,
                       parts.derivation == Derivation::hardware_pin, std::nullopt};
    for (const KdfPreset preset : {KdfPreset::desktop, KdfPreset::phone, KdfPreset::low}) {
        if (cost_of(preset) == parts.cost) {
            needs.preset = preset;
        }
    }
    return needs;
}

}  // namespace cotmoc::crypto
