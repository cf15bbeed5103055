// What is asked of the records of a replica, beyond lists.
#pragma once

#include <cotmoc/core/report.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// bad_query for a statement that does not begin as a query.
Result<void> check_is_query(std::string_view statement);

/// A day of a report, and how the caller calls it, for messages.
struct NamedDay {
    std::string_view name;
    std::string text;  // 2024-01-31
};
/// The figures of a space and those under it, both days included. unknown_space, bad_date, wrong_usage if
/// `from` is after `to`.
Result<core::ReportBuilder> report_of(sync::Replica& replica, const std::string& space, const NamedDay& from,
                                      const NamedDay& to);

}  // namespace cotmoc::records
