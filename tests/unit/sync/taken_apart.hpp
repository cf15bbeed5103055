// Volumes taken apart and put together in another way, by whom they should not.
#pragma once

#include "sticks.hpp"

#include "bundle/volume.hpp"

namespace cotmoc::sync_test {

/// A volume of any items, sealed with a key of choice.
inline Bytes make_volume(const sync::VolumeHeader& as, const crypto::SigningKey& key,
                         const std::vector<std::pair<sync::ItemType, Bytes>>& items) {
    sync::VolumeHeader header = as;
    header.size = sync::volume_header_size + sync::volume_seal_size;
    for (const auto& [type, body] : items) {
        header.size += sync::item_size(body.size());
    }
    Stick stick;
    sync::VolumeWriter writer(stick, key);
    stick.volumes.clear();
    header.number = 1;
    REQUIRE(writer.begin(header));
    for (const auto& [type, body] : items) {
        REQUIRE(writer.put(type, body));
    }
    REQUIRE(writer.end());
    return stick.volumes.at(0);
}

/// What is on a volume, to be put together in another way.
struct TakenApart {
    sync::VolumeHeader header;
    std::vector<std::pair<sync::ItemType, Bytes>> items;

    explicit TakenApart(const Bytes& volume) {
        MemoryVolume source(volume, "v");
        sync::VolumeReader reader = must(sync::VolumeReader::open(source));
        header = reader.header();
        while (auto item = must(reader.next())) {
            items.emplace_back(item->type, std::move(item->body));
        }
    }
};

}  // namespace cotmoc::sync_test
