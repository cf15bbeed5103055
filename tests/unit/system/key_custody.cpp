#include "support/kill_points.hpp"

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/file_key_store.hpp>
#include <cotmoc/system/process.hpp>
#include <cotmoc/system/wipe.hpp>

#include <doctest/doctest.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <cstdlib>
#include <filesystem>

using namespace cotmoc;
using namespace cotmoc::system;
using crypto::Secret;
using test_support::for_each_kill_point;

namespace {

const bool started = crypto::initialise().has_value();  // guarded memory needs it
constexpr std::string_view old_phrase = "núi sông bờ cõi cột mốc";
constexpr std::string_view new_phrase = "mười hai ký tự trở lên";
constexpr std::string_view pin = "246810";

class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "cotmoc-keys-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A keyring in a folder of its own, so that it outlives a process that is killed.
class FolderVault final : public SecretVault {
public:
    explicit FolderVault(std::string folder) : folder_(std::move(folder)) {}
    Result<Secret> read(const std::string& name) override {
        const auto file = read_file(folder_ + "/" + name, 1000);
        return file ? Result<Secret>(Secret::copy_of(*file)) : fail(ErrorCode::no_key_custody, name);
    }
    Result<void> write(const std::string& name, const std::string&, const Secret& secret) override {
        return replace_file(folder_ + "/" + name, secret.view(crypto::SecretAccess{}));
    }
    Result<void> remove(const std::string& name) override { return remove_file(folder_ + "/" + name); }

private:
    std::string folder_;
};

VaultOpener vault_in(const Folder& folder) {
    return [path = folder.path()]() -> Result<std::unique_ptr<SecretVault>> {
        return std::make_unique<FolderVault>(path);
    };
}

Secret phrase(std::string_view text) { return Secret::copy_of(as_bytes(text)); }

template <class T>
std::string error_of(const Result<T>& result) {
    return result ? "accepted" : std::string(error_name(result.error().code));
}

crypto::KeyFileContents new_keys(Random& random) {
    REQUIRE(started);
    return {crypto::DeviceKeys::generate(random), Secret::random(32, random), "chacha20", {}};
}

std::size_t files_in(const std::string& path) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
}

/// A replica's folder whose key file needs the vault's secret and this passphrase.
void make_kept(FileKeyStore& store, std::string_view passphrase) {
    crypto::SystemRandom random;
    REQUIRE(store.use_keyring("test", random));
    REQUIRE(crypto::lock(store, new_keys(random), phrase(passphrase), crypto::KdfPreset::low, random));
}

void copy_to(const Folder& from, const Folder& to) {
    std::filesystem::copy(
        from.path(), to.path(),
        std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
}

}  // namespace

TEST_CASE("a key file in the keyring's custody opens on its own machine only") {
    const Folder folder;
    const Folder keyring;
    FileKeyStore store(folder.path(), vault_in(keyring));
    make_kept(store, pin);
    CHECK(error_of(crypto::unlock(store, phrase(pin))) == "accepted");

    // A thief's machine: the files and the right PIN, and no keyring, an empty one, or one with a guess.
    const Folder stolen;
    const Folder other;
    copy_to(folder, stolen);
    FileKeyStore without(stolen.path(), []() -> Result<std::unique_ptr<SecretVault>> {
        return fail(ErrorCode::no_key_custody);
    });
    CHECK(error_of(crypto::unlock(without, phrase(pin))) == "no_key_custody");
    FileKeyStore elsewhere(stolen.path(), vault_in(other));
    CHECK(error_of(crypto::unlock(elsewhere, phrase(pin))) == "no_key_custody");
    std::filesystem::remove(stolen / "custody.cotmoc");
    CHECK(error_of(crypto::unlock(elsewhere, phrase(pin))) == "no_key_custody");

    copy_to(folder, stolen);
    const std::string name = std::filesystem::directory_iterator(keyring.path())->path().filename();
    crypto::SystemRandom random;
    const char* asked = std::getenv("COTMOC_GUESSED_SECRETS");
    const int guesses = asked != nullptr ? std::atoi(asked) : 9;
    int opened = 0;
    for (int guess = 0; guess < guesses; ++guess) {
        REQUIRE(FolderVault(other.path()).write(name, "", Secret::random(32, random)));
        std::filesystem::remove(stolen / "tries.cotmoc");  // the thief does that, too
        opened += crypto::unlock(elsewhere, phrase(pin)) ? 1 : 0;
    }
    CHECK(opened == 0);
    MESSAGE(guesses << " guessed hardware secrets");
}

