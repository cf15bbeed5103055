// What comes from others: manifests within the quota, chunks whole and in parts.
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/attachment_store.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

/// A page of the database, however small the file.
constexpr std::uint64_t charge_min = 4 * 1024;

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// What the disk gives for a file of this size and its manifest, in octets.
std::uint64_t charge_of(std::uint64_t size) {
    return std::max(charge_min, size) + 154 +
           (Hash256::size + crypto::attachment_seal_overhead) * crypto::attachment_chunk_count(size);
}

/// What a file needs beyond what is held of it, sealed.
std::uint64_t lacking(std::uint64_t size, const ChunkSet& held, std::uint64_t part_octets) {
    std::uint64_t octets = 0;
    for (std::size_t chunk = 0; chunk < held.size(); ++chunk) {
        octets += held.has(chunk)
                      ? 0
                      : crypto::attachment_chunk_length(size, chunk) + crypto::attachment_seal_overhead;
    }
    return octets - std::min(octets, part_octets);
}

bool fits_beside(std::uint64_t used, std::uint64_t octets, std::uint64_t limit) {
    return used <= limit && octets <= limit - used;
}

tl::unexpected<Error> no_room(const char* whose) { return fail(ErrorCode::quota_exceeded, whose); }

}  // namespace

Result<void> AttachmentStore::insert(const Hash256& id, const crypto::AttachmentManifest& manifest,
                                     const DeviceId& payer, bool draft) {
    const Bytes bytes = draft ? Bytes() : crypto::encode_manifest(manifest);
    COTMOC_ASSIGN(core::Statement insert,
                  database_.prepare("INSERT INTO attachment (id, space, author, payer, size, charge, draft, "
                                    "manifest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
    insert.bind_blob(1, id.view()).bind_blob(2, manifest.space.view()).bind_blob(3, manifest.author.view());
    insert.bind_blob(4, payer.view()).bind(5, signed_of(manifest.size));
    insert.bind(6, signed_of(charge_of(manifest.size))).bind(7, draft ? 1 : 0).bind_blob(8, bytes);
    COTMOC_TRY(insert.run());
    return set_chunks(database_.last_row(), ChunkSet(crypto::attachment_chunk_count(manifest.size)));
}

Result<void> AttachmentStore::check_quota(const crypto::AttachmentManifest& manifest, const DeviceId& payer) {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT count(*), coalesce(sum(charge), 0) FROM attachment "
                                    "WHERE payer = ?1 AND NOT draft"));
    COTMOC_ASSIGN(const bool there, read.bind_blob(1, payer.view()).step());
    const bool fits =
        there && static_cast<std::uint64_t>(read.integer(0)) < limits_.count &&
        fits_beside(static_cast<std::uint64_t>(read.integer(1)), charge_of(manifest.size), limits_.bytes);
    return fits ? check_room(charge_of(manifest.size)) : no_room("attachments of this device");
}

Result<std::uint64_t> AttachmentStore::held_octets() {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT a.size, a.charge, c.whole, c.bits, c.part_octets FROM attachment "
                                    "AS a JOIN chunks AS c ON c.attachment = a.number WHERE NOT a.draft"));
    std::uint64_t octets = 0;
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            return octets;
        }
        const auto size = static_cast<std::uint64_t>(read.integer(0));
        const auto charge = static_cast<std::uint64_t>(read.integer(1));
        octets += charge;
        if (read.integer(2) == 0 && size <= crypto::attachment_size_max) {
            const auto chunks = ChunkSet::from(read.blob(3), crypto::attachment_chunk_count(size));
            const auto part_octets = static_cast<std::uint64_t>(read.integer(4));
            octets -= chunks ? std::min(charge, lacking(size, *chunks, part_octets)) : 0;
        }
    }
}

Result<void> AttachmentStore::check_room(std::uint64_t octets) {
    if (limits_.total_bytes != AttachmentLimits::no_total && octets > room_left_) {
        if (!room_is_counted_) {
            COTMOC_ASSIGN(const std::uint64_t held, held_octets());
            room_left_ = limits_.total_bytes - std::min(held, limits_.total_bytes);
            room_is_counted_ = true;
        }
        if (octets > room_left_) {
            return no_room("attachments of all devices");
        }
    }
    const std::optional<std::uint64_t> free = limits_.disk_free ? limits_.disk_free() : std::nullopt;
    return !free || fits_beside(limits_.free_bytes, octets, *free) ? Result<void>()
                                                                   : no_room("the disk's free room");
}

Result<void> AttachmentStore::take_room(std::uint64_t octets) {
    const Result<void> room = check_room(octets);
    if (!room && room.error().code != ErrorCode::quota_exceeded) {
        return room;
    }
    if (!room && !switched_off("attachment-quota")) {
        // Others came first since it was admitted. Whoever brings it is told so when it asks again.
        return fail(ErrorCode::disk_full, room.error().detail);
    }
    room_left_ -= std::min(octets, room_left_);
    return {};
}

Result<void> AttachmentStore::check_rest(const Hash256& id) {
    COTMOC_ASSIGN(const std::optional<Row> known, row(id));
    if (!known || known->held.chunks.whole() || switched_off("attachment-quota")) {
        return {};
    }
    return check_room(lacking(known->held.size, known->held.chunks, known->held.part_octets));
}

