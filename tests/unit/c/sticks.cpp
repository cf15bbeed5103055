// Attached files on sticks through the C interface: volumes of their own beside a bundle.
#include "unit/c/files_catalogue.hpp"
#include "unit/c/host.hpp"

#include <cotmoc/records/json_text.hpp>

#include <filesystem>
#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

/// Two posts that know of each other; the first one has a record with a file.
struct Sticks {
    explicit Sticks(std::size_t octets)
        : province(files_catalogue), one(province, "don-a"), two(province, "don-b"), file(octets, 0) {
        HubPipe pipe(province);
        Syncer(one.replica, pipe).run();
        id = one.add("report", R"({"title":"A"})");
        province.fleet.random.fill(file);
        const std::string from = province.directory("biên bản.pdf");
        std::ofstream(from, std::ios::binary)
            .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
        REQUIRE(cotmoc_attachment_add_file(one.replica, id.c_str(), "files", from.c_str(), nullptr, nullptr,
                                           nullptr) == COTMOC_OK);
    }
    std::string path(const std::string& name) { return province.directory(name); }
    std::string list(const Post& post) const {
        return text_from(
            [&](auto... view) { return cotmoc_attachment_list(post.replica, id.c_str(), "files", view...); });
    }
    Bytes read(const Post& post, cotmoc_status expected = COTMOC_OK) const {
        Bytes all;
        const auto gather = [](void* ctx, const uint8_t* octets, size_t size) {
            static_cast<Bytes*>(ctx)->insert(static_cast<Bytes*>(ctx)->end(), octets, octets + size);
            return COTMOC_OK;
        };
        CHECK(cotmoc_attachment_read(post.replica, id.c_str(), "files", nullptr, gather, &all, nullptr) ==
              expected);
        return all;
    }

    Province province;
    Post one;
    Post two;
    Bytes file;
    std::string id;
};

struct Bundle {
    explicit Bundle(const Post& post) {
        REQUIRE(cotmoc_bundle_new(post.replica, &handle, nullptr) == COTMOC_OK);
    }
    ~Bundle() { cotmoc_bundle_free(handle); }
    Bundle(const Bundle&) = delete;
    Bundle& operator=(const Bundle&) = delete;
    void with_attachments(uint64_t octets_max) const {
        REQUIRE(cotmoc_bundle_set_attachments(handle, 1, octets_max, nullptr) == COTMOC_OK);
    }
    std::string write(const std::string& path) const {
        return text_from([&](auto... view) { return cotmoc_bundle_export(handle, path.c_str(), view...); });
    }
    cotmoc_status try_write(const std::string& path) const {
        return cotmoc_bundle_export(handle, path.c_str(), nullptr, nullptr, nullptr);
    }
    std::string read(const std::vector<std::string>& files, cotmoc_status expected = COTMOC_OK) const {
        for (const std::string& file : files) {
            REQUIRE(cotmoc_bundle_add_file(handle, file.c_str(), nullptr) == COTMOC_OK);
        }
        std::string report;
        CHECK(cotmoc_bundle_import(handle, into_string, &report, nullptr) == expected);
        return report;
    }
    cotmoc_bundle* handle = nullptr;
};

}  // namespace

