#include "remote_enrolment_steps.hpp"

#include "authority_command.hpp"
#include "json_text.hpp"

#include <cotmoc/system/file.hpp>

namespace cotmoc::cli {
namespace {

using crypto::RemoteEnrolment;

constexpr std::size_t message_bytes_max = 64 * 1024;

std::string attempt_path(const Workplace& place) { return place.directory + "/remote-enrolment"; }

tl::unexpected<Error> no_attempt() {
    return fail(ErrorCode::bad_offer, "no enrolment from afar was begun here");
}

/// The kept one, of this side.
Result<RemoteEnrolment> own_attempt(const Workplace& place, RemoteEnrolment::Side side) {
    COTMOC_ASSIGN(std::optional<RemoteEnrolment> attempt, kept_attempt(place));
    return attempt && attempt->side() == side ? Result<RemoteEnrolment>(std::move(*attempt)) : no_attempt();
}

}  // namespace

Result<std::optional<RemoteEnrolment>> kept_attempt(const Workplace& place) {
    if (!system::file_exists(attempt_path(place))) {
        return std::optional<RemoteEnrolment>();
    }
    COTMOC_ASSIGN(const Bytes bytes, system::read_file(attempt_path(place), message_bytes_max));
    COTMOC_ASSIGN(RemoteEnrolment attempt, RemoteEnrolment::load(bytes));
    return std::optional(std::move(attempt));
}

Result<void> keep_attempt(const Workplace& place, const RemoteEnrolment& attempt) {
    return system::replace_file(attempt_path(place), attempt.save());
}

Result<void> forget_attempt(const Workplace& place) { return system::remove_file(attempt_path(place)); }

Outcome put_message(const Common& common, const std::string& message, const std::string& code) {
    if (common.json) {
        JsonObject object;
        if (!message.empty()) {
            object.text("message", message);
        }
        if (!code.empty()) {
            object.text("code", code);
        }
        put_line(object.finish());
        return done;
    }
    if (!message.empty()) {
        put_line(message);
    }
    if (!code.empty()) {
        const std::string line = std::string(common.text(Label::voice_code)) + ": " + code + "\n";
        std::fputs(line.c_str(), stderr);
    }
    return done;
}

Outcome remote_device_step(const Common& common, Opened& opened, const std::string& message_file) {
    if (message_file.empty()) {
        // A new attempt takes the place of an old one: its randomness is used once.
        std::string request = opened.replica->request();
        const auto attempt = RemoteEnrolment::of_device(request, opened.place.random);
        COTMOC_TRY(keep_attempt(opened.place, attempt));
        return put_message(common, attempt.commit(), "");
    }
    COTMOC_ASSIGN(const std::string message, read_text(message_file, message_bytes_max));
    COTMOC_ASSIGN(RemoteEnrolment attempt, own_attempt(opened.place, RemoteEnrolment::Side::device));
    COTMOC_TRY(attempt.take(message));
    COTMOC_TRY(keep_attempt(opened.place, attempt));
    if (attempt.complete()) {
        COTMOC_ASSIGN(const std::string code, attempt.code());
        return put_message(common, "", code);
    }
    COTMOC_ASSIGN(const std::string reveal, attempt.reveal());
    return put_message(common, reveal, "");
}

Result<Hash256> remote_root(Opened& opened, const std::string& code) {
    COTMOC_ASSIGN(const RemoteEnrolment attempt, own_attempt(opened.place, RemoteEnrolment::Side::device));
    COTMOC_TRY(attempt.check_code(code));
    return attempt.root_fingerprint();
}

Result<std::optional<std::string>> remote_request(const Common& common, Opened& opened,
                                                  const RemoteEnrolmentOptions& options) {
    Workplace& place = opened.place;
    if (!options.code.empty()) {
        COTMOC_ASSIGN(const RemoteEnrolment attempt, own_attempt(place, RemoteEnrolment::Side::authority));
        if (const Result<void> same = attempt.check_code(options.code); !same) {
            // One guess an attempt.
            COTMOC_TRY(forget_attempt(place));
            return tl::unexpected(same.error());
        }
        COTMOC_ASSIGN(std::string request, attempt.request());
        COTMOC_TRY(forget_attempt(place));
        return std::optional(std::move(request));
    }
    if (options.message.empty()) {
        return fail(ErrorCode::wrong_usage, "the file of the device's message is needed");
    }
    COTMOC_ASSIGN(const std::string message, read_text(options.message, message_bytes_max));
    const Hash256 root = opened.replica->trust().root_fingerprint();
    COTMOC_ASSIGN(std::optional<RemoteEnrolment> attempt, kept_attempt(place));
    const bool goes_on =
        attempt && attempt->side() == RemoteEnrolment::Side::authority && attempt->take(message);
    if (!goes_on) {
        // Another device's first message begins anew; another message of the same one is out of turn.
        attempt = RemoteEnrolment::of_authority(root, place.random);
        COTMOC_TRY(attempt->take(message));
    }
    std::string answer = attempt->commit();
    std::string code;
    if (attempt->complete()) {
        COTMOC_TRY(attempt->request());
        COTMOC_ASSIGN(answer, attempt->reveal());
        COTMOC_ASSIGN(code, attempt->code());
    }
    COTMOC_TRY(keep_attempt(place, *attempt));
    COTMOC_TRY(put_message(common, answer, code));
    return std::optional<std::string>();
}

}  // namespace cotmoc::cli
