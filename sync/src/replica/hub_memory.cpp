#include "replica/hub_memory.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/test_switch.hpp>

namespace cotmoc::sync {
namespace {

constexpr std::uint8_t form_2 = 2;

}  // namespace

bool speaks_for_hub(const crypto::TrustState::Device& peer) {
    return peer.role == crypto::Role::hub || switched_off("hub-role");
}

void HubMemory::name(const Feed& feed, std::uint64_t seq, DeviceIndex by) {
    const auto found = named.find(feed);
    if (found == named.end() && named.size() >= named_max) {
        return;
    }
    Named& highest = named[feed];
    if (seq > highest.seq) {
        highest = {seq, by};
    }
}

std::uint64_t HubSession::shown(const HubMemory::Feed& feed, std::uint64_t held) const {
    const auto sent = waiting.find(feed);
    while (sent != waiting.end() && sent->second.contains(held + 1)) {
        ++held;
    }
    return held;
}

Bytes encode_hub_memory(const HubMemory& memory) {
    BinaryWriter writer;
    writer.u8(form_2);
    writer.id(memory.hub);
    for (const std::uint64_t number :
         {memory.trust_position, memory.session_ms, memory.newest_ms, std::uint64_t{memory.went_back},
          memory.went_back_ms, memory.lost_trust_entries, memory.named_trust}) {
        writer.varint(number);
    }
    writer.varint(memory.named.size());
    for (const auto& [feed, named] : memory.named) {
        writer.id(feed.first);
        writer.varint(to_number(feed.second));
        writer.varint(named.seq);
        writer.varint(to_number(named.by));
    }
    writer.varint(memory.lost.size());
    for (const auto& [feed, count] : memory.lost) {
        writer.id(feed.first);
        writer.varint(to_number(feed.second));
        writer.varint(count);
    }
    return writer.take();
}

HubMemory decode_hub_memory(BytesView bytes) {
    BinaryReader reader(bytes);
    HubMemory memory;
    if (reader.u8() != form_2) {
        return {};
    }
    memory.hub = reader.id<DeviceId>();
    std::uint64_t went_back = 0;
    for (std::uint64_t* number : {&memory.trust_position, &memory.session_ms, &memory.newest_ms, &went_back,
                                  &memory.went_back_ms, &memory.lost_trust_entries, &memory.named_trust}) {
        *number = reader.varint();
    }
    memory.went_back = went_back != 0;
    const std::size_t count = reader.count(SpaceId::size + 3);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        const auto space = reader.id<SpaceId>();
        const auto author = static_cast<DeviceIndex>(reader.varint());
        const std::uint64_t seq = reader.varint();
        memory.named[{space, author}] = {seq, static_cast<DeviceIndex>(reader.varint())};
    }
    const std::size_t feeds = reader.count(SpaceId::size + 2);
    for (std::size_t i = 0; i < feeds && reader.ok(); ++i) {
        const auto space = reader.id<SpaceId>();
        const auto author = static_cast<DeviceIndex>(reader.varint());
        memory.lost[{space, author}] = reader.varint();
    }
    return reader.finished() ? memory : HubMemory();
}

}  // namespace cotmoc::sync
