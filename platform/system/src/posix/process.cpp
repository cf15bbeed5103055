#include "../environment_secret.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/system/process.hpp>

#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>
#include <cstdlib>

namespace cotmoc::system {

void disable_core_dumps() {
    if (switched_off("core-dumps")) {
        return;
    }
    const rlimit none{0, 0};
    // A system that refuses this leaves nothing else to do.
    [[maybe_unused]] int result = ::setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    // Also none through a pipe to a program, and no debugger of the same user. AddressSanitizer's search for
    // leaks is such a debugger.
    result = ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

crypto::Secret environment_secret(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? crypto::Secret::copy_of(as_bytes(value)) : crypto::Secret();
}

std::vector<std::string> program_arguments(int count, const char* const* arguments) {
    return std::vector<std::string>(arguments, arguments + count);
}

bool stdin_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

}  // namespace cotmoc::system
