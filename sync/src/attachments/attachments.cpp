#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/attachments.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::size_t id_digits_min = 6;

struct Place {
    core::RecordView record;
    const core::Field* field = nullptr;
};

Result<Place> find_place(Replica& replica, const RecordId& id, std::string_view field) {
    COTMOC_ASSIGN(std::optional<core::RecordView> record, replica.store().find(id));
    if (!record) {
        return fail(ErrorCode::unknown_record, to_uuid_text(id));
    }
    const core::Catalogue* catalogue = replica.catalogue();
    const core::Kind* kind = catalogue != nullptr ? catalogue->find(record->kind) : nullptr;
    const core::Field* found = kind != nullptr ? kind->find(field) : nullptr;
    if (found == nullptr) {
        return fail(ErrorCode::unknown_field, record->kind + "." + std::string(field));
    }
    if (found->type != core::FieldType::attachments) {
        return fail(ErrorCode::wrong_shape, found->name);
    }
    return Place{std::move(*record), found};
}

std::string quoted(std::string_view text) {
    std::string sql = "'";
    for (const char letter : text) {
        sql += letter == '\'' ? "''" : std::string(1, letter);
    }
    return sql + "'";
}

/// The items of a field of a kind's records; `where` limits them. They come as hex, so that no text needs to
/// be unescaped. The one place that reads them with their keys: what the views show is without.
Result<void> each_item(Replica& replica, const std::string& kind, const core::Field& field,
                       const std::string& where, const std::function<void(core::Attachment)>& each) {
    const std::string sql = "SELECT hex(j.value) FROM \"" + kind +
                            "\" AS r JOIN _record AS raw ON raw.id = unhex(replace(r.id, '-', '')), "
                            "json_each(raw.body, '$." +
                            field.key + "') AS j" + where + " ORDER BY r.id, j.key";
    return replica.store().sql(sql, [&](std::span<const std::string>, std::span<const std::string> json) {
        const std::optional<Bytes> text = from_hex(std::string_view(json[0]).substr(1, json[0].size() - 2));
        // An item of a newer form is left alone.
        if (auto attachment = text ? core::parse_attachment(as_text(*text)) : std::nullopt) {
            each(std::move(*attachment));
        }
        return true;
    });
}

Result<Bytes> read_chunk(const AttachmentSource& source, std::size_t number) {
    const std::size_t length = crypto::attachment_chunk_length(source.size, number);
    COTMOC_ASSIGN(Bytes chunk, source.read(std::uint64_t{number} * crypto::attachment_chunk_size, length));
    if (chunk.size() != length) {
        return fail(ErrorCode::cannot_read_file, source.name + ": it changed while it was read");
    }
    return chunk;
}

Result<Hash256> hash_content(const AttachmentSource& source) {
    crypto::AttachmentContentHash content;
    for (std::size_t number = 0; number < crypto::attachment_chunk_count(source.size); ++number) {
        COTMOC_ASSIGN(const Bytes chunk, read_chunk(source, number));
        content.take(chunk);
    }
    return content.finish(source.size);
}

/// Seals chunk by chunk under this key, which no other octets may ever be sealed under; returns what the
/// record will say.
Result<core::AttachedFile> seal_chunks(Replica& replica, AttachmentStore& store, const Hash256& key,
                                       const SpaceId& space, const AttachmentSource& source,
                                       const Hash256& content, std::int64_t draft) {
    core::AttachedFile file;
    file.key = key;
    file.size = source.size;
    const crypto::AttachmentCipher cipher(file.key.view(), space, source.size);
    crypto::AttachmentManifest manifest;
    manifest.space = space;
    manifest.author = replica.id();
    manifest.size = source.size;
    manifest.commitment = cipher.commitment();
    crypto::AttachmentContentHash again;
    for (std::size_t number = 0; number < crypto::attachment_chunk_count(source.size); ++number) {
        COTMOC_ASSIGN(const Bytes chunk, read_chunk(source, number));
        again.take(chunk);
        const Bytes sealed = cipher.seal(number, chunk);
        manifest.chunks.push_back(crypto::attachment_chunk_hash(sealed));
        COTMOC_TRY(store.add_sealed(draft, number, sealed));
    }
    if (again.finish(source.size) != content) {
        return fail(ErrorCode::cannot_read_file, source.name + ": it changed while it was read");
    }
    crypto::sign_manifest(manifest, replica.keys().device.signing);
    file.id = crypto::attachment_id(manifest);
    COTMOC_TRY(store.finish_sealing(draft, manifest));
    return file;
}

