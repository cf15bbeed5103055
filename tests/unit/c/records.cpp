// Records, queries, conflicts and history through the C interface.
#include "unit/c/host.hpp"

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

std::vector<std::string> all_of(cotmoc_replica* replica, const cotmoc_query* query, bool conflicts = false) {
    cotmoc_cursor* cursor = nullptr;
    cotmoc_error error{};
    const auto open = conflicts ? cotmoc_conflict_cursor : cotmoc_cursor_open;
    const cotmoc_status status = open(replica, query, &cursor, &error);
    INFO(error.name << ": " << error.detail);
    REQUIRE(status == COTMOC_OK);
    std::vector<std::string> texts;
    for (;;) {
        std::string text;
        int32_t found = 0;
        REQUIRE(cotmoc_cursor_next(cursor, into_string, &text, &found, nullptr) == COTMOC_OK);
        if (found == 0) {
            break;
        }
        texts.push_back(text);
    }
    cotmoc_cursor_free(cursor);
    return texts;
}

struct Query {
    Query() { REQUIRE(cotmoc_query_new(&handle, nullptr) == COTMOC_OK); }
    ~Query() { cotmoc_query_free(handle); }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    cotmoc_query* handle = nullptr;
};

}  // namespace

TEST_CASE("a record is added, edited in every way, deleted and restored") {
    Province province;
    Post post(province, "don-a");
    const std::string id =
        post.add("inspection", R"({"marker_no":"M-1","visits":2,"units":["a"],"value":"1.50"})");
    const char* edits =
        R"([{"op":"add","field":"visits","value":5},{"op":"insert","field":"units","value":"b"},
        {"op":"remove","field":"units","value":"a"},{"op":"set","field":"value","value":"2.25"}])";
    const std::string now =
        text_from([&](auto... view) { return cotmoc_record_edit(post.replica, id.c_str(), edits, view...); });
    CHECK(has(now, R"("visits":7)"));
    CHECK(has(now, R"("units":["b"])"));
    CHECK(has(now, R"("value":"2.25")"));
    CHECK(post.get(id) == now);
    CHECK(post.edit(id, R"({"condition":"worn","value":null})") == COTMOC_OK);
    CHECK(has(post.get(id), R"("condition":"worn")"));
    CHECK(cotmoc_record_delete(post.replica, id.c_str(), nullptr) == COTMOC_OK);
    CHECK(has(post.get(id), R"("deleted":true)"));
    CHECK(post.edit(id, R"({"value":"1.00"})") == COTMOC_RECORD_DELETED);
    CHECK(cotmoc_record_restore(post.replica, id.c_str(), nullptr, nullptr, nullptr) == COTMOC_OK);
    CHECK(has(post.get(id.substr(0, 8)), R"("deleted":false)"));
}

TEST_CASE("a rich text is edited by splices") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"result":"Ký biên bản"})");
    CHECK(post.edit(id, R"([{"op":"splice","field":"result","position":3,"delete":8,"value":"hợp đồng"}])") ==
          COTMOC_OK);
    CHECK(has(post.get(id), R"("result":"Ký hợp đồng")"));
    CHECK(post.edit(id, R"([{"op":"splice","field":"result","position":300,"value":"x"}])") ==
          COTMOC_BEYOND_TEXT);
}

