// The key file in the custody of the host.
#include "unit/c/served.hpp"

#include <cotmoc/crypto/key_file.hpp>

#include <filesystem>
#include <functional>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

/// A key store of the host in memory.
struct Vault {
    Bytes file;
    Bytes recovery;
    int loads = 0;
    int saves = 0;
    int recovery_saves = 0;
    int drops = 0;
    cotmoc_status fails = COTMOC_OK;
    cotmoc_status recovery_fails = COTMOC_OK;
    bool gives = true;
    std::function<void()> in_save;           // what the custody does meanwhile
    std::function<void()> in_load_recovery;  // likewise

    cotmoc_key_store store() {
        cotmoc_key_store made{};
        made.size = sizeof made;
        made.ctx = this;
        made.drop = [](void* ctx) { ++static_cast<Vault*>(ctx)->drops; };
        made.load = [](void* ctx, cotmoc_octets_fn take, void* sink) -> cotmoc_status {
            auto& in = *static_cast<Vault*>(ctx);
            ++in.loads;
            if (in.fails != COTMOC_OK || !in.gives) {
                return in.fails;
            }
            return in.file.empty() ? COTMOC_NO_REPLICA : take(sink, in.file.data(), in.file.size());
        };
        made.save = [](void* ctx, const uint8_t* octets, size_t size) -> cotmoc_status {
            auto& in = *static_cast<Vault*>(ctx);
            ++in.saves;
            if (in.in_save) {
                in.in_save();
            }
            if (in.fails == COTMOC_OK) {
                in.file.assign(octets, octets + size);
            }
            return in.fails;
        };
        made.load_recovery = [](void* ctx, cotmoc_octets_fn take, void* sink) -> cotmoc_status {
            auto& in = *static_cast<Vault*>(ctx);
            if (in.in_load_recovery) {
                in.in_load_recovery();
            }
            if (in.recovery_fails != COTMOC_OK) {
                return in.recovery_fails;
            }
            return in.recovery.empty() ? COTMOC_NO_RECOVERY
                                       : take(sink, in.recovery.data(), in.recovery.size());
        };
        made.save_recovery = [](void* ctx, const uint8_t* octets, size_t size) -> cotmoc_status {
            ++static_cast<Vault*>(ctx)->recovery_saves;
            static_cast<Vault*>(ctx)->recovery.assign(octets, octets + size);
            return COTMOC_OK;
        };
        return made;
    }
};

}  // namespace

TEST_CASE("the host keeps the key file") {
    Province province;
    Vault vault;
    std::string id;
    {
        Options options(province.directory("don-a"));
        const cotmoc_key_store store = vault.store();
        REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
        Post post(province, "don-a", options.handle);
        id = post.add("delegation", R"({"head":"A"})");
        CHECK(vault.saves == 1);
        CHECK(!std::filesystem::exists(province.directory("don-a") + "/key.cotmoc"));
        const std::string fresh = "một mật khẩu khác hẳn";
        const auto octets = [](const std::string& text) {
            return reinterpret_cast<const uint8_t*>(text.data());
        };
        CHECK(cotmoc_replica_change_passphrase(post.replica, octets(fresh), fresh.size(), octets(passphrase),
                                               passphrase.size(), nullptr) == COTMOC_WRONG_PASSPHRASE);
        CHECK(cotmoc_replica_change_passphrase(post.replica, octets(passphrase), passphrase.size(),
                                               octets("x"), 1, nullptr) == COTMOC_WEAK_PASSPHRASE);
        CHECK(cotmoc_replica_change_passphrase(post.replica, octets(passphrase), passphrase.size(),
                                               octets(fresh), fresh.size(), nullptr) == COTMOC_OK);
        options.set_passphrase(fresh);
        REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
        cotmoc_replica* again = nullptr;
        REQUIRE(cotmoc_replica_open(options.handle, &again, nullptr) == COTMOC_OK);
        CHECK(cotmoc_record_get(again, id.c_str(), nullptr, nullptr, nullptr) == COTMOC_OK);
        cotmoc_replica_free(again);
        CHECK(vault.drops == 0);
    }
    CHECK(vault.drops == 1);
}

TEST_CASE("a passphrase may be changed to another cost of one try, and keeps the one it has otherwise") {
    Province province;
    Vault vault;
    Options options(province.directory("don-a"));
    const cotmoc_key_store store = vault.store();
    REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
    const Post post(province, "don-a", options.handle);
    const auto preset = [&] { return test_support::must(crypto::key_file_needs(vault.file)).preset; };
    REQUIRE(preset() == crypto::KdfPreset::low);
    cotmoc_error error{};
    const auto change = [&](const char* cost) {
        const auto* octets = reinterpret_cast<const uint8_t*>(passphrase.data());
        return cotmoc_replica_change_passphrase_kdf(post.replica, octets, passphrase.size(), octets,
                                                    passphrase.size(), cost, &error);
    };
    CHECK(change("dear") == COTMOC_WRONG_USAGE);
    CHECK(std::string(error.detail) == "preset is desktop, phone or low");
    CHECK(preset() == crypto::KdfPreset::low);
    CHECK(change("phone") == COTMOC_OK);
    CHECK(preset() == crypto::KdfPreset::phone);
    CHECK(change(nullptr) == COTMOC_OK);
    CHECK(preset() == crypto::KdfPreset::phone);
    REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    cotmoc_replica* again = nullptr;
    CHECK(cotmoc_replica_open(options.handle, &again, nullptr) == COTMOC_OK);
    cotmoc_replica_free(again);
}

