#include <cotmoc/system/process.hpp>

#include "../environment_secret.hpp"
#include "windows_api.hpp"
#include "windows_text.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <cstdio>

namespace cotmoc::system {
namespace {

std::optional<std::wstring> wide_variable(const char* name) {
    const std::wstring variable = wide(name);
    ::SetLastError(ERROR_SUCCESS);
    std::wstring value(::GetEnvironmentVariableW(variable.c_str(), nullptr, 0), L'\0');
    if (value.empty()) {
        return ::GetLastError() == ERROR_ENVVAR_NOT_FOUND ? std::nullopt : std::optional(value);
    }
    value.resize(::GetEnvironmentVariableW(variable.c_str(), value.data(), static_cast<DWORD>(value.size())));
    return value;
}

bool is_terminal(DWORD stream) {
    DWORD mode = 0;
    return ::GetConsoleMode(::GetStdHandle(stream), &mode) != FALSE;
}

}  // namespace

void disable_core_dumps() {
    if (switched_off("core-dumps")) {
        return;
    }
    // Neither a window that asks nor a report with the memory in it.
    ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
}

std::optional<std::string> environment(const char* name) {
    const auto value = wide_variable(name);
    return value ? std::optional(narrow(*value)) : std::nullopt;
}

crypto::Secret environment_secret(const char* name) {
    auto value = wide_variable(name);
    if (!value) {
        return crypto::Secret();
    }
    std::string text = narrow(*value);
    crypto::Secret secret = crypto::Secret::copy_of(as_bytes(text));
    ::SecureZeroMemory(text.data(), text.size());
    ::SecureZeroMemory(value->data(), value->size() * sizeof(wchar_t));
    return secret;
}

std::vector<std::string> program_arguments(int count, const char* const* arguments) {
    ::SetConsoleOutputCP(CP_UTF8);
    for (std::FILE* stream : {stdin, stdout, stderr}) {
        (void)::_setmode(::_fileno(stream), _O_BINARY);
    }
    int wide_count = 0;
    wchar_t** wide_arguments = ::CommandLineToArgvW(::GetCommandLineW(), &wide_count);
    if (wide_arguments == nullptr) {
        return std::vector<std::string>(arguments, arguments + count);
    }
    std::vector<std::string> made;
    for (int index = 0; index < wide_count; ++index) {
        made.push_back(narrow(wide_arguments[index]));
    }
    ::LocalFree(wide_arguments);
    return made;
}

bool stdin_is_terminal() { return is_terminal(STD_INPUT_HANDLE); }

bool stderr_is_terminal() { return is_terminal(STD_ERROR_HANDLE); }

}  // namespace cotmoc::system
