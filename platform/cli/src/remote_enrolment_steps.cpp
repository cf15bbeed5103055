#include "remote_enrolment_steps.hpp"

#include "authority_command.hpp"

namespace cotmoc::cli {
namespace {

using crypto::RemoteEnrolment;

constexpr std::size_t message_bytes_max = 64 * 1024;

/// A message that the other person is to get, on standard output; the code, once both have spoken, on
/// standard error.
Outcome put_step(const Common& common, const records::RemoteStep& step) {
    if (common.json) {
        put_line(records::remote_step_json(step));
        return done;
    }
    if (!step.message.empty()) {
        put_line(step.message);
    }
    if (!step.code.empty()) {
        const std::string line = std::string(common.text(Label::voice_code)) + ": " + step.code + "\n";
        std::fputs(line.c_str(), stderr);
    }
    return done;
}

}  // namespace

Outcome remote_device_step(const Common& common, Opened& opened, const std::string& message_file) {
    std::optional<std::string> message;
    if (!message_file.empty()) {
        COTMOC_ASSIGN(message, read_text(message_file, message_bytes_max));
    }
    COTMOC_ASSIGN(
        const records::RemoteStep step,
        records::remote_request(*opened.replica, opened.place.directory, opened.place.random, message));
    return put_step(common, step);
}

Result<std::optional<std::string>> remote_request(const Common& common, Opened& opened,
                                                  const RemoteEnrolmentOptions& options) {
    const std::string& directory = opened.place.directory;
    if (!options.code.empty()) {
        COTMOC_ASSIGN(const RemoteEnrolment attempt,
                      records::own_attempt(directory, RemoteEnrolment::Side::authority));
        if (const Result<void> same = attempt.check_code(options.code); !same) {
            // One guess an attempt.
            COTMOC_TRY(records::forget_attempt(directory));
            return tl::unexpected(same.error());
        }
        COTMOC_ASSIGN(std::string request, attempt.request());
        COTMOC_TRY(records::forget_attempt(directory));
        return std::optional(std::move(request));
    }
    if (options.message.empty()) {
        return fail(ErrorCode::wrong_usage, "the file of the device's message is needed");
    }
    COTMOC_ASSIGN(const std::string message, read_text(options.message, message_bytes_max));
    const Hash256 root = opened.replica->trust().root_fingerprint();
    COTMOC_ASSIGN(std::optional<RemoteEnrolment> attempt, records::kept_attempt(directory));
    const bool goes_on =
        attempt && attempt->side() == RemoteEnrolment::Side::authority && attempt->take(message);
    if (!goes_on) {
        // Another device's first message begins anew; another message of the same one is out of turn.
        attempt = RemoteEnrolment::of_authority(root, opened.place.random);
        COTMOC_TRY(attempt->take(message));
    }
    records::RemoteStep step{attempt->commit(), {}};
    if (attempt->complete()) {
        COTMOC_TRY(attempt->request());
        COTMOC_ASSIGN(step.message, attempt->reveal());
        COTMOC_ASSIGN(step.code, attempt->code());
    }
    COTMOC_TRY(records::keep_attempt(directory, *attempt));
    COTMOC_TRY(put_step(common, step));
    return std::optional<std::string>();
}

}  // namespace cotmoc::cli
