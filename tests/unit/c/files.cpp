// Attached files through the C interface: from callbacks, from the file system, and back.
#include "unit/c/host.hpp"

#include <cotmoc/pictures/thumbnailer.hpp>

#include <array>
#include <filesystem>
#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

constexpr std::string_view catalogue = R"({"catalogue":"test","version":1,"common":{},
"kinds":{"report":{"label":"Báo cáo","fields":{"title":{"type":"text","merge":"latest"},
"files":{"type":"attachments","merge":"set"}}}}})";

/// A file of the host in memory.
struct Memory {
    Bytes octets;
    cotmoc_replica* replica = nullptr;
    cotmoc_status returns = COTMOC_OK;
    cotmoc_status inside = COTMOC_OK;

    cotmoc_source source() {
        cotmoc_source made{};
        made.size = sizeof made;
        made.ctx = this;
        made.octets = octets.size();
        made.read = [](void* ctx, uint64_t offset, uint8_t* into, size_t capacity, size_t* got) {
            auto& in = *static_cast<Memory*>(ctx);
            in.inside = cotmoc_replica_info(in.replica, nullptr, nullptr, nullptr);
            *got = std::min<std::size_t>(capacity,
                                         in.octets.size() - std::min<std::size_t>(offset, in.octets.size()));
            std::copy_n(in.octets.begin() + static_cast<std::ptrdiff_t>(offset), *got, into);
            return in.returns;
        };
        return made;
    }
};

cotmoc_status gather(void* ctx, const uint8_t* octets, size_t size) {
    auto& all = *static_cast<Bytes*>(ctx);
    all.insert(all.end(), octets, octets + size);
    return COTMOC_OK;
}

}  // namespace

