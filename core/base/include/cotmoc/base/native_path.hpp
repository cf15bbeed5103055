// File names are UTF-8 everywhere in this library; this is the form in which the system's calls get them.
#pragma once

#include <filesystem>
#include <string>

namespace cotmoc {

/// On Windows a path that is longer than its usual calls take becomes absolute, with "\\?\" before it: only
/// that form may have more than 260 letters. Elsewhere, and for every other path, what was given. Never
/// fails: a path that the system cannot resolve stays as it is, and opening it tells why.
std::string native_path(const std::string& path);

/// The same for std::filesystem.
inline std::filesystem::path native_file(const std::string& path) {
    const std::string native = native_path(path);
    return std::filesystem::path(std::u8string(native.begin(), native.end()));
}

/// The last name of a path, as "b.txt" of "a/b.txt"; empty behind a slash.
inline std::string last_name(const std::string& path) {
    const std::filesystem::path whole(std::u8string(path.begin(), path.end()));
    const std::u8string name = whole.filename().u8string();
    return std::string(name.begin(), name.end());
}

}  // namespace cotmoc
