// Enrolment from afar, step by step: what a side keeps between its messages in its directory.
#pragma once

#include "command.hpp"

#include <cotmoc/crypto/remote_enrolment.hpp>

namespace cotmoc::cli {

/// The attempt that the directory keeps; nothing if there is none.
Result<std::optional<crypto::RemoteEnrolment>> kept_attempt(const Workplace& place);
Result<void> keep_attempt(const Workplace& place, const crypto::RemoteEnrolment& attempt);
Result<void> forget_attempt(const Workplace& place);
/// A message that the other person is to get, on standard output; the code, once both have spoken, on
/// standard error.
Outcome put_message(const Common& common, const std::string& message, const std::string& code);

/// `request --remote`: begins an attempt, or with a message of the authority goes on.
Outcome remote_device_step(const Common& common, Opened& opened, const std::string& message_file);
/// `join --code`: the fingerprint that the attempt confirms.
Result<Hash256> remote_root(Opened& opened, const std::string& code);

}  // namespace cotmoc::cli
