// The encrypted file: who may open it, what damage is noticed, what it does not show.
#include "store_support.hpp"

#include "store/schema.hpp"
#include "support/environment_number.hpp"

#include <cotmoc/core/database.hpp>

#include <set>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

constexpr std::size_t page_size = 4096;
/// The first octets of page 1, which the cipher leaves in clear and does not authenticate: a salt that a raw
/// key does not use, and SQLite's page size and format numbers.
constexpr std::size_t clear_head = 24;

/// Tables with big rows, then most of them deleted, so that many pages are free.
void make_database(const std::string& path, const std::string& cipher) {
    Database database = must(Database::open({path, test_key(), cipher}));
    must(
        database.execute("CREATE TABLE kept(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX kept_b ON kept(b);"
                         "CREATE TABLE gone(a INTEGER PRIMARY KEY, b BLOB)"));
    must(
        database.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
                         "INSERT INTO kept(b) SELECT 'row ' || i FROM n"));
    must(
        database.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) "
                         "INSERT INTO gone(b) SELECT randomblob(3000) FROM n"));
    must(database.execute("DELETE FROM gone WHERE a > 2"));
    must(database.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

Result<void> open_and_check(const std::string& path, const std::string& cipher) {
    COTMOC_ASSIGN(Database database, Database::open({path, test_key(), cipher}));
    return database.check_integrity();
}

bool contains(BytesView bytes, std::string_view text) {
    return as_text(bytes).find(text) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a flipped octet on any page, a free one too, is reported as damage") {
    for (const std::string cipher : {"chacha20", "aegis"}) {
        CAPTURE(cipher);
        const Folder folder;
        const std::string path = folder.file("made.db");
        make_database(path, cipher);
        {
            Database database = must(Database::open({path, test_key(), cipher}));
            Statement free = must(database.prepare("PRAGMA freelist_count"));
            REQUIRE(must(free.step()));
            REQUIRE(free.integer(0) > 20);
        }
        const Bytes good = read_octets(path);
        REQUIRE(good.size() % page_size == 0);
        REQUIRE(open_and_check(path, cipher));
        test_support::SeededRandom random(3);
        const std::string damaged = folder.file("damaged.db");
        for (std::size_t page = 0; page < good.size() / page_size; page += test_support::times_shorter()) {
            const std::size_t first = page == 0 ? clear_head : 0;
            // The first and last octets, of the data and of what authenticates it, and some between.
            std::set<std::size_t> places{first, page_size - 1, page_size - 20, page_size - 50};
            places.insert(first + random.below(page_size - first));
            for (const std::size_t place : places) {
                Bytes bad = good;
                bad[page * page_size + place] ^= static_cast<std::uint8_t>(1u << random.below(8));
                write_octets(damaged, bad);
                const auto checked = open_and_check(damaged, cipher);
                CHECK_MESSAGE(!checked, "page " << page << ", octet " << place);
                if (!checked) {
                    CHECK(checked.error().code == ErrorCode::database_damaged);
                }
            }
        }
    }
}

TEST_CASE("damage under an open database is noticed, although its pages were read before") {
    const Folder folder;
    const std::string path = folder.file("open.db");
    make_database(path, "chacha20");
    Database database = must(Database::open({path, test_key(), "chacha20"}));
    REQUIRE(database.check_integrity());
    Bytes bytes = read_octets(path);
    bytes[5 * page_size + 100] ^= 1;
    {
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(5 * page_size + 100);
        file.put(static_cast<char>(bytes[5 * page_size + 100]));
    }
    CHECK(code_of(database.check_integrity()) == ErrorCode::database_damaged);
}

TEST_CASE("a page cut off the end of the file is reported") {
    const Folder folder;
    const std::string path = folder.file("short.db");
    make_database(path, "chacha20");
    Bytes bytes = read_octets(path);
    bytes.resize(bytes.size() - page_size);
    write_octets(path, bytes);
    CHECK(code_of(open_and_check(path, "chacha20")) == ErrorCode::database_damaged);
}

TEST_CASE("a store opens only with its key") {
    TestStore device;
    device.add("thing", {{"title", std::string("Đồn 675")}});
    device.store.reset();
    CHECK(code_of(Store::open({device.path(), test_key(8), "chacha20", device.clock, device.hasher})) ==
          ErrorCode::database_damaged);
    CHECK(code_of(Store::open({device.path(), test_key(), "aegis", device.clock, device.hasher})) ==
          ErrorCode::database_damaged);
    CHECK(Store::open({device.path(), test_key(), "chacha20", device.clock, device.hasher}));
}

TEST_CASE("a file that is no database is refused") {
    const Folder folder;
    TestClock clock;
    const crypto::Blake2bHasher hasher;
    const std::string path = folder.file("no.db");
    write_octets(path, as_bytes(std::string(8192, 'x')));
    CHECK(code_of(Store::open({path, test_key(), "chacha20", clock, hasher})) == ErrorCode::database_damaged);
    CHECK(code_of(Store::open({folder.file("none/no.db"), test_key(), "chacha20", clock, hasher})) ==
          ErrorCode::io_error);
}

TEST_CASE("a store that is open cannot be opened again") {
    TestStore device;
    CHECK(code_of(Store::open({device.path(), test_key(), "chacha20", device.clock, device.hasher})) ==
          ErrorCode::busy);
    device.store.reset();
    CHECK(Store::open({device.path(), test_key(), "chacha20", device.clock, device.hasher}));
}

TEST_CASE("a database of a later version is refused and left as it is") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a")}});
    device.store.reset();
    {
        Database database = must(Database::open({device.path(), test_key(), "chacha20"}));
        must(database.execute("PRAGMA user_version = 99"));
    }
    CHECK(code_of(Store::open({device.path(), test_key(), "chacha20", device.clock, device.hasher})) ==
          ErrorCode::newer_database);
    {
        Database database = must(Database::open({device.path(), test_key(), "chacha20"}));
        must(database.execute("PRAGMA user_version = " + std::to_string(schema_version)));
    }
    device.open();
    CHECK(device.body(id) == R"({"title":"a"})");
}