Result<core::AttachedFile> seal_file(Replica& replica, AttachmentStore& store, const Hash256& key,
                                     const SpaceId& space, const AttachmentSource& source,
                                     const Hash256& content) {
    COTMOC_ASSIGN(const std::int64_t draft, store.begin_sealing(space, replica.id(), source.size));
    Result<core::AttachedFile> file = seal_chunks(replica, store, key, space, source, content, draft);
    if (!file) {
        // The first reason is the one to report; what stays of the draft is forgotten at the next start.
        (void)store.drop_sealing(draft);
    }
    return file;
}

Result<core::AttachedThumbnail> seal_thumbnail(Replica& replica, AttachmentStore& store, const SpaceId& space,
                                               const Hash256& file_key, const Bytes& picture) {
    if (picture.size() > core::attachment_thumbnail_max) {
        return fail(ErrorCode::limit_exceeded,
                    "a thumbnail of " + std::to_string(picture.size()) + " octets");
    }
    AttachmentSource source;
    source.name = "thumbnail";
    source.size = picture.size();
    source.read = [&](std::uint64_t offset, std::size_t size) -> Result<Bytes> {
        const BytesView piece = BytesView(picture).subspan(static_cast<std::size_t>(offset), size);
        return Bytes(piece.begin(), piece.end());
    };
    COTMOC_ASSIGN(const Hash256 content, hash_content(source));
    COTMOC_ASSIGN(const core::AttachedFile sealed,
                  seal_file(replica, store, crypto::thumbnail_key(file_key), space, source, content));
    return core::AttachedThumbnail{sealed.id, sealed.size};
}

/// The thumbnail's key follows from the file's, so it is made together with the file or never: another
/// picture sealed under it would use a key twice. A file is attached with or without one.
void add_thumbnail(Replica& replica, AttachmentStore& store, const SpaceId& space,
                   const AttachmentSource& source, Attached& attached) {
    if (!source.thumbnail) {
        return;
    }
    const Result<Bytes> picture = source.thumbnail();
    if (picture && picture->empty()) {
        return;
    }
    const Result<core::AttachedThumbnail> sealed =
        picture ? seal_thumbnail(replica, store, space, attached.attachment.file.key, *picture)
                : Result<core::AttachedThumbnail>(tl::unexpected(picture.error()));
    if (sealed) {
        attached.attachment.thumbnail = *sealed;
    } else {
        attached.no_thumbnail = sealed.error();
    }
}

Result<void> check_source(const AttachmentSource& source) {
    if (!core::is_attachment_name(source.name)) {
        return fail(ErrorCode::wrong_usage, "a file cannot be recorded under this name");
    }
    if (source.size > crypto::attachment_size_max) {
        return fail(ErrorCode::limit_exceeded, source.name + ": larger than 2 GiB");
    }
    return {};
}

/// Whether the file that a record names is this one. Its writer says so; only the octets show it.
bool is_same(AttachmentStore& store, const core::AttachedFile& file, const Hash256& content) {
    if (switched_off("attachment-same")) {
        return true;
    }
    crypto::AttachmentContentHash held;
    const Result<void> opened = open_attachment(store, file, [&](BytesView chunk) -> Result<void> {
        held.take(chunk);
        return {};
    });
    return opened && held.finish(file.size) == content;
}

/// A file that the space's records name, and that is held here, with these very octets.
Result<std::optional<core::Attachment>> find_same(AttachmentStore& store, const SpaceId& space,
                                                  const Hash256& content, std::uint64_t size) {
    COTMOC_ASSIGN(std::vector<core::Attachment> claimed, store.same_file(space, content, size));
    for (core::Attachment& each : claimed) {
        if (is_same(store, each.file, content)) {
            return std::move(each);
        }
    }
    return std::nullopt;
}

