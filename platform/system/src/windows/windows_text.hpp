// UTF-8 inside, UTF-16 at the border to Windows.
#pragma once

#include <cotmoc/base/result.hpp>

#include <string>
#include <string_view>

namespace cotmoc::system {

/// What is no UTF-8 becomes U+FFFD.
std::wstring wide(std::string_view text);
std::string narrow(std::wstring_view text);

/// A file's name as the wide calls take it, however long (cotmoc/base/native_path.hpp).
std::wstring wide_path(const std::string& path);

/// What Windows says of an error of GetLastError, in UTF-8 and without a line end.
std::string windows_message(unsigned long code);

/// GetLastError of a call that writes, as disk_full or io_error that names the file.
tl::unexpected<Error> write_failure(const std::string& path);
/// The same of a call that reads: cannot_read_file.
tl::unexpected<Error> read_failure(const std::string& path);

}  // namespace cotmoc::system