TEST_CASE("edits that are not of the form say why, and change nothing") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("inspection", R"({"marker_no":"M-1","visits":2})");
    const std::string before = post.get(id);
    CHECK(post.edit(id, "[") == COTMOC_BAD_JSON);
    CHECK(post.edit(id, "3") == COTMOC_WRONG_USAGE);
    CHECK(post.edit(id, R"({"value":"1.00","value":"2.00"})") == COTMOC_DUPLICATE_KEY);
    CHECK(post.edit(id, R"([{"op":"set","op":"add","field":"value"}])") == COTMOC_DUPLICATE_KEY);
    CHECK(post.edit(id, R"([3])") == COTMOC_WRONG_USAGE);
    CHECK(post.edit(id, R"([{"op":"paint","field":"value"}])") == COTMOC_WRONG_USAGE);
    CHECK(post.edit(id, R"([{"op":"set","field":"value","colour":1}])") == COTMOC_WRONG_USAGE);
    CHECK(post.edit(id, R"([{"op":"set"}])") == COTMOC_WRONG_USAGE);
    CHECK(post.edit(id, R"([{"op":"add","field":"visits","value":"5"}])") == COTMOC_WRONG_TYPE);
    CHECK(post.edit(id, R"([{"op":"add","field":"visits","value":18446744073709551615}])") ==
          COTMOC_WRONG_TYPE);
    CHECK(post.edit(id, R"([{"op":"insert","field":"visits","value":"a"}])") == COTMOC_WRONG_SHAPE);
    CHECK(post.edit(id, R"({"no_such":1})") == COTMOC_UNKNOWN_FIELD);
    CHECK(post.edit(id, R"({"marker_no":null})") == COTMOC_MISSING_FIELD);
    CHECK(post.edit(id, R"({"latitude":91})") == COTMOC_OUT_OF_BOUNDS);
    // All or none: the first edit of these is good.
    CHECK(
        post.edit(
            id, R"([{"op":"add","field":"visits","value":1},{"op":"set","field":"latitude","value":91}])") ==
        COTMOC_OUT_OF_BOUNDS);
    const std::string deep(200, '[');
    CHECK(post.edit(id, deep.c_str()) != COTMOC_OK);
    CHECK(post.get(id) == before);
    CHECK(post.edit("zz", "{}") == COTMOC_BAD_ID);
    CHECK(post.edit("123e4567-e89b-42d3-a456-426614174000", "{}") == COTMOC_UNKNOWN_RECORD);
}

TEST_CASE("an edit of what was shown fails once it has changed") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    const std::string versions =
        text_from([&](auto... view) { return cotmoc_record_versions(post.replica, id.c_str(), view...); });
    const std::string key = R"("versions":{)";
    std::size_t at = versions.find(R"("head":")", versions.find(key)) + 8;
    const std::string version = versions.substr(at, versions.find('"', at) - at);
    REQUIRE(!version.empty());
    const std::string edit = R"([{"op":"set","field":"head","value":"B","shown":")" + version + "\"}]";
    CHECK(post.edit(id, edit.c_str()) == COTMOC_OK);
    CHECK(post.edit(id, edit.c_str()) == COTMOC_STALE);
    CHECK(has(post.get(id), R"("head":"B")"));
}

TEST_CASE("a batch is one transaction, or none") {
    Province province;
    Post post(province, "don-a");
    struct Work {
        cotmoc_replica* replica = nullptr;
        cotmoc_status ends = COTMOC_OK;
        cotmoc_status info = COTMOC_OK;
    } work{post.replica};
    const auto two = [](void* ctx) -> cotmoc_status {
        auto& in = *static_cast<Work*>(ctx);
        for (int i = 0; i < 2; ++i) {
            const cotmoc_status added = cotmoc_record_add(in.replica, "delegation", nullptr, nullptr,
                                                          R"({"people":4})", nullptr, nullptr, nullptr);
            if (added != COTMOC_OK) {
                return added;
            }
        }
        in.info = cotmoc_replica_info(in.replica, nullptr, nullptr, nullptr);
        return in.ends;
    };
    CHECK(cotmoc_replica_batch(post.replica, two, &work, nullptr) == COTMOC_OK);
    CHECK(work.info == COTMOC_BUSY);
    CHECK(all_of(post.replica, nullptr).size() == 2);
    work.ends = COTMOC_HOST_FIRST;
    CHECK(cotmoc_replica_batch(post.replica, two, &work, nullptr) == COTMOC_HOST_FIRST);
    CHECK(all_of(post.replica, nullptr).size() == 2);
}

