#include "store/change_log.hpp"

#include <cotmoc/base/binary.hpp>

namespace cotmoc::core {

void ChangeLog::saved(std::int64_t row, const RecordId& id, const Hash256& before, const Hash256& after) {
    const auto [entry, added] = rows_.emplace(row, Row{id, before, after});
    if (!added) {
        entry->second.after = after;
    }
}

void ChangeLog::clear() {
    rows_.clear();
    everything_ = false;
}

Hash256 shown_hash(const Hasher& hasher, std::string_view body, std::int64_t flags,
                   std::span<const FieldConflict> conflicts) {
    BinaryWriter writer;
    writer.varint(static_cast<std::uint64_t>(flags));
    for (const FieldConflict& conflict : conflicts) {
        writer.string(conflict.field);
        writer.varint(conflict.values.size());
        for (const LiveValue& live : conflict.values) {
            Bytes value;
            append_canonical(value, live.value);
            writer.blob(value);
            writer.varint(to_number(live.dot.device));
            writer.varint(live.dot.seq);
            writer.varint(live.dot.index);
        }
    }
    const BytesView parts[] = {writer.bytes(), as_bytes(body)};
    return hasher.hash("shown", parts);
}

}  // namespace cotmoc::core
