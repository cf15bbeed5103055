// The terminal that somebody sits at: posix/ and windows/ each have it.
#pragma once

#include "native_file.hpp"

#include <memory>
#include <optional>

namespace cotmoc::system {

/// Also where input and output are redirected. One thread at a time.
class Terminal {
public:
    /// Nothing for a process that nobody sits at.
    static std::unique_ptr<Terminal> open();
    virtual ~Terminal() = default;
    virtual void say(std::string_view text) = 0;
    /// Some octets of what is typed, UTF-8; 0 at its end.
    virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
    /// Whether what is typed is shown.
    virtual void show_typing(bool shown) = 0;
};

}  // namespace cotmoc::system
