// Names of POSIX that tests use and the C library of Windows lacks. The compiler puts it before every test.
#pragma once

#include <process.h>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

/// As in POSIX: the last six letters of `pattern`, "XXXXXX", become those of a new directory's name.
inline char* mkdtemp(char* pattern) {
    char* const ending = pattern + std::strlen(pattern) - 6;
    const std::string begin(pattern, ending);
    for (int number = _getpid() % 1000 * 1000, left = 1000; left > 0; ++number, --left) {
        const std::string digits = std::to_string(1'000'000 + number).substr(1);
        std::error_code taken;
        if (std::filesystem::create_directory(begin + digits, taken)) {
            std::memcpy(ending, digits.data(), digits.size());
            return pattern;
        }
    }
    return nullptr;
}

inline int setenv(const char* name, const char* value, int overwrite) {
    return overwrite == 0 && std::getenv(name) != nullptr ? 0 : _putenv_s(name, value);
}

inline int unsetenv(const char* name) { return _putenv_s(name, ""); }
