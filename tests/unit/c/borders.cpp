// What a host can do wrong, and what it is told.
#include "unit/c/host.hpp"

#include <cstring>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <type_traits>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

constexpr cotmoc_status host_status = COTMOC_HOST_FIRST + 7;

/// Calls a function with NULL and 0 for everything but the error.
template <class... Arguments>
bool call_with_none(cotmoc_status (*function)(Arguments...)) {
    if constexpr (std::is_same_v<std::tuple_element_t<sizeof...(Arguments) - 1, std::tuple<Arguments...>>,
                                 cotmoc_error*>) {
        cotmoc_error error{};
        std::tuple<Arguments...> arguments{};
        CHECK(std::apply(function, arguments) == COTMOC_WRONG_USAGE);
        std::get<sizeof...(Arguments) - 1>(arguments) = &error;
        CHECK(std::apply(function, arguments) == COTMOC_WRONG_USAGE);
        CHECK(error.status == COTMOC_WRONG_USAGE);
        CHECK(std::string(error.detail).ends_with("NULL"));
        return true;
    }
    return false;  // cotmoc_copy_text, which has a case of its own
}
/// Every _free takes NULL.
template <class Handle>
bool call_with_none(void (*function)(Handle*)) {
    function(nullptr);
    return true;
}
/// What says something of the library or of a number has no pointer that is needed.
template <class Value, class... Arguments>
requires(!std::is_void_v<Value> &&
         !std::is_same_v<Value, cotmoc_status>) bool call_with_none(Value (*)(Arguments...)) {
    return false;
}

}  // namespace

