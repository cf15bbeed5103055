// Enrolment from afar, step by step: what a side keeps in its directory between its messages, and the
// device's part of it.
#pragma once

#include <cotmoc/crypto/remote_enrolment.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// The attempt that the directory keeps; nothing if there is none.
Result<std::optional<crypto::RemoteEnrolment>> kept_attempt(const std::string& directory);
/// The same, of this side; bad_offer if there is none.
Result<crypto::RemoteEnrolment> own_attempt(const std::string& directory, crypto::RemoteEnrolment::Side side);
Result<void> keep_attempt(const std::string& directory, const crypto::RemoteEnrolment& attempt);
Result<void> forget_attempt(const std::string& directory);

/// What a side has for the people: a message for the other side, or the code that both read out, or both.
struct RemoteStep {
    std::string message;
    std::string code;
};
/// The object of `request --remote --json`.
std::string remote_step_json(const RemoteStep& step);

/// The device begins an attempt, in place of a former one, or with a message of the authority goes on.
Result<RemoteStep> remote_request(sync::Replica& replica, const std::string& directory, Random& random,
                                  std::optional<std::string_view> message);
/// The root's fingerprint that the attempt confirms: bad_offer, code_differs.
Result<Hash256> remote_root(const std::string& directory, std::string_view code);

}  // namespace cotmoc::records
