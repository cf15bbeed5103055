// The audit: change sets by their stamps and trust entries by position, merged by time.
#include "replica/auditor.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::sync {

Result<void> Replica::audit(const AuditCallback& each) {
    COTMOC_TRY(prepare());
    return Auditor(*this, each).run();
}

Result<void> Replica::Auditor::run() {
    COTMOC_TRY(find_change_sets());
    COTMOC_ASSIGN(const std::vector<std::uint64_t> issued, times_issued());
    std::uint64_t position = 1;
    for (const Place& place : places_) {
        for (; more_ && position <= issued.size() && issued[position - 1] <= place.at.wall_ms; ++position) {
            COTMOC_TRY(tell_trust(position));
        }
        if (!more_) {
            return {};
        }
        COTMOC_TRY(tell_change_set(place));
    }
    for (; more_ && position <= issued.size(); ++position) {
        COTMOC_TRY(tell_trust(position));
    }
    COTMOC_ASSIGN(const std::vector<Note> own, replica_.unsigned_notes());
    for (const Note& note : own) {
        AuditLine line;
        line.who = replica_.name_;
        line.device = replica_.id();
        tell_note(line, note);
    }
    return {};
}

Result<void> Replica::Auditor::find_change_sets() {
    for (std::size_t space = 0; space < replica_.spaces_.size(); ++space) {
        std::map<DeviceIndex, core::Hlc> last;
        for (std::int64_t position = 0;;) {
            COTMOC_ASSIGN(std::optional<core::EnvelopeRow> row,
                          replica_.store_->next_envelope(replica_.spaces_[space].id, position));
            if (!row) {
                break;
            }
            position = row->position;
            if (row->bytes.empty()) {
                continue;  // known by its hash only
            }
            const Place place{{}, row->author, row->seq, space};
            Opened opened{std::move(*row), replica_.spaces_[space].id, {}, {}, {}, {}, {}};
            // What cannot be read stands where its author's feed had come to.
            core::Hlc& at = last[place.device];
            if (read(replica_.ring_, opened)) {
                at = opened.head.newest;
            }
            places_.push_back(place);
            places_.back().at = at;
        }
    }
    std::ranges::sort(places_);
    return {};
}

Result<void> Replica::Auditor::read(const crypto::KeyRing& ring, Opened& opened) {
    COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(opened.row.bytes));
    const crypto::EpochKey* key = ring.find(opened.space, header.epoch);
    if (key == nullptr) {
        return fail(ErrorCode::no_epoch_key);
    }
    COTMOC_ASSIGN(opened.content, crypto::open_envelope(opened.row.bytes, *key));
    COTMOC_ASSIGN(opened.head, decode_content_head(opened.content, opened.ops));
    return {};
}

Result<std::optional<Replica::Auditor::Opened>> Replica::Auditor::open(const Place& place) {
    const SpaceInfo& space = replica_.spaces_[place.space];
    COTMOC_ASSIGN(std::optional<core::EnvelopeRow> row,
                  replica_.store_->envelope(space.id, place.device, place.seq));
    if (!row) {
        return std::nullopt;
    }
    Opened opened{std::move(*row), space.id, {}, {}, {}, {}, {}};
    opened.line.who = replica_.device_name(place.device);
    opened.line.device = replica_.device_id(place.device);
    opened.line.space = space.name;
    opened.line.change = opened.row.hash.hex();
    if (auto readable = read(replica_.ring_, opened); !readable) {
        opened.unreadable = readable.error();
    }
    const crypto::TrustState::Device* author = replica_.trust_.find(place.device);
    if (opened.row.status == core::EnvelopeStatus::quarantined) {
        opened.line.is_void = true;
        opened.line.reason = opened.row.reason;
    } else if (author == nullptr || !replica_.trust_.right_at(*author, space.id, place.seq)) {
        opened.line.is_void = true;
        opened.line.reason = error_name(ErrorCode::not_allowed);
    }
    return opened;
}

Result<void> Replica::Auditor::tell_change_set(const Place& place) {
    COTMOC_ASSIGN(std::optional<Opened> opened, open(place));
    if (!opened) {
        return fail(ErrorCode::database_damaged, "an envelope is missing");
    }
    if (!opened->unreadable) {
        if (auto told = tell_ops(*opened); !told) {
            if (told.error().code != ErrorCode::bad_encoding) {
                return told;
            }
            opened->unreadable = told.error();
        }
    }
    if (opened->row.status == core::EnvelopeStatus::quarantined || opened->unreadable) {
        AuditLine line = opened->line;
        line.what = "quarantined";
        line.is_void = true;
        if (!opened->unreadable) {
            line.at_ms = opened->head.newest.wall_ms;
        }
        if (line.reason.empty()) {
            line.reason = error_name(opened->unreadable->code);
        }
        tell(line);
    }
    for (const Note& note : opened->head.notes) {
        tell_note(opened->line, note);
    }
    return {};
}

