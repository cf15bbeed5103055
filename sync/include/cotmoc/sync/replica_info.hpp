// What a replica tells: its spaces and devices, a record's history, what a session or a check found.
#pragma once

#include <cotmoc/core/history.hpp>
#include <cotmoc/crypto/trust_entry.hpp>

#include <string>
#include <vector>

namespace cotmoc::sync {

struct SpaceInfo {
    SpaceId id;
    std::string name;  // "kon-tum/dak-glei"
    std::string label;
    bool writable = false;  // by this device
};

struct DeviceInfo {
    DeviceIndex index{};
    DeviceId id;
    std::string name;  // "" if its name cannot be read here
    crypto::Role role{};
    bool all_spaces = false;
    std::vector<std::string> spaces;  // names, as far as readable
    std::uint64_t not_after_ms = 0;
};

/// One line of a record's history: an op with the field's shown value before and after it.
struct HistoryEntry {
    std::string change;  // hex of the envelope's hash; "" while not sealed
    core::Dot dot;
    DeviceId device;
    std::string device_name;
    std::uint64_t at_ms = 0;
    std::string field;  // "" for create, delete and restore of the record
    core::OpKind op{};
    core::Value before;
    core::Value after;
    bool is_void = false;
    std::string reason = {};  // of void: an error name
};

/// More than this is suspect: it is also how far a stamp may pull another clock.
inline constexpr std::int64_t clock_tolerance_ms = 10 * 60 * 1000;

struct ClockCheck {
    bool suspect = false;
    std::int64_t offset_ms = 0;  // of this device's clock: above zero it is ahead
};

/// What happened to the store since the last begin_session(): for exit status 3 and for people.
struct SessionNotes {
    std::uint64_t new_conflicts = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t forks = 0;            // feeds found to be forked
    std::uint64_t wrong_snapshots = 0;  // found, when their change sets had come
};

/// What a check of everything found.
struct Verification {
    std::vector<Error> wrong;              // the detail begins with the place, "DEVICE:SEQ" say
    std::vector<std::string> not_checked;  // what could not be looked at, and why
    std::uint64_t trust_entries = 0;       // how much was checked
    std::uint64_t change_sets = 0;
    std::uint64_t records = 0;
};

}  // namespace cotmoc::sync
