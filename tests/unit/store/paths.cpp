// Where a database may stand.
#include "unit/store/store_support.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/core/database.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

TEST_CASE("a database opens at a path with Vietnamese letters, spaces and more than 260 letters") {
    const Folder folder;
    std::string directory = folder.file("Đồn biên phòng Bờ Y");
    for (int level = 0; level < 10; ++level) {
        directory += "/thư mục có dấu cách số " + std::to_string(level);
    }
    std::filesystem::create_directories(native_file(directory));
    REQUIRE(native_file(directory).native().size() > 240);
    const std::string path = directory + "/hồ sơ.db";
    {
        Database database = must(Database::open({path, test_key(), "chacha20"}));
        must(database.execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)"));
        CHECK(std::filesystem::exists(native_file(path)));
    }
    CHECK(Database::open({path, test_key(), "chacha20", false}));
    remove_database(path);
    CHECK_FALSE(std::filesystem::exists(native_file(path)));
}
