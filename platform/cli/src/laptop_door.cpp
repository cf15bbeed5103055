#include "laptop_door.hpp"

#include "hub_link.hpp"
#include "messages.hpp"
#include "sync_output.hpp"

#include <iostream>

namespace cotmoc::cli {

LaptopDoor::LaptopDoor(const Common& common, std::string directory, crypto::Secret passphrase)
    : common_(common),
      directory_(std::move(directory)),
      passphrase_(std::move(passphrase)),
      visits_(directory_) {}

/// Once: a stranger's octets must not make this device try a passphrase, which costs a second and may be
/// counted.
Result<void> LaptopDoor::remember(crypto::KeyStore& store) {
    COTMOC_ASSIGN(Bytes file, store.load());
    if (!keys_) {
        COTMOC_ASSIGN(keys_, crypto::unlock(store, std::exchange(passphrase_, {})));
        key_file_ = std::move(file);
    } else if (file != key_file_) {
        return fail(ErrorCode::wrong_passphrase, "the key file has changed: start `serve` again");
    }
    return {};
}

Result<std::unique_ptr<Opened>> LaptopDoor::open() {
    auto opened = std::make_unique<Opened>(directory_, "cotmoc serve");
    COTMOC_TRY(opened->place.lock_existing());
    COTMOC_TRY(remember(opened->place.key_store));
    // The key file was opened once; its passphrase costs a second, and a caller waits.
    COTMOC_ASSIGN(opened->replica, sync::Replica::open_unlocked(opened->place.environment(), keys_->clone()));
    COTMOC_TRY(records::check_serving(*opened->replica));
    return opened;
}

Result<void> LaptopDoor::begin() {
    COTMOC_ASSIGN(const std::unique_ptr<Opened> opened, open());
    root_ = opened->replica->trust().root_fingerprint();
    return on_seen ? on_seen(*opened->replica) : Result<void>();
}

Result<sync::SessionOptions> LaptopDoor::enter() {
    if (opened_ != nullptr) {
        return fail(ErrorCode::busy, "another caller");
    }
    Result<std::unique_ptr<Opened>> opened = open();
    if (!opened) {
        note_failure(opened.error());
        return tl::unexpected(opened.error());
    }
    opened_ = std::move(*opened);
    open_files();
    return visits_.begin(*opened_->replica, random_, opened_->place.clock, files_.get());
}

void LaptopDoor::open_files() {
    auto files = records::open_attachments_for_others(*opened_->replica, directory_);
    if (files) {
        files_ = std::move(*files);
    } else {
        std::cerr << error_line("cotmoc", {files.error().code, "attachments.db: " + files.error().detail},
                                common_.language)
                  << std::endl;
    }
}

void LaptopDoor::leave(const sync::SessionReport& report, const std::optional<DeviceId>& peer,
                       const std::optional<Error>& error) {
    const Result<std::string> line = describe(report, peer, error);
    if (on_seen) {
        (void)on_seen(*opened_->replica);  // what it has no use for does not end the serving
    }
    visits_.end();
    files_.reset();
    opened_.reset();
    // Whoever reads it may go on in the replica.
    const Result<void> told = line ? tell(*line, error) : tl::unexpected(line.error());
    if (!told) {
        note_failure(told.error());
    }
}

void LaptopDoor::note_failure(const Error& error) {
    if (records::ends_serving(error.code)) {
        fatal_ = error;
        on_fatal();
    } else if (error.code != ErrorCode::busy) {
        std::cerr << error_line("cotmoc", error, common_.language) << std::endl;
    }
}

Result<void> LaptopDoor::tell(const std::string& line, const std::optional<Error>& error) {
    if (line.empty()) {
        return {};
    }
    if (error && !common_.json) {
        std::cerr << error_line("cotmoc", *error, common_.language) << std::endl;
    }
    put_line(line);
    return finish_output();
}

Result<std::string> LaptopDoor::describe(const sync::SessionReport& report,
                                         const std::optional<DeviceId>& peer,
                                         const std::optional<Error>& error) {
    if (!records::is_worth_telling(report, error)) {
        return std::string();
    }
    sync::Replica& replica = *opened_->replica;
    const sync::SessionNotes& notes = replica.notes();
    needs_person_ = needs_person_ || notes.new_conflicts + notes.quarantined + notes.forks != 0;
    const std::string now = utc_text(opened_->place.clock.wall_ms());
    if (report.complete) {
        COTMOC_TRY(set_setting(replica, last_sync_setting, now));
    }
    if (common_.json) {
        return records::visit_json(replica, report, peer, error);
    }
    const std::string id = peer ? peer->hex() : "";
    std::string name = records::visitor_name(replica, peer);
    name = name.empty() ? (id.empty() ? "?" : id.substr(0, 8)) : name;
    const auto count = [&](Label what, const sync::Transfer& transfer) {
        return std::string(common_.text(what)) + " " + std::to_string(transfer.change_sets) + " " +
               std::string(common_.text(Label::change_sets));
    };
    return now + " " + name + ": " + count(Label::received, report.received) + ", " +
           count(Label::sent, report.sent) + ", " +
           std::string(common_.text(report.complete ? Label::complete : Label::incomplete));
}

}  // namespace cotmoc::cli
