// Names as people here give them, and paths that are longer than Windows once took.
#include "unit/system/folder.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/system/directory_lock.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/file_key_store.hpp>
#include <cotmoc/system/file_stream.hpp>
#include <cotmoc/system/wipe.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::system;

namespace {

const std::string vietnamese = "Đồn biên phòng Bờ Y – Ngọc Hồi";

/// Folders in folders until the path has more than 260 letters (and more octets).
std::string long_below(const std::string& folder) {
    std::string path = folder;
    for (int level = 0; level < 8; ++level) {
        path += "/" + vietnamese + " " + std::to_string(level);
    }
    return path + "/cuối";
}

void use(const std::string& directory) {
    REQUIRE(make_directory(directory));
    REQUIRE(make_directory(directory));
    const std::string file = directory + "/bản ghi.json";
    REQUIRE(replace_file(file, as_bytes("cũ")));
    REQUIRE(replace_file(file, as_bytes("mới"), file + ".trước"));
    CHECK(as_text(*read_file(file, 100)) == "mới");
    CHECK(as_text(*read_file(file + ".trước", 100)) == "cũ");

    auto writer = FileWriter::create(directory + "/gói.bundle", FileReaders::owner);
    REQUIRE(writer);
    REQUIRE(writer->write(as_bytes("0123456789")));
    REQUIRE(writer->finish());
    CHECK(FileWriter::create(directory + "/gói.bundle", FileReaders::owner).error().code ==
          ErrorCode::file_exists);
    FileReader reader(directory + "/gói.bundle");
    Bytes middle(4);
    CHECK(*reader.read(3, middle) == 4);
    CHECK(as_text(middle) == "3456");
    CHECK(*reader.size() == 10);

    FileKeyStore keys(directory);
    REQUIRE(keys.save(as_bytes("a key file")));
    REQUIRE(shred_file(file + ".trước"));
    CHECK_FALSE(file_exists(file + ".trước"));
    {
        const auto lock = DirectoryLock::take(directory, "cotmoc sync");
        REQUIRE(lock);
        CHECK(DirectoryLock::take(directory, "cotmoc list").error().code == ErrorCode::busy);
    }
    const auto gone = wipe_directory(keys);
    REQUIRE(gone);
    CHECK_FALSE(gone->empty());
    CHECK_FALSE(file_exists(keys.path()));
    CHECK(file_exists(file));  // other people's files stay
}

/// What use() left, and the folders up to `end`: std::filesystem::remove_all does not reach that deep on
/// Windows.
void remove_upwards(const std::string& directory, const std::string& end) {
    CHECK(remove_file(directory + "/bản ghi.json"));
    CHECK(remove_file(directory + "/gói.bundle"));
    for (std::string path = directory; path != end; path = path.substr(0, path.rfind('/'))) {
        std::error_code error;
        CHECK(std::filesystem::remove(native_file(path), error));
    }
}

}  // namespace

TEST_CASE("a replica may stand in a folder with Vietnamese letters and spaces") {
    const Folder folder;
    use(folder / vietnamese);
}

TEST_CASE("a replica may stand at a path of more than 260 letters") {
    const Folder folder;
    const std::string directory = long_below(folder.path());
    REQUIRE(native_file(directory).native().size() > 260);
    use(directory);
    remove_upwards(directory, folder.path());
}
