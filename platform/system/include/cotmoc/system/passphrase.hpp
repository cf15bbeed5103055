// Where a passphrase comes from. It never stands on a command line, and every copy is wiped.
#pragma once

#include <cotmoc/base/result.hpp>
#include <cotmoc/crypto/secret.hpp>

#include <optional>

namespace cotmoc::system {

struct PassphraseSource {
    std::string file;           // --passphrase-file; empty: none
    std::string prompt;         // shown on a terminal
    std::string repeat_prompt;  // of a new passphrase: asked for twice; empty: once
    std::string variable = "COTMOC_PASSPHRASE";
};

/// The file, else the environment variable, else a prompt on the terminal without echo, else no_passphrase. A
/// line end at the end does not belong to it. wrong_passphrase if the two answers differ.
Result<crypto::Secret> read_passphrase(const PassphraseSource& source);

/// Asks on the terminal; nothing without one. The answer is shown as it is typed.
std::optional<std::string> ask(const std::string& question);

}  // namespace cotmoc::system
