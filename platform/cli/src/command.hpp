// What every command shares: common options, the opened replica, the output.
#pragma once

#include "language.hpp"

#include <cotmoc/crypto/keys.hpp>
#include <cotmoc/records/lookup.hpp>
#include <cotmoc/records/record_json.hpp>
#include <cotmoc/sync/replica.hpp>
#include <cotmoc/system/clock.hpp>
#include <cotmoc/system/directory_lock.hpp>
#include <cotmoc/system/file_high_water_mark.hpp>
#include <cotmoc/system/file_key_store.hpp>

#include <functional>
#include <optional>

namespace cotmoc::cli {

using records::catalogue_of;
using records::find_kind;
using records::find_record;
using records::find_record_id;
using records::space_name;
using records::space_or_default;
using records::utc_text;

enum ExitStatus : int { done = 0, failed = 1, wrong = 2, needs_person = 3 };

/// The exit status, or the error that the program prints.
using Outcome = Result<ExitStatus>;

/// The options that stand before or after any command.
struct Common {
    std::string directory;
    std::string passphrase_file;
    bool json = false;
    bool quiet = false;
    Language language = Language::english;

    std::string_view text(Label name) const { return label(language, name); }
    /// -C, else $COTMOC_DIR, else wrong_usage.
    Result<std::string> replica_directory() const;
};

/// Standard output, in large pieces. Check with finish() that all of it was written.
void put(std::string_view text);
void put_line(std::string_view text);
Result<void> finish_output();

/// While it lives, what is put is kept; release() prints it, else it is dropped. One at a time.
class HeldOutput {
public:
    HeldOutput();
    ~HeldOutput();
    HeldOutput(const HeldOutput&) = delete;
    HeldOutput& operator=(const HeldOutput&) = delete;
    void release();
};

/// A directory that this process has locked, with what a replica in it stands on.
class Workplace {
public:
    /// `program` is what a second process is told: "cotmoc list".
    Workplace(std::string directory, std::string_view program);
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

    Result<void> lock();
    /// no_replica if there is none, or none any more.
    Result<void> lock_existing();
    sync::ReplicaEnvironment environment() {
        sync::ReplicaEnvironment environment{database_path(), key_store, clock, random};
        environment.high_water_mark = &high_water_mark;
        return environment;
    }
    std::string database_path() const { return directory + "/replica.db"; }

    const std::string directory;
    const std::string program;
    system::SystemClock clock;
    crypto::SystemRandom random;
    system::FileKeyStore key_store;
    system::FileHighWaterMark high_water_mark;

private:
    std::optional<system::DirectoryLock> lock_;
};

/// An existing replica, opened with its passphrase.
struct Opened {
    Workplace place;
    std::unique_ptr<sync::Replica> replica;

    static Result<std::unique_ptr<Opened>> open(const Common& common, std::string_view command);
    Opened(std::string directory, std::string_view program) : place(std::move(directory), program) {}
};

/// The replica's passphrase; a new one is asked for twice.
Result<crypto::Secret> read_passphrase(const Common& common, bool fresh);

/// Who keeps what the key file cannot be opened without, besides the passphrase (docs/keys.md).
enum class Custody : std::uint8_t { file, keyring };
/// --custody; wrong_usage for an unknown name.
Result<Custody> parse_custody(const std::string& option);

/// Makes a directory's replica with `create`; a failure leaves nothing behind. Then opens it.
Result<std::unique_ptr<Opened>> make_replica(
    const Common& common, std::string_view command,
    const std::function<Result<void>(const sync::ReplicaEnvironment&, const crypto::Secret&)>& create,
    Custody custody = Custody::file);

/// --kdf, else $COTMOC_KDF, else desktop. wrong_usage for an unknown name.
Result<crypto::KdfPreset> kdf_preset(const std::string& option);

}  // namespace cotmoc::cli
