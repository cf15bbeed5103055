// What `verify` found, for `cotmoc` and `cotmoc-hub`.
#pragma once

#include "command.hpp"

namespace cotmoc::cli {

/// One line a problem, then what was not checked; `checked` is a JSON object of counts, or empty. Failed if
/// something is wrong.
ExitStatus put_verification(const Common& common, const std::vector<Error>& wrong, const std::string& checked,
                            const std::vector<std::string>& not_checked);

/// Checks signed history in a file without a passphrase. `root` may be empty: then the fingerprint is shown.
Outcome verify_archive(const Common& common, const std::string& file, const std::string& root);

}  // namespace cotmoc::cli
