// DPAPI as custody of keys.
#include "unit/system/folder.hpp"

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/file_high_water_mark.hpp>
#include <cotmoc/system/file_key_store.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::system;
using crypto::Secret;
using crypto::SecretAccess;

namespace {

const bool started = crypto::initialise().has_value();  // guarded memory needs it

/// Puts the sealed secrets below the folder for as long as it lives.
class StateIn {
public:
    explicit StateIn(const std::string& folder) { setenv("COTMOC_STATE_DIR", folder.c_str(), 1); }
    ~StateIn() { unsetenv("COTMOC_STATE_DIR"); }
    StateIn(const StateIn&) = delete;
    StateIn& operator=(const StateIn&) = delete;
};

std::string only_file_in(const std::string& folder) {
    const std::filesystem::directory_iterator entries(folder);
    return begin(entries)->path().string();
}

}  // namespace

TEST_CASE("DPAPI gives a secret back under its name, and the disk does not hold it in clear") {
    REQUIRE(started);
    const Folder folder;
    const StateIn state(folder.path());
    const Secret secret = Secret::copy_of(as_bytes("thirty-two octets of a secret...."));
    const auto vault = open_secret_service();
    REQUIRE(vault);
    REQUIRE((*vault)->write("0a", "Đồn Bờ Y", secret));
    CHECK((*vault)->read("0a")->equals(secret));
    const auto sealed = read_file(only_file_in(folder / "secrets"), 100'000);
    REQUIRE(sealed);
    CHECK(as_text(*sealed).find("thirty-two octets") == std::string_view::npos);
    REQUIRE((*vault)->remove("0a"));
    REQUIRE((*vault)->remove("0a"));
    CHECK((*vault)->read("0a").error().code == ErrorCode::no_key_custody);
}

TEST_CASE("a sealed secret that was changed, or put under another name, opens nothing") {
    const Folder folder;
    const StateIn state(folder.path());
    const auto vault = open_secret_service();
    REQUIRE(vault);
    REQUIRE((*vault)->write("0a", "label", Secret::copy_of(as_bytes("a secret"))));
    const std::string file = only_file_in(folder / "secrets");
    Bytes sealed = *read_file(file, 100'000);
    REQUIRE(replace_file(folder / "secrets/0b.dpapi", sealed));
    CHECK((*vault)->read("0b").error().code == ErrorCode::no_key_custody);
    sealed.back() ^= 1;
    REQUIRE(replace_file(file, sealed));
    CHECK((*vault)->read("0a").error().code == ErrorCode::no_key_custody);
}

TEST_CASE("a replica's key file needs what DPAPI keeps") {
    const Folder folder;
    const Folder secrets;
    crypto::SystemRandom random;
    FileKeyStore store(folder.path());
    {
        const StateIn state(secrets.path());
        REQUIRE(store.use_keyring("Đồn Bờ Y", random));
        CHECK(store.hardware_secret()->size() == 32);
    }
    // A thief has the replica's folder only.
    const Folder other;
    const StateIn state(other.path());
    CHECK(store.hardware_secret().error().code == ErrorCode::no_key_custody);
}

TEST_CASE("without a folder of its own the copy outside stands in LOCALAPPDATA") {
    CHECK(state_directory().ends_with("\\cotmoc"));
    const StateIn state("C:\\elsewhere");
    CHECK(state_directory() == "C:\\elsewhere");
}