TEST_CASE("a keyring that cannot be reached is said, and is no try") {
    const Folder folder;
    const Folder keyring;
    FileKeyStore store(folder.path(), vault_in(keyring));
    make_kept(store, pin);
    FileKeyStore locked(folder.path(), []() -> Result<std::unique_ptr<SecretVault>> {
        return fail(ErrorCode::no_key_custody, "locked");
    });
    CHECK(error_of(crypto::unlock(locked, phrase(pin))) == "no_key_custody");
    CHECK_FALSE(file_exists(folder / "tries.cotmoc"));
}

TEST_CASE("after ten wrong PINs the keys are gone, for the right one too") {
    const Folder folder;
    const Folder keyring;
    FileKeyStore store(folder.path(), vault_in(keyring));
    make_kept(store, pin);
    for (unsigned i = 1; i < pin_tries_max; ++i) {
        CHECK(error_of(crypto::unlock(store, phrase("111111"))) == "wrong_passphrase");
    }
    CHECK(error_of(crypto::unlock(store, phrase(pin))) == "accepted");
    CHECK_FALSE(file_exists(folder / "tries.cotmoc"));  // counted from none again
    for (unsigned i = 1; i <= pin_tries_max; ++i) {
        CHECK(error_of(crypto::unlock(store, phrase("111111"))) == "wrong_passphrase");
    }
    CHECK(error_of(crypto::unlock(store, phrase(pin))) == "tries_used_up");
    CHECK(files_in(keyring.path()) == 0);
    CHECK_FALSE(store.exists());
}

TEST_CASE("a good passphrase is not counted, so nobody destroys it by typing") {
    const Folder folder;
    const Folder keyring;
    FileKeyStore store(folder.path(), vault_in(keyring));
    make_kept(store, old_phrase);
    for (unsigned i = 0; i < pin_tries_max + 2; ++i) {
        CHECK(error_of(crypto::unlock(store, phrase("a wrong passphrase"))) == "wrong_passphrase");
    }
    CHECK(error_of(crypto::unlock(store, phrase(old_phrase))) == "accepted");
}

TEST_CASE("a PIN is refused where no hardware secret stands behind it") {
    const Folder folder;
    FileKeyStore store(folder.path());
    crypto::SystemRandom random;
    CHECK(error_of(crypto::lock(store, new_keys(random), phrase(pin), crypto::KdfPreset::low, random)) ==
          "weak_passphrase");
    CHECK_FALSE(store.exists());
}

TEST_CASE("no SIGKILL gives back a try") {
    const Folder folder;
    FileKeyStore store(folder.path());
    std::size_t granted = 0;
    // Each run tries up to three times, and says so after each try that it was granted.
    const std::string log = folder / "granted";
    const std::size_t kills = for_each_kill_point(
        [&] {
            std::filesystem::remove(folder / "tries.cotmoc");
            std::filesystem::remove(log);
            REQUIRE(replace_file(log, {}));
        },
        [&] {
            for (int i = 0; i < 3; ++i) {
                if (FileKeyStore(folder.path()).begin_try()) {
                    std::filesystem::resize_file(log, std::filesystem::file_size(log) + 1);
                }
            }
        },
        [&] {
            granted = std::filesystem::file_size(log);
            const auto counted = read_file(folder / "tries.cotmoc", 100);
            const std::size_t tries = counted ? std::stoul(std::string(as_text(*counted))) : 0;
            CHECK(tries >= granted);
            CHECK(tries <= granted + 1);
        });
    CHECK(granted == 3);
    CHECK(kills > 15);
}

TEST_CASE("a change of the passphrase that is cut off leaves the old or the new one in force") {
    const Folder folder;
    crypto::SystemRandom random;
    const crypto::KeyFileContents keys = new_keys(random);
    FileKeyStore store(folder.path());
    int with_old = 0;
    int with_new = 0;
    const std::size_t kills = for_each_kill_point(
        [&] {
            std::filesystem::remove_all(folder.path());
            REQUIRE(make_directory(folder.path()));
            REQUIRE(crypto::lock(store, keys, phrase(old_phrase), crypto::KdfPreset::low, random));
        },
        [&] {
            crypto::SystemRandom own;
            FileKeyStore child(folder.path());
            (void)crypto::change_passphrase(child, phrase(old_phrase), phrase(new_phrase), std::nullopt, own);
        },
        [&] {
            const auto old_one = crypto::unlock(store, phrase(old_phrase));
            const auto new_one = crypto::unlock(store, phrase(new_phrase));
            CHECK(old_one.has_value() != new_one.has_value());
            (old_one ? with_old : with_new) += 1;
            CHECK((old_one ? *old_one : *new_one).database_key.equals(keys.database_key));
        });
    CHECK(kills > 10);
    CHECK(with_old > 3);
    CHECK(with_new > 3);
    // After the last run nothing opens with the old one any more, the former copy neither.
    CHECK(files_in(folder.path()) == 1);
    CHECK(error_of(crypto::unlock(store, phrase(old_phrase))) == "wrong_passphrase");
}

