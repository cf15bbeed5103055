#include <cotmoc/crypto/high_water_mark.hpp>

#include "derive.hpp"
#include "labels.hpp"

#include <cotmoc/base/binary.hpp>

#include <sodium.h>

namespace cotmoc::crypto {
namespace {

constexpr std::string_view magic = "CMH1";
constexpr std::size_t mark_bytes_max = 1024 * 1024;

Hash256 tag_of(BytesView body, const DeviceKeys& device) {
    Hash256 tag;
    derive(tag.octets, device.signing.seed().view(SecretAccess()), label::high_water, {body});
    return tag;
}

}  // namespace

Bytes seal_high_water_mark(std::span<const MarkedFeed> feeds, const DeviceKeys& device) {
    BinaryWriter writer;
    writer.raw(as_bytes(magic));
    writer.varint(feeds.size());
    for (const MarkedFeed& feed : feeds) {
        writer.id(feed.space);
        writer.varint(feed.seq);
        writer.id(feed.hash);
    }
    writer.id(tag_of(writer.bytes(), device));
    return writer.take();
}

std::optional<std::vector<MarkedFeed>> open_high_water_mark(BytesView bytes, const DeviceKeys& device) {
    if (bytes.size() < magic.size() + Hash256::size || bytes.size() > mark_bytes_max) {
        return std::nullopt;
    }
    const BytesView body = bytes.first(bytes.size() - Hash256::size);
    const Hash256 tag = tag_of(body, device);
    if (sodium_memcmp(tag.octets.data(), bytes.last(Hash256::size).data(), Hash256::size) != 0) {
        return std::nullopt;
    }
    BinaryReader reader(body);
    if (as_text(reader.raw(magic.size())) != magic) {
        return std::nullopt;
    }
    std::vector<MarkedFeed> feeds;
    for (std::size_t left = reader.count(SpaceId::size + 1 + Hash256::size); left > 0; --left) {
        MarkedFeed feed;
        feed.space = reader.id<SpaceId>();
        feed.seq = reader.varint();
        feed.hash = reader.id<Hash256>();
        feeds.push_back(feed);
    }
    return reader.finished() ? std::optional(std::move(feeds)) : std::nullopt;
}

}  // namespace cotmoc::crypto
