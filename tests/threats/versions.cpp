// T24: the part that bad_dependencies.py cannot show from outside, since SQLite is built in.
#include <cotmoc/core/database.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;

TEST_CASE("T24: a SQLite below the floor is refused when a database is opened") {
    for (const int version : {3'007'000, 3'040'001, 3'051'002}) {
        const auto checked = core::check_sqlite_version(version);
        REQUIRE(!checked);
        CHECK(checked.error().code == ErrorCode::old_sqlite);
    }
    CHECK(core::check_sqlite_version(3'051'003));
}
