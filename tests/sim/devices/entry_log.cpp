#include "sim/devices/entry_log.hpp"

#include "sim/devices/held_ops.hpp"

namespace cotmoc::test_support {
namespace {

using core::OpKind;

/// Whether `later` makes `earlier`, which nobody else has seen, as if it had never been entered: a plain set
/// gives way to a set or a resolution of the same field, the text of a creation to another text.
bool replaces(const Entered& later, const Entered& earlier) {
    if (later.record != earlier.record || later.field != earlier.field) {
        return false;
    }
    const bool decides = later.kind == OpKind::set || later.kind == OpKind::resolve;
    return (decides && earlier.kind == OpKind::set) ||
           (later.kind == OpKind::edit_text && earlier.kind == OpKind::edit_text && earlier.initial);
}

std::string describe(const Entered& entered) {
    return entered.device + " entered " + std::string(to_uuid_text(entered.record)) + " " + entered.field +
           " op " + std::to_string(static_cast<int>(entered.kind)) + " " + core::to_text(entered.value);
}

/// The history of one record on one device, in which each op answers for one entry at most.
class RecordHistoryCheck {
public:
    RecordHistoryCheck(Fleet& fleet, const std::string& holder, const RecordId& record, const HeldOps& held) {
        std::set<core::Dot> listed;
        std::set<std::tuple<DeviceIndex, std::uint64_t, std::string>> texts;  // told once a change set
        for (const sync::HistoryEntry& entry : must(fleet.replica(holder).history(record))) {
            if (!entry.is_void) {
                listed.insert(entry.dot);
                if (entry.op == core::OpKind::edit_text) {
                    texts.emplace(entry.dot.device, entry.dot.seq, entry.field);
                }
            }
        }
        for (const HeldOp& op : held.ops()) {
            const bool in_text =
                op.kind == core::OpKind::edit_text && texts.contains({op.dot.device, op.dot.seq, op.field});
            if (op.record == record && (in_text || listed.contains(op.dot))) {
                unused_.push_back(&op);
            }
        }
        held_ = &held;
    }

    bool take(const Entered& entered, DeviceIndex device) {
        const auto found = std::ranges::find_if(unused_, [&](const HeldOp* op) {
            return op->dot.device == device && op->kind == entered.kind && op->field == entered.field &&
                   says(*op, entered);
        });
        if (found == unused_.end()) {
            return false;
        }
        unused_.erase(found);
        return true;
    }
    std::int64_t sum(DeviceIndex device, const std::string& field) const {
        std::int64_t sum = 0;
        for (const HeldOp* op : unused_) {
            if (op->dot.device == device && op->kind == OpKind::add && op->field == field) {
                sum += std::get<std::int64_t>(op->value);
            }
        }
        return sum;
    }

private:
    bool says(const HeldOp& op, const Entered& entered) const {
        switch (op.kind) {
            case OpKind::edit_text:
                return held_->text_after(op) == std::get<std::string>(entered.value);
            case OpKind::acknowledge:
            case OpKind::delete_record:
            case OpKind::restore_record:
                return true;
            default:
                return op.value == entered.value;
        }
    }

    std::vector<const HeldOp*> unused_;
    const HeldOps* held_ = nullptr;
};

}  // namespace

void EntryLog::note(Entered entered, bool folds) {
    std::vector<std::size_t>& unsealed = unsealed_[entered.device];
    if (folds) {
        for (std::size_t i = 0; i < unsealed.size();) {
            Entered& earlier = entered_[unsealed[i]];
            if (replaces(entered, earlier)) {
                // The text of a creation that nobody has seen is replaced in place, and so is its successor.
                entered.initial = entered.initial || earlier.kind == OpKind::edit_text;
                earlier.device.clear();
                unsealed.erase(unsealed.begin() + static_cast<std::ptrdiff_t>(i));
            } else {
                ++i;
            }
        }
    }
    unsealed.push_back(entered_.size());
    entered_.push_back(std::move(entered));
}

std::string find_missing(Fleet& fleet, const std::string& holder, const SpaceId& space, const EntryLog& log) {
    sync::Replica& replica = fleet.replica(holder);
    const HeldOps held(replica, space);
    std::map<std::string, DeviceIndex> devices;
    for (const sync::DeviceInfo& device : replica.devices()) {
        devices[device.name] = device.index;
    }
    std::map<RecordId, std::vector<const Entered*>> by_record;
    for (const Entered& entered : log.entered()) {
        if (!entered.device.empty()) {
            by_record[entered.record].push_back(&entered);
        }
    }
    for (const auto& [record, entries] : by_record) {
        RecordHistoryCheck check(fleet, holder, record, held);
        std::map<std::pair<std::string, std::string>, std::int64_t> sums;
        for (const Entered* entered : entries) {
            if (entered->kind == OpKind::add) {
                sums[{entered->device, entered->field}] += std::get<std::int64_t>(entered->value);
            } else if (!check.take(*entered, devices.at(entered->device))) {
                return describe(*entered) + ", and the history on " + holder + " does not have it";
            }
        }
        for (const auto& [place, sum] : sums) {
            if (check.sum(devices.at(place.first), place.second) != sum) {
                return place.first + " added " + std::to_string(sum) + " to " + place.second +
                       ", and the history on " + holder + " has another sum";
            }
        }
    }
    return {};
}

}  // namespace cotmoc::test_support
