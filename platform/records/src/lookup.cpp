#include <cotmoc/records/lookup.hpp>

#include <cotmoc/sync/attachments.hpp>

namespace cotmoc::records {

Result<const core::Catalogue*> catalogue_of(const sync::Replica& replica) {
    if (replica.catalogue() == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    return replica.catalogue();
}

Result<const core::Kind*> find_kind(const sync::Replica& replica, std::string_view name) {
    COTMOC_ASSIGN(const core::Catalogue* catalogue, catalogue_of(replica));
    const core::Kind* kind = catalogue->find(name);
    if (kind == nullptr) {
        return fail(ErrorCode::unknown_kind, std::string(name));
    }
    return kind;
}

Result<RecordId> find_record_id(sync::Replica& replica, std::string_view text) {
    if (const auto id = from_uuid_text(text)) {
        return *id;
    }
    std::string prefix;
    for (const char letter : text) {
        if (letter != '-') {
            const bool upper = letter >= 'A' && letter <= 'F';
            prefix += upper ? static_cast<char>(letter - 'A' + 'a') : letter;
        }
    }
    const bool digits = prefix.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!digits || prefix.size() < 4 || prefix.size() >= 32) {
        return fail(ErrorCode::bad_id, std::string(text));
    }
    std::optional<RecordId> found;
    bool several = false;
    core::ListQuery everything;
    everything.deleted = true;
    everything.joined = true;
    COTMOC_TRY(replica.store().list(everything, [&](const core::RecordView& record) {
        if (record.id.hex().starts_with(prefix)) {
            several = found.has_value();
            found = record.id;
        }
        return !several;
    }));
    if (several) {
        return fail(ErrorCode::bad_id, std::string(text) + " begins several ids");
    }
    if (!found) {
        return fail(ErrorCode::unknown_record, std::string(text));
    }
    return *found;
}

Result<core::RecordView> find_record(sync::Replica& replica, std::string_view id_text) {
    COTMOC_ASSIGN(const RecordId id, find_record_id(replica, id_text));
    COTMOC_ASSIGN(std::optional<core::RecordView> record, replica.store().find(id));
    if (!record) {
        return fail(ErrorCode::unknown_record, to_uuid_text(id));
    }
    return std::move(*record);
}

Result<sync::SpaceInfo> space_or_default(const sync::Replica& replica, const std::string& name) {
    return name.empty() ? replica.default_space() : replica.find_space(name);
}

Result<core::ImportLine> read_import_line(sync::Replica& replica, std::string_view line) {
    COTMOC_ASSIGN(const core::Catalogue* catalogue, catalogue_of(replica));
    return core::parse_import_line(*catalogue, line, [&](const RecordId& id, const std::string& field) {
        const auto known = sync::attachments_of(replica, id, field);
        // A record that is not here, or another kind's here, names no such file.
        return known ? known : Result<std::vector<core::Attachment>>(std::vector<core::Attachment>());
    });
}

}  // namespace cotmoc::records
