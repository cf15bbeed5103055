// Import lines that name files. What export writes has `*` in the place of each key (core::without_key), so a
// line is read beside what its record names here.
#pragma once

#include <cotmoc/core/attachment.hpp>
#include <cotmoc/core/catalogue.hpp>

#include <functional>

namespace cotmoc::core {

/// What a field of a record names here; called only for lines with items without their keys.
using FilesOfRecord =
    std::function<Result<std::vector<Attachment>>(const RecordId& id, const std::string& field)>;

/// parse_import_line() that gives items without keys those of the same items of the record.
/// unknown_attachment if the record names no such file here: its key is nowhere in the line.
Result<ImportLine> parse_import_line(const Catalogue& catalogue, std::string_view line,
                                     const FilesOfRecord& files);

}  // namespace cotmoc::core
