#include "folder.hpp"

#include <cotmoc/system/file.hpp>
#include <cotmoc/system/file_stream.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::system;

TEST_CASE("a file is read from any place, and only a regular one") {
    const Folder folder;
    const std::string path = folder / "a";
    REQUIRE(replace_file(path, as_bytes("0123456789")));
    const auto reader = FileReader::open(path);
    REQUIRE(reader);
    CHECK(reader->size() == 10);
    CHECK(as_text(reader->read(3, 4).value()) == "3456");
    CHECK(as_text(reader->read(8, 4).value()) == "89");
    CHECK(reader->read(10, 4).value().empty());
    for (const std::string& other : {folder / "absent", folder / ".", std::string("/dev/zero")}) {
        CAPTURE(other);
        const auto refused = FileReader::open(other);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::cannot_read_file);
    }
}

TEST_CASE("a file that is written in pieces is there whole or not at all") {
    const Folder folder;
    const std::string path = folder / "a";
    REQUIRE(replace_file(path, as_bytes("before")));
    {
        auto writer = FileWriter::create(path);
        REQUIRE(writer);
        REQUIRE(writer->write(as_bytes("half")));
    }
    CHECK(as_text(read_file(path, 100).value()) == "before");
    CHECK_FALSE(file_exists(path + ".new"));
    auto writer = FileWriter::create(path);
    REQUIRE(writer);
    REQUIRE(writer->write(as_bytes("one, ")));
    REQUIRE(writer->write(as_bytes("two")));
    CHECK(as_text(read_file(path, 100).value()) == "before");
    REQUIRE(writer->finish());
    CHECK(as_text(read_file(path, 100).value()) == "one, two");
    CHECK(FileWriter::create(folder / "absent/a").error().code == ErrorCode::io_error);
}
