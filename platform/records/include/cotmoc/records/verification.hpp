// What `verify` tells, and the check of signed history in a file, which needs no passphrase.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cotmoc::records {

struct FileVerification {
    std::vector<Error> wrong;
    std::string checked;  // a JSON object: counts, and the root's fingerprint
    std::vector<std::string> not_checked;
};
/// Of a hub's database or a file of `export --signed`; `root` is the fingerprint that somebody knows to be
/// the right one. cannot_read_file if it is neither, which is left as it is, or holds nothing.
Result<FileVerification> verify_file(const std::string& file, const std::optional<Hash256>& root);

/// The object of `verify --json`; `checked` is a JSON object or "".
std::string verification_json(const std::vector<Error>& wrong, const std::string& checked,
                              const std::vector<std::string>& not_checked);

}  // namespace cotmoc::records