TEST_CASE("a batch in which a call failed does not commit, whatever its work returns") {
    Province province;
    Post post(province, "don-a");
    struct Work {
        cotmoc_replica* replica = nullptr;
        std::function<cotmoc_status(cotmoc_replica*)> fails;
        cotmoc_status failed = COTMOC_OK;
    } work{post.replica, nullptr};
    const auto passes_over = [](void* ctx) -> cotmoc_status {
        auto& in = *static_cast<Work*>(ctx);
        CHECK(cotmoc_record_add(in.replica, "delegation", nullptr, nullptr, "{}", nullptr, nullptr,
                                nullptr) == COTMOC_OK);
        in.failed = in.fails(in.replica);
        CHECK(cotmoc_record_add(in.replica, "delegation", nullptr, nullptr, "{}", nullptr, nullptr,
                                nullptr) == COTMOC_OK);
        return COTMOC_OK;
    };
    const auto add = [](cotmoc_replica* in, const char* kind, const char* fields) {
        return cotmoc_record_add(in, kind, nullptr, nullptr, fields, nullptr, nullptr, nullptr);
    };
    const std::pair<cotmoc_status, std::function<cotmoc_status(cotmoc_replica*)>> cases[] = {
        {COTMOC_BAD_JSON, [&](cotmoc_replica* in) { return add(in, "delegation", "{"); }},
        {COTMOC_UNKNOWN_KIND, [&](cotmoc_replica* in) { return add(in, "nothing", "{}"); }},
        {COTMOC_WRONG_USAGE, [&](cotmoc_replica* in) { return add(in, nullptr, "{}"); }},
        {COTMOC_MISSING_FIELD, [&](cotmoc_replica* in) { return add(in, "inspection", "{}"); }},
        {COTMOC_BAD_ID,
         [](cotmoc_replica* in) { return cotmoc_record_edit(in, "zz", "{}", nullptr, nullptr, nullptr); }},
        {COTMOC_WRONG_USAGE,
         [](cotmoc_replica* in) { return cotmoc_conflict_acknowledge(in, nullptr, "x", nullptr, nullptr); }},
    };
    for (const auto& [status, fails] : cases) {
        work.fails = fails;
        cotmoc_error error{};
        CHECK(cotmoc_replica_batch(post.replica, passes_over, &work, &error) == status);
        CHECK(work.failed == status);
        CHECK(error.status == status);
        CHECK(all_of(post.replica, nullptr).empty());
    }
    work.fails = [](cotmoc_replica*) -> cotmoc_status { return COTMOC_OK; };
    CHECK(cotmoc_replica_batch(post.replica, passes_over, &work, nullptr) == COTMOC_OK);
    CHECK(all_of(post.replica, nullptr).size() == 2);
    // A view that wanted a larger buffer is no failure of the call.
    work.fails = [](cotmoc_replica* in) {
        char little[2];
        cotmoc_buffer buffer{little, sizeof little, 0};
        return cotmoc_record_duplicates(in, "delegation", nullptr, cotmoc_copy_text, &buffer, nullptr);
    };
    CHECK(cotmoc_replica_batch(post.replica, passes_over, &work, nullptr) == COTMOC_OK);
    CHECK(work.failed == COTMOC_LIMIT_EXCEEDED);
    CHECK(all_of(post.replica, nullptr).size() == 4);
}

TEST_CASE("a decimal given as a number is taken by its digits") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("inspection", R"({"marker_no":"M-1"})");
    const auto becomes = [&](const std::string& number, const std::string& value) {
        REQUIRE(post.edit(id, ("{\"value\":" + number + "}").c_str()) == COTMOC_OK);
        CHECK(has(post.get(id), "\"value\":\"" + value + "\""));
        REQUIRE(post.edit(id, R"({"value":null})") == COTMOC_OK);
        const std::string edits = R"([{"op":"set","field":"value","value":)" + number + "}]";
        REQUIRE(post.edit(id, edits.c_str()) == COTMOC_OK);
        CHECK(has(post.get(id), "\"value\":\"" + value + "\""));
    };
    becomes("0.1", "0.10");
    becomes("0.00", "0.00");
    becomes("12345678901234567.89", "12345678901234567.89");
    becomes("-90071992547409.93", "-90071992547409.93");
    becomes("7", "7.00");
    const std::string before = post.get(id);
    cotmoc_error error{};
    for (const char* refused : {"0.00001", "0.125", "1e-05", "123456789012345678901234.5"}) {
        const std::string edits = std::string("{\"value\":") + refused + "}";
        CHECK(post.edit(id, edits.c_str(), &error) == COTMOC_WRONG_TYPE);
        CHECK(has(error.detail, "value"));
    }
    CHECK(post.edit(id, R"({"value":123456789012345678901234})", &error) == COTMOC_BAD_JSON);
    CHECK(post.edit(id, R"({"value":1e999})", &error) != COTMOC_OK);
    CHECK(post.edit(id, R"({"units":[0.5]})", &error) == COTMOC_WRONG_TYPE);
    CHECK(post.get(id) == before);
}

TEST_CASE("no error tells a value") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("inspection", R"({"marker_no":"M-1","latitude":12.5})");
    for (const char* edits :
         {R"({"latitude":97.5197})", R"({"latitude":"975197"})", R"({"condition":"975197"})",
          R"({"value":"975197.5197"})", R"({"joint":"975197"})", R"({"units":[975197]})",
          R"({"visits":975197975197975197975197})", R"({"recorded_at":"975197"})",
          R"([{"op":"set","field":"marker_no","value":"x","shown":"975197"}])"}) {
        cotmoc_error error{};
        CHECK(post.edit(id, edits, &error) != COTMOC_OK);
        INFO(edits << " " << error.name << " " << error.detail);
        CHECK(std::string(error.detail).find("5197") == std::string::npos);
    }
    REQUIRE(post.edit(id, R"({"marker_no":"975197"})") == COTMOC_OK);
    cotmoc_error error{};
    CHECK(post.edit(id, R"([{"op":"set","field":"marker_no","value":"x","shown":"0"}])", &error) ==
          COTMOC_STALE);
    CHECK(std::string(error.detail) == "marker_no");
}