Result<void> AttachmentStore::add(const crypto::AttachmentManifest& manifest, const DeviceId& payer) {
    const Hash256 id = crypto::attachment_id(manifest);
    COTMOC_ASSIGN(const std::optional<Row> known, row(id));
    if (known) {
        return check_rest(id);
    }
    const Result<void> room = check_quota(manifest, payer);
    if (!room && !switched_off("attachment-quota")) {
        return room;
    }
    // Held from now on.
    const std::uint64_t beside =
        charge_of(manifest.size) - lacking(manifest.size, ChunkSet(manifest.chunks.size()), 0);
    room_left_ -= std::min(beside, room_left_);
    return write(true, [&] { return insert(id, manifest, payer, false); });
}

Result<void> AttachmentStore::add_piece(std::int64_t attachment, std::size_t number, std::size_t start,
                                        BytesView octets) {
    COTMOC_ASSIGN(core::Statement insert,
                  database_.prepare("INSERT INTO piece (attachment, chunk, start, octets) "
                                    "VALUES (?1, ?2, ?3, ?4)"));
    return insert.bind(1, attachment)
        .bind(2, signed_of(number))
        .bind(3, signed_of(start))
        .bind_blob(4, octets)
        .run();
}

Result<void> AttachmentStore::drop_pieces(std::int64_t attachment, std::size_t number) {
    COTMOC_ASSIGN(core::Statement drop,
                  database_.prepare("DELETE FROM piece WHERE attachment = ?1 AND chunk = ?2"));
    return drop.bind(1, attachment).bind(2, signed_of(number)).run();
}

Result<void> AttachmentStore::set_part(std::int64_t attachment, std::size_t number, std::size_t octets) {
    COTMOC_ASSIGN(core::Statement set,
                  database_.prepare("UPDATE chunks SET part_chunk = ?2, part_octets = ?3 "
                                    "WHERE attachment = ?1"));
    return set.bind(1, attachment).bind(2, signed_of(number)).bind(3, signed_of(octets)).run();
}

Result<void> AttachmentStore::keep_part(const Hash256& id, std::size_t number, BytesView octets,
                                        std::size_t kept) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    const HeldAttachment& held = found.held;
    COTMOC_CHECK(number < held.chunks.size() && kept <= octets.size());
    if (held.chunks.has(number) || kept == octets.size()) {
        return {};
    }
    const bool goes_on = kept != 0 && held.part_chunk == number && held.part_octets == kept;
    COTMOC_TRY(take_room(octets.size() - (goes_on ? kept : 0)));
    return write(false, [&]() -> Result<void> {
        if (!goes_on) {
            // One beginning is kept: another session's, of this chunk or of another, makes room.
            if (held.part_octets != 0) {
                room_is_counted_ = false;
                COTMOC_TRY(drop_pieces(found.number, held.part_chunk));
            }
            COTMOC_TRY(drop_pieces(found.number, number));
        }
        const std::size_t start = goes_on ? kept : 0;
        COTMOC_TRY(add_piece(found.number, number, start, octets.subspan(start)));
        return set_part(found.number, number, octets.size());
    });
}

Result<void> AttachmentStore::keep_chunk(const Hash256& id, std::size_t number, BytesView octets) {
    COTMOC_ASSIGN(Row found, known_row(id));
    COTMOC_CHECK(number < found.held.chunks.size());
    if (found.held.chunks.has(number)) {
        return {};
    }
    const bool begun = found.held.part_chunk == number;
    COTMOC_TRY(take_room(octets.size() - (begun ? std::min(octets.size(), found.held.part_octets) : 0)));
    found.held.chunks.add(number);
    return write(true, [&]() -> Result<void> {
        // Whatever another session left of this chunk was not checked with these octets.
        COTMOC_TRY(drop_pieces(found.number, number));
        COTMOC_TRY(add_piece(found.number, number, 0, octets));
        if (found.held.part_octets != 0 && found.held.part_chunk == number) {
            COTMOC_TRY(set_part(found.number, 0, 0));
        }
        return set_chunks(found.number, found.held.chunks);
    });
}

Result<void> AttachmentStore::drop_part(const Hash256& id, std::size_t number) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    if (found.held.chunks.has(number)) {
        return {};
    }
    room_is_counted_ = false;
    return write(true, [&]() -> Result<void> {
        COTMOC_TRY(drop_pieces(found.number, number));
        return found.held.part_chunk == number ? set_part(found.number, 0, 0) : Result<void>();
    });
}

Result<void> AttachmentStore::drop_chunk(const Hash256& id, std::size_t number) {
    COTMOC_ASSIGN(Row found, known_row(id));
    COTMOC_CHECK(number < found.held.chunks.size());
    found.held.chunks.remove(number);
    room_is_counted_ = false;
    return write(true, [&]() -> Result<void> {
        COTMOC_TRY(drop_pieces(found.number, number));
        return set_chunks(found.number, found.held.chunks);
    });
}

Result<void> AttachmentStore::set_chunks(std::int64_t attachment, const ChunkSet& chunks) {
    COTMOC_ASSIGN(core::Statement set,
                  database_.prepare("INSERT INTO chunks (attachment, whole, part_chunk, part_octets, bits) "
                                    "VALUES (?1, ?2, 0, 0, ?3) ON CONFLICT (attachment) DO UPDATE SET "
                                    "whole = excluded.whole, bits = excluded.bits"));
    return set.bind(1, attachment).bind(2, chunks.whole() ? 1 : 0).bind_blob(3, chunks.bits()).run();
}

}  // namespace cotmoc::sync
