// Notes from the action that they tell of to the change set that signs them.
#include "replica/notes.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::string_view pending_notes_setting = "pending_notes";

}  // namespace

Result<std::vector<PendingNote>> Replica::load_pending_notes() {
    COTMOC_ASSIGN(const std::optional<Bytes> setting, store_->setting(pending_notes_setting));
    return setting ? decode_pending_notes(*setting) : Result<std::vector<PendingNote>>();
}

Result<void> Replica::store_pending_notes(const std::vector<PendingNote>& notes) {
    return store_->set_setting(pending_notes_setting, encode_pending_notes(notes));
}

Result<void> Replica::note(const SpaceId& in, NoteType type, Bytes body) {
    if (body.size() > note_bytes_max) {
        return fail(ErrorCode::limit_exceeded, "note");
    }
    const auto journal = [&]() -> Result<void> {
        COTMOC_ASSIGN(const core::Hlc at, store_->stamp());
        COTMOC_ASSIGN(std::vector<PendingNote> notes, load_pending_notes());
        notes.push_back({in, {static_cast<std::uint64_t>(type), at, std::move(body)}});
        return store_pending_notes(notes);
    };
    return store_->writing() ? journal() : store_->write(journal);
}

Result<void> Replica::note_exported(std::span<const ExportedNote> notes) {
    COTMOC_TRY(prepare());
    return batch([&]() -> Result<void> {
        for (const ExportedNote& exported : notes) {
            COTMOC_TRY(note(exported.space, NoteType::exported, encode_note_body(exported)));
        }
        return {};
    });
}

Result<void> Replica::note_purged(const SpaceInfo& in, const SpaceId& purged, std::uint64_t trust_position) {
    return note(in.id, NoteType::purged, encode_note_body(PurgedNote{purged, trust_position}));
}

/// Where a note is signed: in its own space if this device may write there, else in the first one that it may
/// write. Nothing if there is none: the note stays here.
const SpaceInfo* Replica::space_for_note(const SpaceId& wanted) const {
    const auto own = std::ranges::find(spaces_, wanted, &SpaceInfo::id);
    if (own != spaces_.end() && own->writable) {
        return &*own;
    }
    const SpaceInfo* first = nullptr;
    for (const SpaceInfo& space : spaces_) {
        const bool province_wide = !trust_.spaces().empty() && trust_.spaces().front().id == space.id;
        // The smaller circle of readers first.
        if (space.writable && (first == nullptr || !province_wide)) {
            if (!province_wide) {
                return &space;
            }
            first = &space;
        }
    }
    return first;
}

Result<std::vector<Note>> Replica::take_notes(const SpaceId& space, bool beside_ops,
                                              std::vector<PendingNote>& left) {
    COTMOC_ASSIGN(std::vector<PendingNote> pending, load_pending_notes());
    std::vector<Note> taken;
    std::size_t size = 0;
    for (PendingNote& each : pending) {
        const SpaceInfo* target = space_for_note(each.space);
        const std::size_t more = each.note.body.size() + 32;
        const bool fits = taken.size() < notes_max && (!beside_ops || size + more <= notes_beside_ops_max);
        if (target != nullptr && target->id == space && fits && !switched_off("audit-notes")) {
            size += more;
            taken.push_back(std::move(each.note));
        } else {
            left.push_back(std::move(each));
        }
    }
    return taken;
}

Result<void> Replica::seal_notes(int compression_level) {
    for (;;) {
        COTMOC_ASSIGN(const std::vector<PendingNote> pending, load_pending_notes());
        const SpaceInfo* target = nullptr;
        for (const PendingNote& each : pending) {
            target = target != nullptr ? target : space_for_note(each.space);
        }
        if (target == nullptr || switched_off("audit-notes")) {
            return {};
        }
        COTMOC_ASSIGN(const core::PendingChangeSet empty, empty_change_set(target->id));
        COTMOC_TRY(seal_one(target->id, empty, compression_level));
    }
}

Result<std::vector<Note>> Replica::unsigned_notes() {
    COTMOC_ASSIGN(std::vector<PendingNote> pending, load_pending_notes());
    std::vector<Note> notes;
    for (PendingNote& each : pending) {
        notes.push_back(std::move(each.note));
    }
    return notes;
}

}  // namespace cotmoc::sync