TEST_CASE("what a key store's callback returns comes back") {
    Province province;
    Vault vault;
    Options options(province.directory("don-a"));
    cotmoc_key_store store = vault.store();
    REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
    cotmoc_replica* replica = nullptr;
    vault.fails = COTMOC_HOST_FIRST + 1;
    cotmoc_error error{};
    CHECK(cotmoc_replica_create(options.handle, "don-a", &replica, &error) == COTMOC_HOST_FIRST + 1);
    CHECK(replica == nullptr);
    CHECK(!std::filesystem::exists(province.directory("don-a") + "/replica.db"));
    vault.fails = COTMOC_OK;
    REQUIRE(cotmoc_replica_create(options.handle, "don-a", &replica, &error) == COTMOC_OK);
    cotmoc_replica_free(replica);
    vault.gives = false;  // says that it has, and gives nothing
    CHECK(cotmoc_replica_open(options.handle, &replica, &error) == COTMOC_INTERNAL);
    vault.gives = true;
    vault.file.pop_back();
    CHECK(cotmoc_replica_open(options.handle, &replica, &error) == COTMOC_KEY_FILE_DAMAGED);
    // What is not taken is not dropped.
    store.save = nullptr;
    CHECK(cotmoc_options_set_key_store(options.handle, &store, &error) == COTMOC_WRONG_USAGE);
    CHECK(vault.drops == 0);
    store.size = 3;
    CHECK(cotmoc_options_set_key_store(options.handle, &store, &error) == COTMOC_WRONG_USAGE);
}

TEST_CASE("a structure of an older header is taken as far as it goes") {
    Province province;
    Vault vault;
    Options options(province.directory("don-a"));
    cotmoc_key_store store = vault.store();
    store.size = offsetof(cotmoc_key_store, load_recovery);
    REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
    Post post(province, "don-a", options.handle);
    CHECK(vault.recovery.empty());
    CHECK(vault.saves == 1);
}

TEST_CASE("a custody callback that calls back is told busy, from its own thread and from another one") {
    Province province;
    Vault vault;
    Options options(province.directory("don-a"));
    const cotmoc_key_store store = vault.store();
    REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
    Post post(province, "don-a", options.handle);
    const std::string id = post.add("delegation", R"({"head":"A"})");
    cotmoc_status own = COTMOC_OK;
    cotmoc_status other = COTMOC_OK;
    cotmoc_status closed = COTMOC_OK;
    vault.in_save = [&] {
        own = post.edit(id, R"({"head":"B"})");
        std::thread somebody([&] {
            other = cotmoc_record_get(post.replica, id.c_str(), nullptr, nullptr, nullptr);
            closed = cotmoc_replica_close(post.replica, nullptr);
        });
        somebody.join();
    };
    const auto* octets = reinterpret_cast<const uint8_t*>(passphrase.data());
    CHECK(cotmoc_replica_change_passphrase(post.replica, octets, passphrase.size(), octets, passphrase.size(),
                                           nullptr) == COTMOC_OK);
    CHECK(own == COTMOC_BUSY);
    CHECK(other == COTMOC_BUSY);
    CHECK(closed == COTMOC_BUSY);
    CHECK(has(post.get(id), R"("head":"A")"));
}

TEST_CASE("a custody callback may end a serve and wait for it") {
    Province province;
    Vault vault;
    Options options(province.directory("don-a"));
    const cotmoc_key_store store = vault.store();
    REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
    Post post(province, "don-a", options.handle);
    Served served(post);
    served.begin();
    bool in_time = false;
    vault.in_save = [&] {
        CHECK(cotmoc_serve_cancel(served.handle, nullptr) == COTMOC_OK);
        in_time = served.ended();
    };
    const auto* octets = reinterpret_cast<const uint8_t*>(passphrase.data());
    CHECK(cotmoc_replica_change_passphrase(post.replica, octets, passphrase.size(), octets, passphrase.size(),
                                           nullptr) == COTMOC_OK);
    CHECK(in_time);
    CHECK(served.wait() == COTMOC_OK);
}

TEST_CASE("a recovery wrap that cannot be read is not written over, and its callback may not call back") {
    Province province;
    Vault vault;
    Options options(province.directory("don-a"));
    const cotmoc_key_store store = vault.store();
    REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
    Post post(province, "don-a", options.handle);
    const std::string id = post.add("delegation", R"({"head":"A"})");
    const Bytes kept = vault.recovery;
    REQUIRE(!kept.empty());
    const int saves = vault.recovery_saves;
    REQUIRE(cotmoc_replica_suspend(post.replica, nullptr) == COTMOC_OK);
    vault.recovery_fails = COTMOC_HOST_FIRST + 4;
    cotmoc_status failed = cotmoc_replica_resume(post.replica, nullptr);
    if (failed == COTMOC_OK) {
        failed = post.edit(id, R"({"head":"B"})");
    }
    CHECK(failed == COTMOC_HOST_FIRST + 4);
    CHECK(vault.recovery == kept);
    CHECK(vault.recovery_saves == saves);
    vault.recovery_fails = COTMOC_OK;
    cotmoc_status inside = COTMOC_OK;
    int asked = 0;
    vault.in_load_recovery = [&] {
        ++asked;
        inside = post.edit(id, R"({"head":"C"})");
    };
    (void)cotmoc_replica_resume(post.replica, nullptr);
    CHECK(post.edit(id, R"({"head":"D"})") == COTMOC_OK);
    CHECK(asked > 0);
    CHECK(inside == COTMOC_BUSY);
    CHECK(has(post.get(id), R"("head":"D")"));
}
