// Files read and written whole. Paths are UTF-8.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

#include <functional>

namespace cotmoc::system {

/// The content of a file, or of standard input if `path` is "-". cannot_read_file if there is none, if it may
/// not be read or if it is larger than `limit` octets: a device file or a film given by mistake never fills
/// the memory.
Result<Bytes> read_file(const std::string& path, std::size_t limit);

/// Calls `each` with every line of a file ("-": standard input) without its line end, and with its number
/// from 1. Holds one line at a time: a line longer than `limit` ends the reading with line_too_long.
Result<void> read_lines(const std::string& path, std::size_t limit,
                        const std::function<Result<void>(std::string_view line, std::uint64_t number)>& each);

bool file_exists(const std::string& path);
/// When the content was last written, in units of the system's own and as finely as it keeps that; 0 if there
/// is no such file. To be compared, to find out that a file has changed.
std::int64_t last_written(const std::string& path);
/// Makes the directory and those above it, readable by their owner only. No error if it is there.
Result<void> make_directory(const std::string& path);
/// Replaces the file in one step; durable when it returns. If `keep_previous` names a path, the former
/// content stays there. The file is readable by its owner only.
Result<void> replace_file(const std::string& path, BytesView content, const std::string& keep_previous = {});
/// No error if it is not there.
Result<void> remove_file(const std::string& path);
/// Overwrites the content in place, durably, then removes the file. What a flash disk or a copy-on-write file
/// system keeps elsewhere is out of its reach. No error if it is not there.
Result<void> shred_file(const std::string& path);

}  // namespace cotmoc::system