TEST_CASE("a file of the host is attached, listed and read back") {
    Province province(catalogue);
    Post post(province, "don-a");
    const std::string id = post.add("report", R"({"title":"A"})");
    Memory memory{Bytes(700'000), post.replica};
    province.fleet.random.fill(memory.octets);
    const cotmoc_source source = memory.source();
    const std::string attached = text_from([&](auto... view) {
        return cotmoc_attachment_add(post.replica, id.c_str(), "files", "biên bản.pdf", nullptr, &source,
                                     view...);
    });
    CHECK(
        has(attached, R"("name":"biên bản.pdf","size":700000,"media_type":"application/pdf","known":false)"));
    CHECK(memory.inside == COTMOC_BUSY);
    const std::string list = text_from(
        [&](auto... view) { return cotmoc_attachment_list(post.replica, id.c_str(), "files", view...); });
    CHECK(has(list, R"("held":true)"));
    Bytes back;
    CHECK(cotmoc_attachment_read(post.replica, id.c_str(), "files", nullptr, gather, &back, nullptr) ==
          COTMOC_OK);
    CHECK(back == memory.octets);
    const auto refuses = [](void*, const uint8_t*, size_t) -> cotmoc_status { return COTMOC_HOST_FIRST; };
    CHECK(cotmoc_attachment_read(post.replica, id.c_str(), "files", nullptr, refuses, nullptr, nullptr) ==
          COTMOC_HOST_FIRST);
    CHECK(cotmoc_attachment_read(post.replica, id.c_str(), "files", "other.pdf", gather, &back, nullptr) ==
          COTMOC_UNKNOWN_ATTACHMENT);
    CHECK(cotmoc_attachment_read(post.replica, id.c_str(), "title", nullptr, gather, &back, nullptr) ==
          COTMOC_WRONG_SHAPE);
    CHECK(cotmoc_attachment_read(post.replica, id.c_str(), "files", nullptr, nullptr, nullptr, nullptr) ==
          COTMOC_WRONG_USAGE);
}

TEST_CASE("a file that cannot be read is not attached") {
    Province province(catalogue);
    Post post(province, "don-a");
    const std::string id = post.add("report", R"({"title":"A"})");
    const std::string before = post.get(id);
    Memory memory{Bytes(1000), post.replica, COTMOC_HOST_FIRST + 4};
    cotmoc_source source = memory.source();
    const auto add = [&](const char* name) {
        return cotmoc_attachment_add(post.replica, id.c_str(), "files", name, nullptr, &source, nullptr,
                                     nullptr, nullptr);
    };
    CHECK(add("a.txt") == COTMOC_HOST_FIRST + 4);
    memory.returns = COTMOC_OK;
    source.octets = 2000;
    CHECK(add("a.txt") == COTMOC_CANNOT_READ_FILE);
    source.octets = std::uint64_t{3} << 30;
    CHECK(add("a.txt") == COTMOC_LIMIT_EXCEEDED);
    source.octets = 1000;
    CHECK(add("a/b.txt") == COTMOC_WRONG_USAGE);
    source.read = nullptr;
    CHECK(add("a.txt") == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_attachment_add_file(post.replica, id.c_str(), "files", province.directory("none").c_str(),
                                     nullptr, nullptr, nullptr) == COTMOC_CANNOT_READ_FILE);
    CHECK(post.get(id) == before);
}

TEST_CASE("a file of the file system goes in and comes out as a new file") {
    Province province(catalogue);
    Post post(province, "don-a");
    const std::string id = post.add("report", R"({"title":"A"})");
    // std::filesystem does not take octets for UTF-8 everywhere.
    const std::string path = province.directory("danh") + " sách.txt";
    std::ofstream(path, std::ios::binary) << "một\nhai\n";
    CHECK(has(text_from([&](auto... view) {
                  return cotmoc_attachment_add_file(post.replica, id.c_str(), "files", path.c_str(), view...);
              }),
              R"("name":"danh sách.txt","size":10,"media_type":"text/plain")"));
    const std::string copy = province.directory("copy.txt");
    const auto save = [&] {
        return cotmoc_attachment_save(post.replica, id.c_str(), "files", nullptr, copy.c_str(), nullptr);
    };
    CHECK(save() == COTMOC_OK);
    CHECK(test_support::octets_of(copy) == "một\nhai\n");
    CHECK(save() == COTMOC_FILE_EXISTS);
    // The store of files is closed and opened with the replica.
    REQUIRE(cotmoc_replica_suspend(post.replica, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_replica_resume(post.replica, nullptr) == COTMOC_OK);
    std::filesystem::remove(copy);
    CHECK(save() == COTMOC_OK);
    // Its key stands nowhere in what is shown.
    CHECK(has(post.get(id), "*"));
}

TEST_CASE("a file is taken out of its record by name, and has a small picture only if one was made") {
    Province province(catalogue);
    Post post(province, "don-a");
    const std::string id = post.add("report", R"({"title":"A"})");
    const auto detach = [&](const char* field, const char* name) {
        return cotmoc_attachment_detach(post.replica, id.c_str(), field, name, nullptr);
    };
    CHECK(detach("files", nullptr) == COTMOC_UNKNOWN_ATTACHMENT);
    for (const char* name : {"a.txt", "b.txt"}) {
        std::ofstream(province.directory(name)) << name;
        REQUIRE(cotmoc_attachment_add_file(post.replica, id.c_str(), "files",
                                           province.directory(name).c_str(), nullptr, nullptr,
                                           nullptr) == COTMOC_OK);
    }
    Bytes picture;
    CHECK(cotmoc_attachment_read_thumbnail(post.replica, id.c_str(), "files", "a.txt", gather, &picture,
                                           nullptr) == COTMOC_UNKNOWN_ATTACHMENT);
    CHECK(detach("files", nullptr) == COTMOC_WRONG_USAGE);
    CHECK(detach("files", "c.txt") == COTMOC_UNKNOWN_ATTACHMENT);
    CHECK(detach("title", "a.txt") == COTMOC_WRONG_SHAPE);
    CHECK(detach(nullptr, "a.txt") == COTMOC_WRONG_USAGE);
    CHECK(detach("files", "a.txt") == COTMOC_OK);
    const std::string list = text_from(
        [&](auto... view) { return cotmoc_attachment_list(post.replica, id.c_str(), "files", view...); });
    CHECK(has(list, "b.txt"));
    CHECK(list.find("a.txt") == std::string::npos);
}

TEST_CASE("a picture that an app attaches gets a small one, and one that cannot be decoded is told") {
    if (!pictures::make_thumbnailer()) {
        return;  // built without libjpeg
    }
    // A PNG of one pixel.
    constexpr std::array<std::uint8_t, 67> png = {
        0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0,    0,    0,   0x0d, 'I',  'H',  'D',  'R',  0,
        0,    0,    1,    0,    0,    0,    1,    8,    6,    0,    0,   0,    0x1f, 0x15, 0xc4, 0x89, 0,
        0,    0,    0x0a, 'I',  'D',  'A',  'T',  0x78, 0x9c, 0x63, 0,   1,    0,    0,    5,    0,    1,
        0x0d, 0x0a, 0x2d, 0xb4, 0,    0,    0,    0,    'I',  'E',  'N', 'D',  0xae, 0x42, 0x60, 0x82};
    Province province(catalogue);
    Post post(province, "don-a");
    const std::string id = post.add("report", R"({"title":"A"})");
    Memory memory{Bytes(png.begin(), png.end()), post.replica};
    const auto attach = [&](const char* name) {
        const cotmoc_source source = memory.source();
        return text_from([&](auto... view) {
            return cotmoc_attachment_add(post.replica, id.c_str(), "files", name, nullptr, &source, view...);
        });
    };
    CHECK(has(attach("ảnh.png"), R"("thumbnail":)"));
    CHECK(memory.inside == COTMOC_BUSY);
    Bytes small;
    REQUIRE(cotmoc_attachment_read_thumbnail(post.replica, id.c_str(), "files", "ảnh.png", gather, &small,
                                             nullptr) == COTMOC_OK);
    CHECK(Bytes(small.begin(), small.begin() + 3) == Bytes{0xff, 0xd8, 0xff});
    memory.octets.resize(50);
    CHECK(has(attach("cut.png"), R"("no_thumbnail":"bad_encoding")"));
    const std::string path = province.directory("b.png");
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()))
        .put('\n');
    CHECK(has(text_from([&](auto... view) {
                  return cotmoc_attachment_add_file(post.replica, id.c_str(), "files", path.c_str(), view...);
              }),
              R"("thumbnail":)"));
    CHECK(has(text_from([&](auto... view) {
                  return cotmoc_attachment_list(post.replica, id.c_str(), "files", view...);
              }),
              R"("held":true,"thumbnail":)"));
}

TEST_CASE(
    "an exported line is imported where the record names its files, and elsewhere the error says why not") {
    Province province(catalogue);
    Post post(province, "don-a");
    const std::string id = post.add("report", R"({"title":"A"})");
    std::ofstream(province.directory("a.txt")) << "a";
    REQUIRE(cotmoc_attachment_add_file(post.replica, id.c_str(), "files", province.directory("a.txt").c_str(),
                                       nullptr, nullptr, nullptr) == COTMOC_OK);
    const std::string shown = post.get(id);
    const std::size_t from = shown.find("a1 * ");
    REQUIRE(from != std::string::npos);
    const std::string item = shown.substr(from, shown.find('"', from) - from);
    const auto line_of = [&](const std::string& record) {
        return R"({"id":")" + record + R"(","kind":"report","fields":{"files":[")" + item + R"("]}})";
    };
    CHECK(text_from([&](auto... view) {
              return cotmoc_record_import(post.replica, line_of(id).c_str(), view...);
          }) == "unchanged");
    cotmoc_error error{};
    const std::string other = "018f3c8e-0000-7000-8000-000000000001";
    CHECK(cotmoc_record_import(post.replica, line_of(other).c_str(), nullptr, nullptr, &error) ==
          COTMOC_UNKNOWN_ATTACHMENT);
    CHECK(has(error.detail, "files: a1 * "));
    CHECK(has(error.detail, "holds no key of its file"));
    CHECK(has(error.detail, "attach the file"));
}

TEST_CASE("a file that is wanted is named before the sync runs") {
    Province province(catalogue);
    Post post(province, "don-a");
    const std::string id = post.add("report", R"({"title":"A"})");
    std::ofstream(province.directory("a.txt")) << "a";
    REQUIRE(cotmoc_attachment_add_file(post.replica, id.c_str(), "files", province.directory("a.txt").c_str(),
                                       nullptr, nullptr, nullptr) == COTMOC_OK);
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    const auto want = [&](const char* name, int32_t thumbnail) {
        return cotmoc_sync_want_attachment(sync.handle, id.c_str(), "files", name, thumbnail, nullptr);
    };
    CHECK(want("b.txt", 0) == COTMOC_UNKNOWN_ATTACHMENT);
    CHECK(want("a.txt", 1) == COTMOC_UNKNOWN_ATTACHMENT);
    CHECK(want("a.txt", 0) == COTMOC_OK);
    CHECK(want(nullptr, 0) == COTMOC_OK);
    cotmoc_status inside = COTMOC_OK;
    pipe.on_receive = [&] { inside = want("a.txt", 0); };
    CHECK(has(sync.run(), R"("complete":true)"));
    CHECK(inside == COTMOC_BUSY);
}

TEST_CASE("without a field for files there is nothing to attach to") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    CHECK(cotmoc_attachment_list(post.replica, id.c_str(), "head", nullptr, nullptr, nullptr) ==
          COTMOC_WRONG_SHAPE);
}

