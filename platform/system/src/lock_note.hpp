// What the holder of a directory's lock writes into the file: "1234 cotmoc sync".
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cotmoc::system {

struct LockNote {
    std::uint32_t process = 0;
    std::string program;
};

/// Nothing while the holder is about to write.
inline std::optional<LockNote> parse_lock_note(std::string_view line) {
    LockNote note;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), note.process);
    if (error != std::errc{} || note.process == 0) {
        return std::nullopt;
    }
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    line = line.substr(0, line.find('\n'));
    while (line.starts_with(' ')) {
        line.remove_prefix(1);
    }
    note.program = line;
    return note;
}

inline std::string lock_note(std::uint64_t process, std::string_view program) {
    return std::to_string(process) + " " + std::string(program) + "\n";
}

inline std::string describe(const LockNote& note) {
    return "process " + std::to_string(note.process) + " (" + note.program + ")";
}

}  // namespace cotmoc::system