TEST_CASE("attached files travel by stick, and the answer says that they came") {
    Sticks sticks(700'000);
    const Bundle out(sticks.one);
    out.with_attachments(1 << 20);
    const std::string path = sticks.path("stick");
    const std::string written = out.write(path);
    CHECK(has(written, R"("attachments":{"files":)" + records::json_texts({path + ".files"})));
    CHECK(has(written, R"("carried":1,"damaged":0)"));
    CHECK(has(
        text_from([&](auto... view) { return cotmoc_bundle_inspect((path + ".files").c_str(), view...); }),
        R"("attachments":{"count":1,"bytes":700000})"));

    const Bundle in(sticks.two);
    const std::string answer = sticks.path("answer");
    REQUIRE(cotmoc_bundle_set_answer(in.handle, answer.c_str(), nullptr) == COTMOC_OK);
    const std::string read = in.read({path + ".files", path});  // in any order
    CHECK(has(read, R"("complete":true)"));
    CHECK(has(read, R"("attachments":{"received":1,)"));
    CHECK(has(read, records::json_texts({answer + ".files"})));
    CHECK(has(sticks.list(sticks.two), R"("held":true)"));
    CHECK(sticks.read(sticks.two) == sticks.file);

    const Bundle back(sticks.one);
    CHECK(has(back.read({answer, answer + ".files"}), R"("confirmed":1)"));
    const Bundle next(sticks.one);
    next.with_attachments(1 << 20);
    REQUIRE(cotmoc_bundle_set_reader(next.handle, "don-b", nullptr) == COTMOC_OK);
    CHECK(has(next.write(sticks.path("next")), R"("carried":0)"));
}

TEST_CASE("an observer may look at files while a stick is read, which brings them all the same") {
    Sticks sticks(700'000);
    const Bundle out(sticks.one);
    out.with_attachments(1 << 20);
    out.write(sticks.path("stick"));
    struct Looking {
        const Sticks& sticks;
        int looked = 0;
    } looking{sticks};
    cotmoc_observer observer{};
    observer.size = sizeof observer;
    observer.ctx = &looking;
    observer.changed = [](void* ctx, const char*, size_t) {
        auto& in = *static_cast<Looking*>(ctx);
        ++in.looked;
        CHECK(has(in.sticks.list(in.sticks.two), R"("size":700000)"));
    };
    cotmoc_subscription* subscription = nullptr;
    REQUIRE(cotmoc_observe_query(sticks.two.replica, nullptr, &observer, &subscription, nullptr) ==
            COTMOC_OK);
    const std::string read = Bundle(sticks.two).read({sticks.path("stick"), sticks.path("stick.files")});
    CHECK(has(read, R"("attachments":{"received":1,)"));
    CHECK(looking.looked == 1);
    CHECK(sticks.read(sticks.two) == sticks.file);
    cotmoc_subscription_free(subscription);
}

TEST_CASE("an import tells what it met itself, not what a sync before met") {
    Sticks sticks(1'000);
    HubPipe pipe(sticks.province);
    Syncer(sticks.one.replica, pipe).run();
    Syncer(sticks.two.replica, pipe).run();
    REQUIRE(sticks.one.edit(sticks.id, R"({"result":"x"})") == COTMOC_OK);
    REQUIRE(sticks.two.edit(sticks.id, R"({"result":"y"})") == COTMOC_OK);
    Syncer(sticks.one.replica, pipe).run();
    CHECK(has(Syncer(sticks.two.replica, pipe).run(), R"("conflicts":1)"));
    const Bundle out(sticks.one);
    out.with_attachments(1 << 20);
    out.write(sticks.path("stick"));
    CHECK(has(Bundle(sticks.two).read({sticks.path("stick.files")}), R"("conflicts":0)"));
}

TEST_CASE("a stick carries the files that were asked for") {
    Sticks sticks(700'000);
    const Bundle out(sticks.one);
    CHECK_FALSE(has(out.write(sticks.path("a")), "attachments"));
    CHECK_FALSE(std::filesystem::exists(sticks.path("a.files")));
    out.with_attachments(500'000);
    CHECK(has(out.write(sticks.path("b")), R"("carried":0)"));
    REQUIRE(cotmoc_bundle_set_attachments(out.handle, 0, 1 << 20, nullptr) == COTMOC_OK);
    CHECK_FALSE(has(out.write(sticks.path("c")), "attachments"));
    CHECK(cotmoc_bundle_set_attachments(nullptr, 1, 0, nullptr) == COTMOC_WRONG_USAGE);
}

TEST_CASE("nothing is written of a stick that cannot have its files") {
    Sticks sticks(1'000);
    const Bundle out(sticks.one);
    out.with_attachments(1 << 20);
    std::ofstream(sticks.path("a.files")) << "of somebody";
    CHECK(out.try_write(sticks.path("a")) == COTMOC_FILE_EXISTS);
    CHECK_FALSE(std::filesystem::exists(sticks.path("a")));
    REQUIRE(cotmoc_bundle_set_volume_size(out.handle, 64 << 10, nullptr) == COTMOC_OK);
    CHECK(out.try_write(sticks.path("b")) == COTMOC_OUT_OF_BOUNDS);
    CHECK_FALSE(std::filesystem::exists(sticks.path("b")));
}

TEST_CASE("what is wrong with a volume of files costs that only, and is told") {
    Sticks sticks(700'000);
    const Bundle out(sticks.one);
    out.with_attachments(1 << 20);
    const std::string path = sticks.path("stick");
    out.write(path);
    {
        std::fstream volume(path + ".files", std::ios::binary | std::ios::in | std::ios::out);
        volume.seekp(400'000);
        volume.write("damaged", 7);
    }
    CHECK(has(sticks.list(sticks.one), R"("held":true)"));  // the store of files is open
    const std::string read = Bundle(sticks.two).read({path, path + ".files"}, COTMOC_BUNDLE_DAMAGED);
    CHECK(has(read, R"("complete":false)"));
    CHECK(has(read, R"("change_sets":1)"));
    CHECK(sticks.two.get(sticks.id) == sticks.one.get(sticks.id));
    CHECK(has(sticks.list(sticks.two), R"("held":false)"));
    CHECK(sticks.read(sticks.two, COTMOC_ATTACHMENT_NOT_HERE).empty());
}

TEST_CASE("a device whose catalogue has no field for files takes none from a stick") {
    Sticks sticks(1'000);
    const Bundle out(sticks.one);
    out.with_attachments(1 << 20);
    const std::string path = sticks.path("stick");
    out.write(path);
    Province other;
    Post stranger(other, "don-c");
    const std::string read = Bundle(stranger).read({path + ".files"}, COTMOC_WRONG_SHAPE);
    CHECK(has(read, R"("problems":[{"error":"wrong_shape")"));
    // It has nothing to carry either.
    const Bundle empty(stranger);
    empty.with_attachments(1 << 20);
    CHECK(has(empty.write(other.directory("stick")), R"("attachments":{"files":[],"volumes":0)"));
}
