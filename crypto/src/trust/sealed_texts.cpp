#include "trust/sealed_texts.hpp"

#include "compression.hpp"
#include "derive.hpp"
#include "labels.hpp"
#include "trust/trust_body.hpp"

#include <cotmoc/base/check.hpp>

namespace cotmoc::crypto {
namespace {

constexpr InflateLimits catalogue_limits{8 * 1024 * 1024, 64};
constexpr int catalogue_level = 19;

/// The root and an id: a sealed name cannot be moved to another device, space or province.
Bytes associated_data(const Hash256& root, BytesView id) {
    BinaryWriter writer;
    writer.id(root);
    writer.raw(id);
    return writer.take();
}

}  // namespace

Bytes seal_device_name(const EpochKey& directory, const Hash256& root, const DeviceId& id,
                       std::string_view name, Random& random) {
    return seal_text(directory, label::text_device_name, associated_data(root, id.view()), as_bytes(name),
                     random);
}

Result<Bytes> open_device_name(const EpochKey& directory, const Hash256& root, const DeviceId& id,
                               BytesView sealed) {
    return open_text(directory, label::text_device_name, associated_data(root, id.view()), sealed);
}

Bytes seal_space_name(const EpochKey& directory, const Hash256& root, const SpaceId& id,
                      const KeyRing::SpaceName& name, Random& random) {
    BinaryWriter writer;
    writer.string(name.name);
    writer.string(name.label);
    return seal_text(directory, label::text_space_name, associated_data(root, id.view()), writer.bytes(),
                     random);
}

Result<Bytes> open_space_name(const EpochKey& directory, const Hash256& root, const SpaceId& id,
                              BytesView sealed) {
    return open_text(directory, label::text_space_name, associated_data(root, id.view()), sealed);
}

std::optional<KeyRing::SpaceName> decode_space_name(BytesView text) {
    BinaryReader reader(text);
    KeyRing::SpaceName name;
    name.name = reader.string();
    name.label = reader.string();
    return reader.finished() ? std::optional(std::move(name)) : std::nullopt;
}

Result<Bytes> seal_catalogue(const EpochKey& directory, const Hash256& root, std::string_view json,
                             Random& random) {
    if (json.size() > catalogue_limits.size_max) {
        return fail(ErrorCode::limit_exceeded, "catalogue");
    }
    BinaryWriter writer;
    writer.u32(static_cast<std::uint32_t>(json.size()));
    writer.raw(compress_within(as_bytes(json), catalogue_level, catalogue_limits));
    Bytes sealed = seal_text(directory, label::text_catalogue, root.view(), writer.bytes(), random);
    if (sealed.size() > trust::sealed_catalogue_max) {
        return fail(ErrorCode::limit_exceeded, "catalogue");
    }
    return sealed;
}

Result<Bytes> open_catalogue(const EpochKey& directory, const Hash256& root, BytesView sealed) {
    return open_text(directory, label::text_catalogue, root.view(), sealed);
}

Result<std::string> inflate_catalogue(BytesView text) {
    BinaryReader reader(text);
    const std::uint32_t length = reader.u32();
    if (!reader.ok()) {
        return fail(ErrorCode::bad_encoding, "catalogue");
    }
    COTMOC_ASSIGN(const Bytes json, inflate(reader.rest(), catalogue_limits));
    if (json.size() != length) {
        return fail(ErrorCode::bad_compression, "length of the catalogue");
    }
    return std::string(as_text(json));
}

Bytes seal_previous_key(const EpochKey& newer, const EpochKey& older, Random& random) {
    COTMOC_CHECK(newer.space == older.space && newer.epoch > older.epoch);
    return seal_text(newer, label::text_previous_key, {}, older.key.view(SecretAccess{}), random);
}

Result<Secret> open_previous_key(const EpochKey& newer, BytesView sealed) {
    COTMOC_ASSIGN(Bytes octets, open_text(newer, label::text_previous_key, {}, sealed));
    Secret key = Secret::copy_of(octets);
    wipe(octets);
    return key.size() == 32 ? Result<Secret>(std::move(key))
                            : fail(ErrorCode::wrong_commitment, "the length of a former key");
}

}  // namespace cotmoc::crypto
