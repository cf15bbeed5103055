#include <cotmoc/records/remote_enrolment.hpp>

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/system/file.hpp>

namespace cotmoc::records {
namespace {

using crypto::RemoteEnrolment;

constexpr std::size_t attempt_bytes_max = 64 * 1024;

std::string attempt_path(const std::string& directory) { return directory + "/remote-enrolment"; }

}  // namespace

Result<std::optional<RemoteEnrolment>> kept_attempt(const std::string& directory) {
    if (!system::file_exists(attempt_path(directory))) {
        return std::optional<RemoteEnrolment>();
    }
    COTMOC_ASSIGN(const Bytes bytes, system::read_file(attempt_path(directory), attempt_bytes_max));
    COTMOC_ASSIGN(RemoteEnrolment attempt, RemoteEnrolment::load(bytes));
    return std::optional(std::move(attempt));
}

Result<RemoteEnrolment> own_attempt(const std::string& directory, RemoteEnrolment::Side side) {
    COTMOC_ASSIGN(std::optional<RemoteEnrolment> attempt, kept_attempt(directory));
    if (!attempt || attempt->side() != side) {
        return fail(ErrorCode::bad_offer, "no enrolment from afar was begun here");
    }
    return std::move(*attempt);
}

Result<void> keep_attempt(const std::string& directory, const RemoteEnrolment& attempt) {
    return system::replace_file(attempt_path(directory), attempt.save());
}

Result<void> forget_attempt(const std::string& directory) {
    return system::remove_file(attempt_path(directory));
}

std::string remote_step_json(const RemoteStep& step) {
    JsonObject object;
    if (!step.message.empty()) {
        object.text("message", step.message);
    }
    if (!step.code.empty()) {
        object.text("code", step.code);
    }
    return object.finish();
}

Result<RemoteStep> remote_request(sync::Replica& replica, const std::string& directory, Random& random,
                                  std::optional<std::string_view> message) {
    RemoteStep step;
    if (!message) {
        // A new attempt takes the place of an old one: its randomness is used once.
        const auto attempt = RemoteEnrolment::of_device(replica.request(), random);
        COTMOC_TRY(keep_attempt(directory, attempt));
        step.message = attempt.commit();
        return step;
    }
    COTMOC_ASSIGN(RemoteEnrolment attempt, own_attempt(directory, RemoteEnrolment::Side::device));
    COTMOC_TRY(attempt.take(*message));
    COTMOC_TRY(keep_attempt(directory, attempt));
    if (attempt.complete()) {
        COTMOC_ASSIGN(step.code, attempt.code());
    } else {
        COTMOC_ASSIGN(step.message, attempt.reveal());
    }
    return step;
}

Result<Hash256> remote_root(const std::string& directory, std::string_view code) {
    COTMOC_ASSIGN(const RemoteEnrolment attempt, own_attempt(directory, RemoteEnrolment::Side::device));
    COTMOC_TRY(attempt.check_code(code));
    return attempt.root_fingerprint();
}

}  // namespace cotmoc::records