TEST_CASE("every status has the name, the words and the retry class of its error") {
    CHECK(std::string(cotmoc_status_name(COTMOC_UNKNOWN_FIELD)) == "unknown_field");
    CHECK(std::string(cotmoc_status_what(COTMOC_BUSY, nullptr)) == error_what(ErrorCode::busy));
    CHECK(std::string(cotmoc_status_what(COTMOC_BUSY, "en")) == error_what(ErrorCode::busy));
    CHECK(std::string(cotmoc_status_what(COTMOC_BUSY, "vi")) != error_what(ErrorCode::busy));
    CHECK(*cotmoc_status_advice(COTMOC_BUSY, "vi") != '\0');
    CHECK(cotmoc_status_retry(COTMOC_BUSY) == COTMOC_RETRY_AFTER_BACK_OFF);
    CHECK(cotmoc_status_retry(COTMOC_CONNECTION_FAILED) == COTMOC_RETRY_WHEN_NETWORK_CHANGES);
    CHECK(cotmoc_status_retry(COTMOC_WRONG_USAGE) == COTMOC_RETRY_NEVER);
    CHECK(std::string(cotmoc_status_name(9'999)).empty());
    CHECK(std::string(cotmoc_status_what(9'999, "vi")).empty());
    CHECK(cotmoc_api_version() == COTMOC_API_VERSION);
}

TEST_CASE("the numbers of status.h are those of errors.inc") {
#define COTMOC_ERROR(number, name, retry, what, advice) \
    CHECK(std::string(cotmoc_status_name(number)) == #name);
#include <cotmoc/base/errors.inc>
#undef COTMOC_ERROR
}

TEST_CASE("a buffer that is too small gets nothing but the size that is needed") {
    char room[8];
    std::memset(room, 'x', sizeof room);
    cotmoc_buffer buffer{room, sizeof room, 0};
    CHECK(cotmoc_copy_text(&buffer, "12345678", 8) == COTMOC_LIMIT_EXCEEDED);
    CHECK(buffer.size == 8);
    CHECK(room[0] == 'x');
    CHECK(cotmoc_copy_text(&buffer, "1234567", 7) == COTMOC_OK);
    CHECK(std::string(room) == "1234567");
    cotmoc_buffer none{nullptr, 0, 0};
    CHECK(cotmoc_copy_text(&none, "", 0) == COTMOC_LIMIT_EXCEEDED);
    CHECK(cotmoc_copy_text(nullptr, "", 0) == COTMOC_WRONG_USAGE);
}

TEST_CASE("an error is written whole, on success too") {
    cotmoc_options* options = nullptr;
    cotmoc_error error;
    std::memset(&error, 'x', sizeof error);
    CHECK(cotmoc_options_new(&options, &error) == COTMOC_OK);
    CHECK(error.status == COTMOC_OK);
    CHECK(std::string(error.name).empty());
    CHECK(std::string(error.detail).empty());
    CHECK(cotmoc_options_set_kdf(options, "enormous", &error) == COTMOC_WRONG_USAGE);
    CHECK(std::string(error.name) == "wrong_usage");
    CHECK(std::string(error.detail) == "preset is desktop, phone or low");
    CHECK(error.retry == COTMOC_RETRY_NEVER);
    cotmoc_options_free(options);
}

TEST_CASE("a long detail is cut between code points") {
    Province province;
    Post post(province, "don-a");
    std::string field;
    for (int i = 0; i < 400; ++i) {
        field += "ộ";
    }
    cotmoc_error error{};
    const std::string edits = "{\"" + field + "\":1}";
    const std::string id = post.add("delegation", "{}");
    CHECK(post.edit(id, edits.c_str(), &error) == COTMOC_UNKNOWN_FIELD);
    CHECK(std::strlen(error.detail) < sizeof error.detail);
    CHECK(core::is_valid_utf8(error.detail));
    CHECK(std::strlen(error.detail) > sizeof error.detail - 8);
}

TEST_CASE("NULL is answered wherever something is needed") {
    int answered = 0;
    const auto note = [&](bool is_answered) { answered += is_answered ? 1 : 0; };
#define COTMOC_EXPORTED(name)       \
    {                               \
        INFO(#name);                \
        note(call_with_none(name)); \
    }
#include "exported.inc"
#undef COTMOC_EXPORTED
    CHECK(answered > 100);
}

TEST_CASE("what is NULL inside a joined replica is named") {
    Province province;
    Post post(province, "don-a");
    cotmoc_error error{};
    CHECK(cotmoc_record_add(post.replica, nullptr, nullptr, nullptr, "{}", nullptr, nullptr, &error) ==
          COTMOC_WRONG_USAGE);
    CHECK(std::string(error.detail) == "kind is NULL");
    CHECK(cotmoc_record_add(post.replica, "delegation", nullptr, nullptr, nullptr, nullptr, nullptr,
                            &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_record_get(post.replica, nullptr, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_record_edit(post.replica, "1234", nullptr, nullptr, nullptr, &error) != COTMOC_OK);
    CHECK(cotmoc_conflict_take(post.replica, "1234", nullptr, 1, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_cursor_open(post.replica, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_sql(post.replica, nullptr, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_join(post.replica, nullptr, 0, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_change_passphrase(post.replica, nullptr, 0, nullptr, 0, &error) ==
          COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_join_remote(post.replica, nullptr, 0, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_rejoin(post.replica, nullptr, 0, nullptr, nullptr, nullptr, &error) ==
          COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_batch(post.replica, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_report(post.replica, "kon-tum/ngoc-hoi", nullptr, "2026-01-01", nullptr, nullptr,
                                &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_release(post.replica, nullptr, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_conflict_cursor(post.replica, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_conflict_soft_cursor(post.replica, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_observe_query(post.replica, nullptr, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    cotmoc_subscription* subscription = nullptr;
    CHECK(cotmoc_observe_record(post.replica, "x", nullptr, &subscription, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_attachment_read(post.replica, "1234", "files", nullptr, nullptr, nullptr, &error) ==
          COTMOC_WRONG_USAGE);
    CHECK(cotmoc_attachment_add(post.replica, "1234", "files", "name", nullptr, nullptr, nullptr, nullptr,
                                &error) == COTMOC_WRONG_USAGE);
}

TEST_CASE("what is NULL in a serve, a sync, a bundle or a device is named") {
    Province province;
    Post post(province, "don-a");
    cotmoc_error error{};
    CHECK(cotmoc_serve_new(post.replica, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(std::string(error.detail) == "serve is NULL");
    cotmoc_serve* serve = reinterpret_cast<cotmoc_serve*>(&province);
    CHECK(cotmoc_serve_new(nullptr, &serve, &error) == COTMOC_WRONG_USAGE);
    CHECK(serve == nullptr);
    REQUIRE(cotmoc_serve_new(post.replica, &serve, nullptr) == COTMOC_OK);
    CHECK(cotmoc_serve_set_listen(serve, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(std::string(error.detail) == "address is NULL");
    CHECK(cotmoc_serve_run(serve, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(has(error.detail, "no address"));
    cotmoc_serve_free(serve);

    cotmoc_sync* sync = reinterpret_cast<cotmoc_sync*>(&province);
    CHECK(cotmoc_sync_new(nullptr, &sync, &error) == COTMOC_WRONG_USAGE);
    CHECK(sync == nullptr);
    REQUIRE(cotmoc_sync_new(post.replica, &sync, nullptr) == COTMOC_OK);
    CHECK(cotmoc_sync_set_hub(sync, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_sync_want_attachment(sync, nullptr, nullptr, nullptr, 0, &error) == COTMOC_WRONG_USAGE);
    cotmoc_sync_free(sync);

    cotmoc_bundle* bundle = reinterpret_cast<cotmoc_bundle*>(&province);
    CHECK(cotmoc_bundle_new(nullptr, &bundle, &error) == COTMOC_WRONG_USAGE);
    CHECK(bundle == nullptr);
    REQUIRE(cotmoc_bundle_new(post.replica, &bundle, nullptr) == COTMOC_OK);
    CHECK(cotmoc_bundle_set_reader(bundle, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_bundle_add_file(bundle, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_bundle_set_answer(bundle, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_bundle_export(bundle, nullptr, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    cotmoc_bundle_free(bundle);

    cotmoc_options* options = nullptr;
    REQUIRE(cotmoc_options_new(&options, nullptr) == COTMOC_OK);
    CHECK(cotmoc_device_wipe(options, 1, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(has(error.detail, "no directory"));
    cotmoc_options_free(options);
    const Options device(province.directory("don-b"));
    CHECK(cotmoc_device_recover(device.handle, nullptr, 0, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(std::string(error.detail) == "answer is NULL");
}

TEST_CASE("text that is not UTF-8 is refused") {
    Province province;
    Post post(province, "don-a");
    cotmoc_error error{};
    CHECK(cotmoc_record_add(post.replica, "delegation", nullptr, nullptr, "{\"head\":\"\xff\"}", nullptr,
                            nullptr, &error) == COTMOC_INVALID_UTF8);
    CHECK(cotmoc_options_set_directory(post.options.handle, "\xc3\x28", &error) == COTMOC_INVALID_UTF8);
}

TEST_CASE("options that lack something open nothing") {
    Province province;
    cotmoc_options* options = nullptr;
    REQUIRE(cotmoc_options_new(&options, nullptr) == COTMOC_OK);
    cotmoc_replica* replica = reinterpret_cast<cotmoc_replica*>(&province);
    cotmoc_error error{};
    CHECK(cotmoc_replica_open(options, &replica, &error) == COTMOC_WRONG_USAGE);
    CHECK(replica == nullptr);
    REQUIRE(cotmoc_options_set_directory(options, province.directory("none").c_str(), nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_open(options, &replica, &error) == COTMOC_NO_PASSPHRASE);
    CHECK(cotmoc_replica_create(options, "don-a", &replica, &error) == COTMOC_NO_PASSPHRASE);
    const std::string text = "mật khẩu thử nghiệm";
    REQUIRE(cotmoc_options_set_passphrase(options, reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                          nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_open(options, &replica, &error) == COTMOC_NO_REPLICA);
    CHECK(cotmoc_options_set_language(options, "fr", &error) == COTMOC_WRONG_USAGE);
    cotmoc_options_free(options);
}

TEST_CASE("a closed replica answers everything that is still there") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    cotmoc_cursor* cursor = nullptr;
    REQUIRE(cotmoc_cursor_open(post.replica, nullptr, &cursor, nullptr) == COTMOC_OK);
    cotmoc_sync* sync = nullptr;
    REQUIRE(cotmoc_sync_new(post.replica, &sync, nullptr) == COTMOC_OK);
    cotmoc_bundle* bundle = nullptr;
    REQUIRE(cotmoc_bundle_new(post.replica, &bundle, nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    cotmoc_error error{};
    CHECK(cotmoc_record_get(post.replica, id.c_str(), nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(std::string(error.detail) == "the replica is closed");
    int32_t found = 1;
    CHECK(cotmoc_cursor_next(cursor, nullptr, nullptr, &found, &error) == COTMOC_WRONG_USAGE);
    CHECK(found == 0);
    CHECK(cotmoc_sync_run(sync, 0, 0, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_bundle_export(bundle, "x", nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_suspend(post.replica, &error) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_replica_resume(post.replica, &error) == COTMOC_WRONG_USAGE);
    // The replica's handle goes before the others.
    cotmoc_replica_free(std::exchange(post.replica, nullptr));
    CHECK(cotmoc_cursor_next(cursor, nullptr, nullptr, &found, &error) == COTMOC_WRONG_USAGE);
    cotmoc_cursor_free(cursor);
    cotmoc_sync_free(sync);
    cotmoc_bundle_free(bundle);
}

TEST_CASE("a handle of another kind is noticed") {
    Province province;
    Post post(province, "don-a");
    cotmoc_error error{};
    CHECK(cotmoc_replica_info(reinterpret_cast<cotmoc_replica*>(post.options.handle), nullptr, nullptr,
                              &error) == COTMOC_WRONG_USAGE);
    CHECK(std::string(error.detail) == "replica is no handle");
}

TEST_CASE("what the view returns comes back, and what was done stays done") {
    Province province;
    Post post(province, "don-a");
    const auto fails = [](void*, const char*, size_t) -> cotmoc_status { return host_status; };
    cotmoc_error error{};
    CHECK(cotmoc_record_add(post.replica, "delegation", nullptr, nullptr, R"({"head":"A"})", fails, nullptr,
                            &error) == host_status);
    CHECK(std::string(error.name) == "host");
    cotmoc_cursor* cursor = nullptr;
    REQUIRE(cotmoc_cursor_open(post.replica, nullptr, &cursor, nullptr) == COTMOC_OK);
    int32_t found = 0;
    char little[4];
    cotmoc_buffer buffer{little, sizeof little, 0};
    CHECK(cotmoc_cursor_next(cursor, cotmoc_copy_text, &buffer, &found, nullptr) == COTMOC_LIMIT_EXCEEDED);
    CHECK(found == 0);
    std::string large(buffer.size + 1, ' ');
    buffer = {large.data(), large.size(), 0};
    CHECK(cotmoc_cursor_next(cursor, cotmoc_copy_text, &buffer, &found, nullptr) ==
          COTMOC_OK);  // the same one
    CHECK(found == 1);
    CHECK(large.find("\"head\":\"A\"") != std::string::npos);
    CHECK(cotmoc_cursor_next(cursor, nullptr, nullptr, &found, nullptr) == COTMOC_OK);
    CHECK(found == 0);
    cotmoc_cursor_free(cursor);
    const auto nonsense = [](void*, const char*, size_t) -> cotmoc_status { return 777; };
    CHECK(cotmoc_replica_info(post.replica, nonsense, nullptr, &error) == COTMOC_INTERNAL);
}

TEST_CASE("a view may use the replica, and close it") {
    Province province;
    Post post(province, "don-a");
    const auto closes = [](void* ctx, const char*, size_t) -> cotmoc_status {
        return cotmoc_replica_close(static_cast<cotmoc_replica*>(ctx), nullptr);
    };
    CHECK(cotmoc_replica_info(post.replica, closes, post.replica, nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_info(post.replica, nullptr, nullptr, nullptr) == COTMOC_WRONG_USAGE);
}

TEST_CASE("rows of SQL come one by one; their callback may end them and may not call the replica") {
    Province province;
    Post post(province, "don-a");
    for (int i = 0; i < 5; ++i) {
        post.add("delegation", R"({"people":3})");
    }
    struct Seen {
        cotmoc_replica* replica = nullptr;
        int rows = 0;
        cotmoc_status inside = COTMOC_OK;
    } seen{post.replica};
    const auto row = [](void* ctx, const char* text, size_t) -> cotmoc_status {
        auto& in = *static_cast<Seen*>(ctx);
        in.inside = cotmoc_replica_info(in.replica, nullptr, nullptr, nullptr);
        CHECK(std::string(text) == R"({"people":3})");
        return ++in.rows == 3 ? COTMOC_STOP : COTMOC_OK;
    };
    CHECK(cotmoc_replica_sql(post.replica, "SELECT people FROM delegation", row, &seen, nullptr) ==
          COTMOC_OK);
    CHECK(seen.rows == 3);
    CHECK(seen.inside == COTMOC_BUSY);
    cotmoc_error error{};
    CHECK(cotmoc_replica_sql(post.replica, "DELETE FROM delegation", row, &seen, &error) == COTMOC_BAD_QUERY);
    CHECK(cotmoc_replica_info(post.replica, nullptr, nullptr, nullptr) == COTMOC_OK);
}

TEST_CASE("another process, or this one, has the directory: busy") {
    Province province;
    Post post(province, "don-a");
    cotmoc_replica* second = nullptr;
    cotmoc_error error{};
    CHECK(cotmoc_replica_open(post.options.handle, &second, &error) == COTMOC_BUSY);
    CHECK(second == nullptr);
    CHECK(error.retry == COTMOC_RETRY_AFTER_BACK_OFF);
    CHECK(cotmoc_replica_create(post.options.handle, "again", &second, &error) == COTMOC_ALREADY_EXISTS);
    REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_open(post.options.handle, &second, &error) == COTMOC_OK);
    cotmoc_replica_free(second);
    post.options.set_passphrase("a wrong passphrase it is");
    CHECK(cotmoc_replica_open(post.options.handle, &second, &error) == COTMOC_WRONG_PASSPHRASE);
}

TEST_CASE("a suspended replica keeps nothing open, and goes on") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    CHECK(cotmoc_replica_suspend(post.replica, nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_suspend(post.replica, nullptr) == COTMOC_OK);
    CHECK(cotmoc_record_get(post.replica, id.c_str(), nullptr, nullptr, nullptr) == COTMOC_BUSY);
    // Another one may open it now; then it cannot be resumed.
    cotmoc_replica* other = nullptr;
    REQUIRE(cotmoc_replica_open(post.options.handle, &other, nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_resume(post.replica, nullptr) == COTMOC_BUSY);
    cotmoc_replica_free(other);
    CHECK(cotmoc_replica_resume(post.replica, nullptr) == COTMOC_OK);
    CHECK(has(post.get(id), R"("head":"A")"));
    CHECK(cotmoc_replica_resume(post.replica, nullptr) == COTMOC_OK);
}

TEST_CASE("many threads use one replica") {
    Province province;
    Post post(province, "don-a");
    std::atomic<int> failed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 20; ++j) {
                std::string id;
                failed += cotmoc_record_add(post.replica, "delegation", nullptr, nullptr, R"({"people":1})",
                                            into_string, &id, nullptr) != COTMOC_OK;
                failed += cotmoc_record_get(post.replica, id.c_str(), nullptr, nullptr, nullptr) != COTMOC_OK;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(failed == 0);
    CHECK(has(text_from([&](auto... view) { return cotmoc_replica_status(post.replica, view...); }),
              R"("records":80)"));
}

TEST_CASE("what is thrown inside becomes a status, and the replica goes on with what is durable") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    cotmoc_observer observer{};
    observer.size = sizeof observer;
    observer.changed = [](void*, const char*, size_t) { throw std::runtime_error("of the host"); };
    cotmoc_subscription* subscription = nullptr;
    REQUIRE(cotmoc_observe_query(post.replica, nullptr, &observer, &subscription, nullptr) == COTMOC_OK);
    cotmoc_error error{};
    CHECK(post.edit(id, R"({"head":"B"})", &error) == COTMOC_INTERNAL);
    CHECK(std::string(error.detail) == "of the host");
    CHECK(has(post.get(id), R"("head":"B")"));
    CHECK(post.edit(id, R"({"head":"C"})", &error) == COTMOC_INTERNAL);
    cotmoc_subscription_free(subscription);
    CHECK(post.edit(id, R"({"head":"D"})", &error) == COTMOC_OK);
    const auto breaks = [](void* ctx) -> cotmoc_status {
        REQUIRE(static_cast<Post*>(ctx)->add("delegation", "{}").size() == 36);
        throw std::bad_alloc();
    };
    CHECK(cotmoc_replica_batch(post.replica, breaks, &post, &error) == COTMOC_OUT_OF_MEMORY);
    CHECK(std::string(error.name) == "out_of_memory");
    CHECK(has(text_from([&](auto... view) { return cotmoc_replica_status(post.replica, view...); }),
              R"("records":1)"));
    const auto throws = [](void*, const char*, size_t) -> cotmoc_status { throw 7; };
    CHECK(cotmoc_replica_info(post.replica, throws, nullptr, &error) == COTMOC_INTERNAL);
    CHECK(post.edit(id, R"({"head":"E"})", &error) == COTMOC_OK);
}

TEST_CASE("after a call that threw the replica is opened again, by a later call if not by the next one") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    const auto breaks = [](void* ctx) -> cotmoc_status {
        static_cast<Post*>(ctx)->add("delegation", "{}");
        throw std::bad_alloc();
    };
    REQUIRE(cotmoc_replica_batch(post.replica, breaks, &post, nullptr) == COTMOC_OUT_OF_MEMORY);
    // Something stands in the way of the database.
    const std::filesystem::path database = province.directory("don-a") + "/replica.db";
    const std::filesystem::path aside = province.directory("aside");
    std::filesystem::rename(database, aside);
    std::filesystem::create_directory(database);
    CHECK(post.edit(id, R"({"head":"B"})") != COTMOC_OK);
    std::filesystem::remove_all(database);
    std::filesystem::rename(aside, database);
    CHECK(post.edit(id, R"({"head":"C"})") == COTMOC_OK);
    CHECK(has(post.get(id), R"("head":"C")"));
}

TEST_CASE("a replica that is freed while it is in use is closed when that has ended") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    cotmoc_cursor* cursor = nullptr;
    REQUIRE(cotmoc_cursor_open(post.replica, nullptr, &cursor, nullptr) == COTMOC_OK);
    HubPipe pipe(province);
    {
        Syncer sync(post.replica, pipe);
        pipe.on_receive = [&] { cotmoc_replica_free(std::exchange(post.replica, nullptr)); };
        cotmoc_error error{};
        CHECK(cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, &error) == COTMOC_OK);
        CHECK(cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, &error) == COTMOC_WRONG_USAGE);
    }
    int32_t found = 0;
    CHECK(cotmoc_cursor_next(cursor, nullptr, nullptr, &found, nullptr) == COTMOC_WRONG_USAGE);
    cotmoc_cursor_free(cursor);
    CHECK(cotmoc_replica_open(post.options.handle, &post.replica, nullptr) == COTMOC_OK);
}