Result<void> Replica::Auditor::tell_ops(Opened& opened) {
    COTMOC_ASSIGN(const core::ChangeSet ops, core::decode_change_set(opened.ops));
    Lines lines;
    tell_creates(opened, ops, lines);
    COTMOC_TRY(tell_field_ops(opened, ops, lines));
    if (lines.empty()) {
        return {};
    }
    COTMOC_ASSIGN(const std::vector<core::Store::VoidOp> voids,
                  replica_.store_->void_ops(opened.space, opened.row.author, opened.row.seq));
    for (auto& [index, line] : lines) {
        const auto found =
            std::ranges::find(voids, index, [](const core::Store::VoidOp& each) { return each.dot.index; });
        if (found != voids.end() && !switched_off("audit-void")) {
            line.is_void = true;
            line.reason = found->reason;
        }
        tell(line);
    }
    return {};
}

const core::Catalogue* Replica::Auditor::catalogue_of(const Opened& opened) const {
    const core::CatalogueInForce* known = replica_.store_->catalogue_at(opened.head.trust_position);
    return known != nullptr && known->catalogue ? &*known->catalogue : replica_.catalogue();
}

const std::set<std::string>& Replica::Auditor::workflows(const core::Catalogue& catalogue) {
    const auto [found, fresh] = workflows_.try_emplace(&catalogue);
    if (fresh) {
        for (const core::Kind& kind : catalogue.kinds()) {
            for (const core::Field& field : kind.fields) {
                if (field.policy == core::Policy::workflow) {
                    found->second.insert(field.key);
                }
            }
        }
    }
    return found->second;
}

/// A record that begins in another state than the first has entered that one.
void Replica::Auditor::tell_creates(const Opened& opened, const core::ChangeSet& ops, Lines& lines) const {
    const core::Catalogue* catalogue = catalogue_of(opened);
    for (const core::CreateBlock& block : ops.creates) {
        const core::Kind* kind = catalogue != nullptr ? catalogue->find(block.layout.kind) : nullptr;
        for (std::uint32_t i = 0; kind != nullptr && i < block.layout.entries.size(); ++i) {
            const core::Field* field = kind->find_key(block.layout.entries[i].field);
            if (field == nullptr || field->policy != core::Policy::workflow) {
                continue;
            }
            for (const core::Create& create : block.creates) {
                const auto* state = std::get_if<std::string>(&create.values[i]);
                if (state == nullptr || field->position(*state) == std::size_t{0}) {
                    continue;
                }
                AuditLine line = opened.line;
                line.at_ms = create.at.wall_ms;
                line.what = "entered";
                line.kind = kind->name;
                line.id = create.id;
                line.field = field->name;
                line.value = *state;
                lines.emplace(create.index + 1 + i, std::move(line));
            }
        }
    }
}

namespace {

std::string_view act(core::OpKind kind) {
    switch (kind) {
        case core::OpKind::resolve:
            return "resolved";
        case core::OpKind::acknowledge:
            return "acknowledged";
        case core::OpKind::delete_record:
            return "deleted";
        case core::OpKind::restore_record:
            return "restored";
        default:
            return "";
    }
}

}  // namespace

Result<void> Replica::Auditor::tell_field_ops(const Opened& opened, const core::ChangeSet& ops,
                                              Lines& lines) {
    const core::Catalogue* catalogue = catalogue_of(opened);
    for (const core::FieldBlock& block : ops.fields) {
        const bool gives = block.kind == core::OpKind::set || block.kind == core::OpKind::resolve;
        const bool join = gives && block.field == core::join_key;
        const bool state = gives && catalogue != nullptr && workflows(*catalogue).contains(block.field);
        if (act(block.kind).empty() && !join && !state) {
            continue;
        }
        for (const core::FieldOp& op : block.ops) {
            COTMOC_ASSIGN(const auto record, replica_.store_->find_named(opened.space, op.record));
            const core::Kind* kind = record && catalogue != nullptr ? catalogue->find(record->kind) : nullptr;
            const core::Field* field = kind != nullptr ? kind->find_key(block.field) : nullptr;
            AuditLine line = opened.line;
            line.at_ms = op.at.wall_ms;
            line.kind = record ? record->kind : "";
            line.id = record ? std::optional(record->id) : op.record.id;
            line.field = field != nullptr ? field->name : block.field;
            line.value = op.value;
            if (!act(block.kind).empty()) {
                line.what = act(block.kind);
                lines.emplace(op.index, line);
            }
            if (join) {
                line.what = std::holds_alternative<std::monostate>(op.value) ? "separated" : "merged";
                lines.emplace(op.index, line);
            }
            if (state && (field == nullptr || field->policy == core::Policy::workflow)) {
                line.what = "entered";
                lines.emplace(op.index, line);
            }
        }
    }
    return {};
}

void Replica::Auditor::tell_note(AuditLine line, const Note& note) {
    line.at_ms = note.at.wall_ms;
    if (const auto exported = read_exported(note)) {
        line.what = "exported";
        line.kind = exported->kind;
        line.value = exported->format;
        line.records = exported->records;
        line.space = space_name(exported->space);
    } else if (const auto purged = read_purged(note)) {
        line.what = "purged";
        line.value = static_cast<std::int64_t>(purged->trust_position);
        line.space = space_name(purged->space);
    } else {
        line.what = "unknown note " + std::to_string(note.type);
    }
    tell(line);
}

}  // namespace cotmoc::sync