TEST_CASE("queries choose by kind, space, value and words, with a limit") {
    Province province;
    Post post(province, "don-a");
    post.add("delegation", R"({"head":"Nguyễn Văn An","direction":"incoming"})");
    post.add("delegation", R"({"head":"Trần Thị Bình","direction":"outgoing"})");
    const std::string gone = post.add("inspection", R"({"marker_no":"An-7"})");
    REQUIRE(cotmoc_record_delete(post.replica, gone.c_str(), nullptr) == COTMOC_OK);
    CHECK(all_of(post.replica, nullptr).size() == 2);
    Query query;
    REQUIRE(cotmoc_query_set_deleted(query.handle, 1, nullptr) == COTMOC_OK);
    CHECK(all_of(post.replica, query.handle).size() == 3);
    REQUIRE(cotmoc_query_set_words(query.handle, "  an ", nullptr) == COTMOC_OK);
    CHECK(all_of(post.replica, query.handle).size() == 2);
    REQUIRE(cotmoc_query_set_kind(query.handle, "delegation", nullptr) == COTMOC_OK);
    CHECK(all_of(post.replica, query.handle).size() == 1);
    Query incoming;
    REQUIRE(cotmoc_query_add_condition(incoming.handle, "direction", "\"incoming\"", nullptr) == COTMOC_OK);
    cotmoc_cursor* cursor = nullptr;
    cotmoc_error error{};
    CHECK(cotmoc_cursor_open(post.replica, incoming.handle, &cursor, &error) == COTMOC_WRONG_USAGE);
    CHECK(cursor == nullptr);
    REQUIRE(cotmoc_query_set_kind(incoming.handle, "delegation", nullptr) == COTMOC_OK);
    REQUIRE(all_of(post.replica, incoming.handle).size() == 1);
    CHECK(has(all_of(post.replica, incoming.handle)[0], "Nguyễn Văn An"));
    REQUIRE(cotmoc_query_set_space(incoming.handle, "kon-tum/nowhere", nullptr) == COTMOC_OK);
    CHECK(cotmoc_cursor_open(post.replica, incoming.handle, &cursor, &error) == COTMOC_UNKNOWN_SPACE);
    Query one;
    REQUIRE(cotmoc_query_set_limit(one.handle, 1, nullptr) == COTMOC_OK);
    CHECK(all_of(post.replica, one.handle).size() == 1);
    Query wrong;
    REQUIRE(cotmoc_query_set_kind(wrong.handle, "spaceship", nullptr) == COTMOC_OK);
    CHECK(cotmoc_cursor_open(post.replica, wrong.handle, &cursor, &error) == COTMOC_UNKNOWN_KIND);
}

