// What an auditor reads, as JSON.
#pragma once

#include <cotmoc/sync/audit.hpp>

namespace cotmoc::records {

/// A line of `audit --json`.
std::string audit_json(const sync::AuditLine& line);

}  // namespace cotmoc::records
