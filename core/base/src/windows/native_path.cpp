#include <cotmoc/base/native_path.hpp>

#include <system_error>

namespace cotmoc {
namespace {

/// Directories may have 248 letters; the rest is room for the endings of files beside this one ("-journal").
constexpr std::size_t usual_letters_max = 220;

std::string utf8(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return std::string(text.begin(), text.end());
}

}  // namespace

std::string native_path(const std::string& path) {
    // What has a meaning of its own: standard input, and SQLite's ":memory:".
    if (path.starts_with(R"(\\?\)") || path.starts_with(R"(\\.\)") || path == "-" || path.starts_with(':')) {
        return path;
    }
    const std::filesystem::path given(std::u8string(path.begin(), path.end()));
    std::error_code unknown;
    // Relative paths count with the folder that they begin in. "." and ".." go, and slashes turn: behind
    // "\\?\" nobody else does that.
    const std::filesystem::path whole = std::filesystem::absolute(given, unknown).lexically_normal();
    if (unknown || whole.native().size() <= usual_letters_max) {
        return path;
    }
    const std::string text = utf8(std::filesystem::path(whole).make_preferred());
    return text.starts_with(R"(\\)") ? R"(\\?\UNC)" + text.substr(1) : R"(\\?\)" + text;
}

}  // namespace cotmoc
