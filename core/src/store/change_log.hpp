// What the running transaction changed in what people are shown. Kept only while somebody observes.
#pragma once

#include <cotmoc/base/hash.hpp>
#include <cotmoc/core/store.hpp>

#include <map>

namespace cotmoc::core {

class ChangeLog {
public:
    /// A row that was touched, with hashes of what it showed at first and what it shows now.
    struct Row {
        RecordId id;
        std::optional<Hash256> before;  // nothing: it is new
        std::optional<Hash256> after;   // nothing: as inserted
        bool changed() const { return !before || before != after; }
    };

    bool recording() const { return recording_; }
    void set_recording(bool recording) { recording_ = recording; }
    void inserted(std::int64_t row, const RecordId& id) { rows_.emplace(row, Row{id, {}, {}}); }
    void saved(std::int64_t row, const RecordId& id, const Hash256& before, const Hash256& after);
    /// A new catalogue may change what a query finds without touching a row.
    void note_everything() { everything_ = true; }

    bool empty() const { return rows_.empty() && !everything_; }
    bool everything() const { return everything_; }
    const std::map<std::int64_t, Row>& rows() const { return rows_; }
    void clear();

private:
    std::map<std::int64_t, Row> rows_;
    bool everything_ = false;
    bool recording_ = false;
};

/// Of all that a record's view shows, except how far it has come.
Hash256 shown_hash(const Hasher& hasher, std::string_view body, std::int64_t flags,
                   std::span<const FieldConflict> conflicts);

}  // namespace cotmoc::core
