#include "unit/system/folder.hpp"

#include <cotmoc/system/directory_lock.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/file_key_store.hpp>
#include <cotmoc/system/file_stream.hpp>

#include <doctest/doctest.h>

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

using namespace cotmoc;
using namespace cotmoc::system;

namespace {

void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string content(const std::string& path) {
    const auto bytes = read_file(path, 1000);
    return bytes ? std::string(as_text(*bytes)) : "(" + std::string(error_name(bytes.error().code)) + ")";
}

Result<std::vector<std::string>> lines_of(const std::string& path, std::size_t limit) {
    std::vector<std::string> lines;
    COTMOC_TRY(read_lines(path, limit, [&](std::string_view line, std::uint64_t number) -> Result<void> {
        lines.push_back(std::to_string(number) + ":" + std::string(line));
        return {};
    }));
    return lines;
}

}  // namespace

TEST_CASE("a file is read whole up to the limit and not beyond it") {
    const Folder folder;
    write(folder / "a", std::string(100, 'x'));
    CHECK(read_file(folder / "a", 100)->size() == 100);
    for (const auto& bad :
         {read_file(folder / "a", 99), read_file(folder / "none", 10), read_file(folder.path(), 10)}) {
        REQUIRE_FALSE(bad);
        CHECK(bad.error().code == ErrorCode::cannot_read_file);
    }
}

TEST_CASE("lines come with their numbers, without their ends") {
    const Folder folder;
    write(folder / "a", "one\r\n\ntwo\nlast");
    const auto lines = lines_of(folder / "a", 10);
    REQUIRE(lines);
    CHECK(*lines == std::vector<std::string>{"1:one", "2:", "3:two", "4:last"});
    write(folder / "empty", "");
    CHECK(lines_of(folder / "empty", 10)->empty());
}

TEST_CASE("a line of the limit's length is taken, a longer one is an error with its number") {
    const Folder folder;
    write(folder / "a", "x\n" + std::string(10, 'y') + "\r\n" + std::string(10, 'z'));
    CHECK(lines_of(folder / "a", 10));
    for (const std::string& text : {"x\n" + std::string(11, 'y') + "\n", "x\n" + std::string(200'000, 'y')}) {
        write(folder / "b", text);
        const auto lines = lines_of(folder / "b", 10);
        REQUIRE_FALSE(lines);
        CHECK(lines.error().code == ErrorCode::line_too_long);
        CHECK(lines.error().detail == "line 2");
    }
}

TEST_CASE("an error of the reader ends the reading") {
    const Folder folder;
    write(folder / "a", "1\n2\n3\n");
    int seen = 0;
    const auto result = read_lines(folder / "a", 10, [&](std::string_view, std::uint64_t) -> Result<void> {
        return ++seen == 2 ? Result<void>(fail(ErrorCode::bad_json)) : Result<void>{};
    });
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::bad_json);
    CHECK(seen == 2);
}

TEST_CASE("the key store keeps the former file until the new one was opened") {
    const Folder folder;
    FileKeyStore store(folder.path());
    CHECK(store.load().error().code == ErrorCode::no_replica);
    CHECK_FALSE(store.exists());
    REQUIRE(store.save(as_bytes("first")));
    CHECK_FALSE(file_exists(folder / "key.cotmoc.previous"));
    REQUIRE(store.save(as_bytes("second")));
    CHECK(content(folder / "key.cotmoc") == "second");
    CHECK(content(folder / "key.cotmoc.previous") == "first");
    REQUIRE(store.save(as_bytes("third")));
    CHECK(content(folder / "key.cotmoc.previous") == "second");
    REQUIRE(store.forget_previous());
    CHECK_FALSE(file_exists(folder / "key.cotmoc.previous"));
    CHECK(as_text(*store.load()) == "third");
    REQUIRE(store.forget_previous());
    const auto mode = std::filesystem::status(folder / "key.cotmoc").permissions();
    CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
          std::filesystem::perms::none);
}

TEST_CASE("a file that cannot be replaced stays as it was") {
    const Folder folder;
    write(folder / "a", "kept");
    std::filesystem::create_directory(folder / "a.new");
    CHECK_FALSE(replace_file(folder / "a", as_bytes("lost")));
    CHECK(content(folder / "a") == "kept");
}

TEST_CASE("a directory is locked once; the second one learns who has it") {
    const Folder folder;
    {
        const auto first = DirectoryLock::take(folder.path(), "cotmoc sync");
        REQUIRE(first);
        const auto second = DirectoryLock::take(folder.path(), "cotmoc list");
        REQUIRE_FALSE(second);
        CHECK(second.error().code == ErrorCode::busy);
        CHECK(second.error().detail == "process " + std::to_string(getpid()) + " (cotmoc sync)");
    }
    CHECK(DirectoryLock::take(folder.path(), "cotmoc list"));
    CHECK_FALSE(DirectoryLock::take(folder / "none", "cotmoc list"));
}

TEST_CASE("directories are made with those above them") {
    const Folder folder;
    REQUIRE(make_directory(folder / "a/b/c"));
    REQUIRE(make_directory(folder / "a/b/c"));
    CHECK(std::filesystem::is_directory(folder / "a/b/c"));
    write(folder / "file", "");
    CHECK_FALSE(make_directory(folder / "file"));
    CHECK_FALSE(make_directory(folder / "file/below"));
}

TEST_CASE("a stream of octets becomes a file when it is whole, and takes no name that is in use") {
    const Folder folder;
    write(folder / "there", "kept");
    CHECK(FileWriter::create(folder / "there", FileReaders::everyone).error().code == ErrorCode::file_exists);
    write(folder / "half.new", "of another program");
    CHECK(FileWriter::create(folder / "half", FileReaders::everyone).error().code == ErrorCode::file_exists);
    CHECK(content(folder / "half.new") == "of another program");
    {
        auto writer = FileWriter::create(folder / "late", FileReaders::everyone);
        REQUIRE(writer);
        REQUIRE(writer->write(as_bytes("new")));
        REQUIRE(writer->close());
        write(folder / "late", "came meanwhile");
        CHECK(writer->finish().error().code == ErrorCode::file_exists);
    }
    CHECK(content(folder / "late") == "came meanwhile");
    CHECK_FALSE(file_exists(folder / "late.new"));
    {
        auto writer = FileWriter::create(folder / "good", FileReaders::everyone);
        REQUIRE(writer);
        REQUIRE(writer->write(as_bytes("new")));
        CHECK_FALSE(file_exists(folder / "good"));
        REQUIRE(writer->finish());
    }
    CHECK(content(folder / "good") == "new");
    CHECK_FALSE(file_exists(folder / "good.new"));
}

TEST_CASE("a file that is being read stays the same, whatever comes to lie under its name") {
    const Folder folder;
    write(folder / "a", "first");
    FileReader reader(folder / "a");
    CHECK(*reader.size() == 5);
    REQUIRE(replace_file(folder / "a", as_bytes("another one")));
    Bytes octets(5);
    CHECK(*reader.size() == 5);
    CHECK(*reader.read(0, octets) == 5);
    CHECK(as_text(octets) == "first");
}