TEST_CASE("a cursor reads what is there when it is asked") {
    Province province;
    Post post(province, "don-a");
    const std::string first = post.add("delegation", R"({"head":"A"})");
    const std::string second = post.add("delegation", R"({"head":"B"})");
    const std::string third = post.add("delegation", R"({"head":"C"})");
    cotmoc_cursor* cursor = nullptr;
    REQUIRE(cotmoc_cursor_open(post.replica, nullptr, &cursor, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_record_delete(post.replica, second.c_str(), nullptr) == COTMOC_OK);
    REQUIRE(post.edit(third, R"({"head":"D"})") == COTMOC_OK);
    std::string text;
    int32_t found = 0;
    REQUIRE(cotmoc_cursor_next(cursor, into_string, &text, &found, nullptr) == COTMOC_OK);
    CHECK(has(text, R"("head":"A")"));
    REQUIRE(cotmoc_cursor_next(cursor, into_string, &text, &found, nullptr) == COTMOC_OK);
    CHECK(has(text, R"("head":"D")"));
    REQUIRE(cotmoc_cursor_next(cursor, into_string, &text, &found, nullptr) == COTMOC_OK);
    CHECK(found == 0);
    cotmoc_cursor_free(cursor);
}

TEST_CASE("history, revert, merge and separate") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    const std::string other = post.add("delegation", R"({"partner":"Attapeu"})");
    HubPipe pipe(province);
    Syncer(post.replica, pipe).run();
    REQUIRE(post.edit(id, R"({"head":"B"})") == COTMOC_OK);
    const std::string history =
        text_from([&](auto... view) { return cotmoc_record_history(post.replica, id.c_str(), view...); });
    CHECK(has(history, R"("before":"A","after":"B")"));
    std::size_t at = history.find(R"("change":")") + 10;
    const std::string change = history.substr(at, history.find('"', at) - at);
    REQUIRE(change.size() == 64);
    CHECK(cotmoc_record_revert(post.replica, id.c_str(), change.c_str(), nullptr, nullptr, nullptr) ==
          COTMOC_OK);
    CHECK(has(post.get(id), R"("head":"A")"));
    CHECK(cotmoc_record_revert(post.replica, id.c_str(), "ffffffff", nullptr, nullptr, nullptr) ==
          COTMOC_UNKNOWN_CHANGE);
    const std::string merged = text_from(
        [&](auto... view) { return cotmoc_record_merge(post.replica, id.c_str(), other.c_str(), view...); });
    CHECK(has(merged, R"("filled":["partner"])"));
    CHECK(all_of(post.replica, nullptr).size() == 1);
    CHECK(cotmoc_record_separate(post.replica, other.c_str(), nullptr, nullptr, nullptr) == COTMOC_OK);
    CHECK(cotmoc_record_separate(post.replica, other.c_str(), nullptr, nullptr, nullptr) ==
          COTMOC_NOT_MERGED);
    CHECK(all_of(post.replica, nullptr).size() == 2);
    CHECK(cotmoc_record_merge(post.replica, id.c_str(), id.c_str(), nullptr, nullptr, nullptr) ==
          COTMOC_SAME_RECORD);
}

TEST_CASE("a conflict of two posts is listed and settled") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    HubPipe other_pipe(province);
    Syncer first(one.replica, pipe);
    Syncer second(two.replica, other_pipe);
    const std::string id = one.add("delegation", R"({"head":"A","people":1})");
    first.run();
    second.run();
    REQUIRE(one.edit(id, R"({"head":"B","people":2})") == COTMOC_OK);
    REQUIRE(two.edit(id, R"({"head":"C","people":3})") == COTMOC_OK);
    first.run();
    const std::string met = second.run();
    CHECK_MESSAGE(has(met, R"("conflicts":2)"), met);
    CHECK(all_of(two.replica, nullptr, true).size() == 2);
    const std::string list =
        text_from([&](auto... view) { return cotmoc_conflict_list(two.replica, id.c_str(), view...); });
    CHECK(has(list, R"("field":"head","policy":"review","why":"disputed)"));
    CHECK(cotmoc_conflict_take(two.replica, id.c_str(), "head", 0, nullptr, nullptr) == COTMOC_NO_CONFLICT);
    CHECK(cotmoc_conflict_take(two.replica, id.c_str(), "head", 3, nullptr, nullptr) == COTMOC_NO_CONFLICT);
    CHECK(cotmoc_conflict_take(two.replica, id.c_str(), "nose", 1, nullptr, nullptr) == COTMOC_UNKNOWN_FIELD);
    CHECK(cotmoc_conflict_take(two.replica, id.c_str(), "head", 1, "not this version", nullptr) ==
          COTMOC_STALE);
    CHECK(cotmoc_conflict_take(two.replica, id.c_str(), "head", 1, nullptr, nullptr) == COTMOC_OK);
    CHECK(cotmoc_conflict_set(two.replica, id.c_str(), "people", "\"many\"", nullptr, nullptr) ==
          COTMOC_WRONG_TYPE);
    CHECK(cotmoc_conflict_set(two.replica, id.c_str(), "people", "5", nullptr, nullptr) == COTMOC_OK);
    CHECK(cotmoc_conflict_acknowledge(two.replica, id.c_str(), "people", nullptr, nullptr) ==
          COTMOC_NO_CONFLICT);
    CHECK(all_of(two.replica, nullptr, true).empty());
    second.run();
    first.run();
    CHECK(all_of(one.replica, nullptr, true).empty());
    CHECK(has(one.get(id), R"("people":5)"));
    const auto digests = [](cotmoc_replica* replica) {
        return text_from([&](auto... view) { return cotmoc_replica_digests(replica, view...); });
    };
    CHECK(digests(one.replica) == digests(two.replica));
}