/// Whether the record may be edited here at all, before a large file is read.
Result<void> check_may_write(Replica& replica, const core::RecordView& record) {
    if (replica.restored()) {
        return fail(ErrorCode::replica_restored);
    }
    const auto& spaces = replica.spaces();
    const auto space = std::ranges::find(spaces, record.space, &SpaceInfo::id);
    if (record.deleted) {
        return fail(ErrorCode::record_deleted, to_uuid_text(record.id));
    }
    return space != spaces.end() && space->writable ? Result<void>()
                                                    : Result<void>(fail(ErrorCode::not_allowed));
}

}  // namespace

Result<Attached> attach(Replica& replica, AttachmentStore& store, Random& random, const RecordId& id,
                        std::string_view field, const AttachmentSource& source) {
    COTMOC_TRY(check_source(source));
    COTMOC_ASSIGN(const Place place, find_place(replica, id, field));
    COTMOC_TRY(core::check_not_retired(*place.field));
    COTMOC_TRY(check_may_write(replica, place.record));
    COTMOC_TRY(follow_attachments(replica, store));
    COTMOC_ASSIGN(const Hash256 content, hash_content(source));
    COTMOC_ASSIGN(std::optional<core::Attachment> same,
                  find_same(store, place.record.space, content, source.size));
    Attached attached;
    attached.known = same.has_value();
    if (same) {
        attached.attachment = std::move(*same);
    } else {
        Hash256 key;
        random.fill(key.octets);
        COTMOC_ASSIGN(attached.attachment.file,
                      seal_file(replica, store, key, place.record.space, source, content));
        add_thumbnail(replica, store, place.record.space, source, attached);
    }
    attached.attachment.content = content;
    attached.attachment.name = source.name;
    attached.attachment.media_type = source.media_type;
    core::FieldEdit edit;
    edit.kind = core::FieldEdit::Kind::insert;
    edit.field = place.field->name;
    edit.value = core::attachment_text(attached.attachment);
    const auto edited = replica.edit(place.record.id, std::span(&edit, 1));
    if (!edited) {
        if (!attached.known) {
            // No record names it. What cannot be deleted now is sent to nobody.
            (void)store.forget(attached.attachment.file.id);
            if (attached.attachment.thumbnail) {
                (void)store.forget(attached.attachment.thumbnail->id);
            }
        }
        return tl::unexpected(edited.error());
    }
    return attached;
}

Result<std::vector<core::Attachment>> attachments_of(Replica& replica, const RecordId& id,
                                                     std::string_view field) {
    COTMOC_ASSIGN(const Place place, find_place(replica, id, field));
    std::vector<core::Attachment> found;
    const std::string where = " WHERE r.id = " + quoted(to_uuid_text(place.record.id));
    COTMOC_TRY(each_item(replica, place.record.kind, *place.field, where,
                         [&](core::Attachment attachment) { found.push_back(std::move(attachment)); }));
    return found;
}

Result<core::Attachment> find_attachment(Replica& replica, const RecordId& id, std::string_view field,
                                         std::string_view name) {
    COTMOC_ASSIGN(std::vector<core::Attachment> all, attachments_of(replica, id, field));
    const auto is_meant = [&](const core::Attachment& each) {
        const bool by_id = name.size() >= id_digits_min && each.file.id.hex().starts_with(name);
        return name.empty() || each.name == name || by_id;
    };
    std::erase_if(all, [&](const core::Attachment& each) { return !is_meant(each); });
    if (all.empty()) {
        return fail(ErrorCode::unknown_attachment, std::string(field) + " " + std::string(name));
    }
    if (all.size() > 1) {
        std::string choice;
        for (const core::Attachment& each : all) {
            choice +=
                (choice.empty() ? "" : ", ") + each.name + " (" + each.file.id.hex().substr(0, 12) + ")";
        }
        return fail(ErrorCode::wrong_usage, "which one of " + choice);
    }
    return std::move(all.front());
}