TEST_CASE("the former key file is there until the changed one has opened") {
    const Folder folder;
    crypto::SystemRandom random;
    FileKeyStore store(folder.path());
    const crypto::KeyFileContents keys = new_keys(random);
    REQUIRE(crypto::lock(store, keys, phrase(old_phrase), crypto::KdfPreset::low, random));
    REQUIRE(crypto::lock(store, keys, phrase(new_phrase), crypto::KdfPreset::low, random));
    const auto former = read_file(folder / "key.cotmoc.previous", 10000);
    REQUIRE(former);
    CHECK(crypto::open_key_file(*former, phrase(old_phrase)));
    CHECK(error_of(crypto::change_passphrase(store, phrase(old_phrase), phrase(pin), {}, random)) ==
          "wrong_passphrase");
    CHECK(error_of(crypto::change_passphrase(store, phrase(new_phrase), phrase(pin), {}, random)) ==
          "weak_passphrase");
    REQUIRE(crypto::change_passphrase(store, phrase(new_phrase), phrase(old_phrase), {}, random));
    CHECK_FALSE(file_exists(folder / "key.cotmoc.previous"));
    CHECK(crypto::key_file_needs(*store.load())->preset == crypto::KdfPreset::low);
}

TEST_CASE("a wipe destroys the keys before anything else, and one that was cut off is finished later") {
    const Folder above;
    const Folder keyring;
    const std::string path = above / "post";
    const std::vector<std::string> contents = {"key.cotmoc.previous", "recovery.cotmoc",  "recovery.session",
                                               "replica.db",          "replica.db-wal",   "tries.cotmoc",
                                               "replica.db-shm",      "high-water.cotmoc"};
    FileKeyStore store(path, vault_in(keyring));
    const std::size_t kills = for_each_kill_point(
        [&] {
            std::filesystem::remove_all(path);
            for (const auto& entry : std::filesystem::directory_iterator(keyring.path())) {
                std::filesystem::remove(entry);
            }
            REQUIRE(make_directory(path));
            crypto::SystemRandom random;
            REQUIRE(store.use_keyring("test", random));
            REQUIRE(store.save(as_bytes("the key file's octets")));
            for (const std::string& name : contents) {
                REQUIRE(replace_file(path + "/" + name, as_bytes("content of " + name)));
            }
        },
        [&] {
            FileKeyStore child(path, vault_in(keyring));
            (void)wipe_directory(child);
        },
        [&] {
            const bool keys =
                files_in(keyring.path()) > 0 || store.exists() || file_exists(path + "/key.cotmoc.previous");
            for (const char* name : {"replica.db", "replica.db-wal", "recovery.cotmoc"}) {
                if (!file_exists(path + "/" + name)) {
                    CHECK_FALSE(keys);
                }
            }
            if (file_exists(path + "/replica.db") && !keys) {
                CHECK(wipe_begun(path));
            }
            if (std::filesystem::exists(path)) {
                CHECK(wipe_directory(store));
            }
            CHECK_FALSE(std::filesystem::exists(path));
            CHECK(files_in(keyring.path()) == 0);
        });
    CHECK(kills > 30);
}

TEST_CASE("a wipe leaves what is not the replica's") {
    const Folder folder;
    FileKeyStore store(folder.path());
    REQUIRE(store.save(as_bytes("key")));
    REQUIRE(replace_file(folder / "replica.db", as_bytes("pages")));
    REQUIRE(replace_file(folder / "notes.txt", as_bytes("mine")));
    const auto removed = wipe_directory(store);
    REQUIRE(removed);
    CHECK(*removed == std::vector<std::string>{"key.cotmoc", "replica.db"});
    CHECK(files_in(folder.path()) == 1);
    CHECK(file_exists(folder / "notes.txt"));
    CHECK_FALSE(wipe_begun(folder.path()));
}

TEST_CASE("a shredded file's content is overwritten where it stands") {
    const Folder folder;
    REQUIRE(replace_file(folder / "a", as_bytes(std::string(100, 'k'))));
    std::filesystem::create_hard_link(folder / "a", folder / "b");  // another name of the same octets
    REQUIRE(shred_file(folder / "a"));
    CHECK_FALSE(file_exists(folder / "a"));
    CHECK(as_text(*read_file(folder / "b", 1000)) == std::string(100, '\0'));
    CHECK(shred_file(folder / "a"));
}

TEST_CASE("a program that disables core dumps leaves none and lets nobody look into it") {
    const pid_t child = fork();
    if (child == 0) {
        disable_core_dumps();
        rlimit limit{1, 1};
        const bool none = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0;
#ifdef __SANITIZE_ADDRESS__
        _exit(none ? 0 : 1);
#else
        _exit(none && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
#endif
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
