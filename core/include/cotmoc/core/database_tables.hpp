// A look at a database that somebody names, before it is opened as one of ours.
#pragma once

#include <cotmoc/base/result.hpp>

#include <set>
#include <string>

namespace cotmoc::core {

/// The names of the tables of a database that is not encrypted; `path` is UTF-8. Only reads: the file stays
/// as it is, and none is made. busy, and cannot_read_file for what is no such database.
Result<std::set<std::string, std::less<>>> tables_of(const std::string& path);

}  // namespace cotmoc::core