TEST_CASE("a bundle carries work from one post to the other") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    Syncer(one.replica, pipe).run();  // learns of the other post
    const std::string id = one.add("delegation", R"({"head":"A"})");
    const std::string path = province.directory("stick");
    cotmoc_bundle* bundle = nullptr;
    REQUIRE(cotmoc_bundle_new(one.replica, &bundle, nullptr) == COTMOC_OK);
    CHECK(cotmoc_bundle_import(bundle, nullptr, nullptr, nullptr) == COTMOC_WRONG_USAGE);
    REQUIRE(cotmoc_bundle_set_reader(bundle, "nobody", nullptr) == COTMOC_OK);
    CHECK(cotmoc_bundle_export(bundle, path.c_str(), nullptr, nullptr, nullptr) == COTMOC_UNKNOWN_DEVICE);
    REQUIRE(cotmoc_bundle_set_reader(bundle, "don-b", nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_bundle_set_volume_size(bundle, 7, nullptr) == COTMOC_OK);
    CHECK(cotmoc_bundle_export(bundle, path.c_str(), nullptr, nullptr, nullptr) == COTMOC_OUT_OF_BOUNDS);
    REQUIRE(cotmoc_bundle_set_volume_size(bundle, 1 << 20, nullptr) == COTMOC_OK);
    CHECK(has(text_from([&](auto... view) { return cotmoc_bundle_export(bundle, path.c_str(), view...); }),
              R"("change_sets":1)"));
    CHECK(cotmoc_bundle_export(bundle, path.c_str(), nullptr, nullptr, nullptr) == COTMOC_FILE_EXISTS);
    cotmoc_bundle_free(bundle);
    CHECK(has(text_from([&](auto... view) { return cotmoc_bundle_inspect(path.c_str(), view...); }),
              R"("change_sets":{"count":1)"));
    REQUIRE(cotmoc_bundle_new(two.replica, &bundle, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_bundle_add_file(bundle, path.c_str(), nullptr) == COTMOC_OK);
    CHECK(has(text_from([&](auto... view) { return cotmoc_bundle_import(bundle, view...); }),
              R"("complete":true)"));
    REQUIRE(cotmoc_bundle_add_file(bundle, province.directory("none").c_str(), nullptr) == COTMOC_OK);
    std::string report;
    CHECK(cotmoc_bundle_import(bundle, into_string, &report, nullptr) == COTMOC_CANNOT_READ_FILE);
    CHECK(has(report, R"("complete":false)"));
    cotmoc_bundle_free(bundle);
    CHECK(two.get(id) == one.get(id));
}
