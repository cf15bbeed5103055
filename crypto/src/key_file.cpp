#include <cotmoc/crypto/key_file.hpp>

#include "passphrase_box.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

constexpr std::string_view magic = "CMK1";
constexpr std::size_t extras_max = 64;
constexpr std::uint8_t contents_version = 1;

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
                            Random& random, const Secret& hardware) {
    COTMOC_CHECK(contents.database_key.size() == 32);
    if (contents.extra.size() > extras_max) {
        return fail(ErrorCode::limit_exceeded, "key file contents");
    }
    return seal_passphrase_box(magic, encode_contents(contents), passphrase, preset, hardware, random);
}

Result<KeyFileContents> open_key_file(BytesView file, const Secret& passphrase, const Secret& hardware) {
    COTMOC_ASSIGN(const Secret plain, open_passphrase_box(magic, file, passphrase, hardware));
    return decode_contents(plain.view(SecretAccess()));
}

Result<KeyFileNeeds> key_file_needs(BytesView file) { return passphrase_box_needs(magic, file); }

KeyFileContents KeyFileContents::clone() const {
    KeyFileContents copy{device.clone(), database_key.clone(), cipher, {}};
    for (const Extra& entry : extra) {
        copy.extra.push_back({entry.name, entry.secret.clone()});
    }
    return copy;
}

}  // namespace cotmoc::crypto
