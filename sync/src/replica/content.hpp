// What an envelope of a change set holds: newest stamp, frontier delta, notes, ops (docs/spec/encoding.md).
#pragma once

#include <cotmoc/core/change_set.hpp>
#include <cotmoc/sync/note.hpp>

namespace cotmoc::sync {

struct ContentHead {
    core::Hlc newest;
    std::uint64_t trust_position = 0;
    /// What was newly seen since the author's last change set; by device.
    std::vector<std::pair<DeviceIndex, std::uint64_t>> delta;
    std::vector<Note> notes = {};
};

struct Content {
    ContentHead head;
    core::ChangeSet ops;
};

Bytes encode_content(const ContentHead& head, const core::ChangeSet& ops);
/// What stands before the ops; `rest` becomes the ops' octets. bad_encoding.
Result<ContentHead> decode_content_head(BytesView content, BytesView& rest);
/// bad_encoding unless the octets are the one accepted form.
Result<Content> decode_content(BytesView content);

}  // namespace cotmoc::sync