TEST_CASE("a store with a flipped octet gives an error or right answers, and never crashes") {
    TestStore device;
    std::vector<RecordId> ids;
    for (int i = 0; i < 60; ++i) {
        ids.push_back(
            device.add("thing", {{"title", "title " + std::to_string(i)}, {"story", std::string(300, 'k')}}));
    }
    device.store.reset();
    const Bytes good = read_octets(device.path());
    test_support::SeededRandom random(5);
    std::size_t refused = 0;
    for (int round = 0; round < 60; ++round) {
        Bytes bad = good;
        bad[clear_head + random.below(bad.size() - clear_head)] ^=
            static_cast<std::uint8_t>(1 + random.below(255));
        write_octets(device.path(), bad);
        auto opened = Store::open({device.path(), test_key(), "chacha20", device.clock, device.hasher});
        if (!opened) {
            CHECK(opened.error().code == ErrorCode::database_damaged);
            ++refused;
            continue;
        }
        CHECK(code_of((*opened)->check_integrity()) == ErrorCode::database_damaged);
        std::size_t found = 0;
        for (const RecordId& id : ids) {
            const auto view = (*opened)->find(id);
            found += view && *view ? 1 : 0;
        }
        CHECK(found <= ids.size());
    }
    CHECK(refused > 0);
}

TEST_CASE("the files of a store show nothing of its content") {
    const std::string canary = "CANARY-in-the-clear";
    TestStore device;
    const RecordId id = device.add(
        "thing", {{"title", canary}, {"tags", TextList{canary + "-tag"}}, {"story", canary + " story"}});
    must(device->set_space_name(device.space, canary));
    must(device->write([&] { return device->set_setting(canary, as_bytes(canary)); }));
    device.set(id, "title", "other");
    ListQuery search = all_of("thing");
    search.words = {"canary"};
    CHECK(device.ids(search).size() == 1);
    const auto shows = [&] {
        bool any = false;
        for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
            const Bytes bytes = read_octets(device.path() + suffix);
            any = any || contains(bytes, "CANARY") || contains(bytes, "canary") ||
                  contains(bytes, "CREATE TABLE") || contains(bytes, "SQLite format");
        }
        return any;
    };
    CHECK(read_octets(device.path() + "-wal").size() > 4096);
    CHECK_FALSE(shows());
    device.store.reset();
    CHECK(read_octets(device.path()).size() > 4096);
    CHECK_FALSE(shows());
    // The same scan does find what is not encrypted.
    {
        Database plain = must(Database::open({device.folder.file("plain.db"), {}, ""}));
        must(plain.execute("CREATE TABLE t(a); INSERT INTO t VALUES('" + canary + "')"));
    }
    CHECK(contains(read_octets(device.folder.file("plain.db")), canary));
}