Result<void> open_attachment(AttachmentStore& store, const core::AttachedFile& file,
                             const std::function<Result<void>(BytesView)>& write) {
    COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store.find(file.id));
    if (!held || !held->chunks.whole()) {
        const std::string come = held ? std::to_string(held->chunks.count()) + " of " +
                                            std::to_string(held->chunks.size()) + " chunks are here"
                                      : std::string();
        return fail(ErrorCode::attachment_not_here, come);
    }
    COTMOC_ASSIGN(const crypto::AttachmentManifest manifest, store.manifest(file.id));
    if (manifest.size != file.size) {
        return fail(ErrorCode::bad_attachment, "the record tells another size");
    }
    const crypto::AttachmentCipher cipher(file.key.view(), manifest.space, file.size);
    COTMOC_TRY(cipher.check(manifest));
    for (std::size_t number = 0; number < manifest.chunks.size(); ++number) {
        COTMOC_ASSIGN(const Bytes sealed, store.chunk(file.id, number));
        const Result<Bytes> chunk = cipher.open(number, sealed);
        if (!chunk) {
            if (crypto::attachment_chunk_hash(sealed) != manifest.chunks[number]) {
                COTMOC_TRY(store.drop_chunk(file.id, number));
            }
            return fail(ErrorCode::bad_attachment, "chunk " + std::to_string(number));
        }
        COTMOC_TRY(write(*chunk));
    }
    return {};
}

namespace {

Result<void> follow_space(Replica& replica, AttachmentStore& store, const SpaceInfo& space,
                          const Hash256& digest) {
    std::vector<AttachmentStore::Reference> references;
    const std::string where = " WHERE r.space = " + quoted(space.name);
    for (const core::Kind& kind : replica.catalogue()->kinds()) {
        for (const core::Field& field : kind.fields) {
            if (field.type != core::FieldType::attachments) {
                continue;
            }
            const auto note = [&](const core::Attachment& each) {
                references.push_back({each.file, false, core::attachment_text(each), each.content});
                if (each.thumbnail && each.thumbnail->size <= core::attachment_thumbnail_max) {
                    references.push_back({{each.thumbnail->id, {}, each.thumbnail->size}, true, {}, {}});
                }
            };
            COTMOC_TRY(each_item(replica, kind.name, field, where, note));
        }
    }
    return store.set_references(space.id, digest, references);
}

}  // namespace

bool is_attachment_failure(ErrorCode code) {
    return code == ErrorCode::database_damaged || code == ErrorCode::disk_full || code == ErrorCode::io_error;
}

std::vector<DeviceId> keepers_of(const crypto::TrustState& trust) {
    std::vector<DeviceId> keepers;
    for (const crypto::TrustState::Device& device : trust.devices()) {
        if (device.role == crypto::Role::hub && !device.revoked) {
            keepers.push_back(device.id);
        }
    }
    return keepers;
}

Result<void> follow_attachments(Replica& replica, AttachmentStore& store) {
    const auto* self = replica.trust().find(replica.id());
    if (self == nullptr || replica.catalogue() == nullptr) {
        return {};
    }
    COTMOC_ASSIGN(const HubNotice hub, replica.hub_notice());
    if (hub.went_back_at_ms != 0) {
        COTMOC_TRY(store.note_went_back(hub.went_back_at_ms));
    }
    COTMOC_ASSIGN(const std::vector<SpaceId> held, store.spaces());
    const std::vector<SpaceId> withdrawn = replica.trust().withdrawn(*self);
    for (const SpaceId& space : held) {
        if (std::ranges::find(withdrawn, space) != withdrawn.end()) {
            COTMOC_TRY(store.forget_space(space, replica.id(), keepers_of(replica.trust())));
        }
    }
    for (const SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const Hash256 digest, replica.store().digest(space.id));
        COTMOC_ASSIGN(const std::optional<Hash256> followed, store.followed(space.id));
        if (followed != digest) {
            COTMOC_TRY(follow_space(replica, store, space, digest));
        }
    }
    return {};
}

}  // namespace cotmoc::sync
