// What an auditor reads: one line an act, told from signed history alone. docs/audit.md.
#pragma once

#include <cotmoc/core/value.hpp>

#include <functional>
#include <optional>
#include <string>

namespace cotmoc::sync {

struct AuditLine {
    std::optional<std::uint64_t> at_ms;  // what the signer's clock said; nothing if that cannot be read here
    std::string who;                 // the signing device's name; of trust entries "root …" or "issuer …"
    std::optional<DeviceId> device;  // that device; of trust entries the one that the entry is about
    std::string what;
    std::string kind;
    std::optional<RecordId> id;
    std::string field;
    core::Value value;                      // Null if there is none
    std::optional<std::uint64_t> records;   // of an export
    std::string space;                      // its name, or its id where that is not known here
    std::string change;                     // hex of the signed hash; "" for what is not signed yet
    std::optional<std::uint64_t> position;  // of trust entries
    bool is_void = false;                   // kept, and without effect
    std::string reason;                     // of void: an error name
};

/// Called for each line in order until it returns false.
using AuditCallback = std::function<bool(const AuditLine&)>;

}  // namespace cotmoc::sync