TEST_CASE("a database is opened with the settings of the specification, and keeps to them") {
    const Folder folder;
    Database database = must(Database::open({folder.file("set.db"), test_key(), "chacha20"}));
    const auto value_of = [&](const std::string& pragma) {
        Statement statement = must(database.prepare("PRAGMA " + pragma));
        return must(statement.step()) ? std::string(statement.text(0)) : std::string();
    };
    const std::vector<std::pair<std::string, std::string>> wanted = {{"cipher", "chacha20"},
                                                                     {"journal_mode", "wal"},
                                                                     {"synchronous", "2"},
                                                                     {"temp_store", "2"},
                                                                     {"secure_delete", "1"},
                                                                     {"mmap_size", "0"},
                                                                     {"trusted_schema", "0"},
                                                                     {"cell_size_check", "1"},
                                                                     {"foreign_keys", "1"},
                                                                     {"fullfsync", "1"},
                                                                     {"checkpoint_fullfsync", "1"},
                                                                     {"locking_mode", "exclusive"},
                                                                     {"journal_size_limit", "4194304"}};
    for (const auto& [pragma, value] : wanted) {
        CAPTURE(pragma);
        CHECK(value_of(pragma) == value);
    }
    // DEFENSIVE has no pragma to ask: it refuses what could corrupt the file by SQL.
    must(database.execute("CREATE TABLE t(a)"));
    CHECK_FALSE(database.execute("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'x'"));
    CHECK_FALSE(database.execute("UPDATE sqlite_dbpage SET data = zeroblob(4096) WHERE pgno = 2"));
}

TEST_CASE("what spills over in a query goes into no file") {
    const Folder folder;
    Database database = must(Database::open({folder.file("spill.db"), test_key(), "chacha20"}));
    must(
        database.execute("PRAGMA cache_size = 10; CREATE TEMP TABLE t(a); CREATE TEMP TABLE u(a);"
                         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                         "INSERT INTO t SELECT hex(randomblob(100)) FROM n;"
                         "INSERT INTO u SELECT a FROM t ORDER BY a"));
    // SQLite unlinks its temporary files at once; they are still open.
    std::size_t open_files = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const std::string name = std::filesystem::read_symlink(entry.path(), gone).string();
        CHECK(name.find("etilqs") == std::string::npos);
        CHECK(name.find("(deleted)") == std::string::npos);
        open_files += name.find("spill.db") != std::string::npos ? 1 : 0;
    }
    CHECK(open_files >= 2);
}

TEST_CASE("a change of the octets that the cipher leaves in clear is noticed when the store is opened") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a")}});
    const auto reopen = [&] {
        return Store::open({device.path(), test_key(), "chacha20", device.clock, device.hasher});
    };
    device.store.reset();
    const Bytes good = read_octets(device.path());
    for (std::size_t at = 0; at < clear_head; ++at) {
        CAPTURE(at);
        Bytes bad = good;
        bad[at] ^= 1;
        write_octets(device.path(), bad);
        const auto opened = reopen();
        CHECK_FALSE(opened);
    }
    write_octets(device.path(), good);
    device.open();
    CHECK(device.body(id) == R"({"title":"a"})");
    // The program's own writing changes none of them.
    must(device->check_integrity());
    device.set(id, "title", "b");
    must(device->check_integrity());
    device.open();
    CHECK(device.body(id) == R"({"title":"b"})");
}
