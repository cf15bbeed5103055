#include "bundle_files.hpp"

#include "support/test_province.hpp"
#include "unit/system/folder.hpp"

#include <cotmoc/system/file.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace cotmoc;
using namespace cotmoc::cli;

namespace {

void put(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string content(const std::string& path) {
    const auto octets = system::read_file(path, 1'000);
    return octets ? std::string(as_text(*octets)) : "(none)";
}

/// Writes `count` volumes of a few octets.
Result<void> write_volumes(VolumeFiles& files, std::uint32_t count) {
    for (std::uint32_t number = 1; number <= count; ++number) {
        COTMOC_TRY(files.begin(number, count));
        COTMOC_TRY(files.write(as_bytes("volume")));
        COTMOC_TRY(files.end());
    }
    return {};
}

std::size_t files_in(const Folder& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(folder.path())) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("volumes get their names when the last one is whole") {
    const Folder folder;
    VolumeFiles files(folder / "b");
    REQUIRE(files.begin(1, 2));
    REQUIRE(files.write(as_bytes("volume")));
    REQUIRE(files.end());
    CHECK_FALSE(system::file_exists(folder / "b.001"));
    REQUIRE(files.begin(2, 2));
    REQUIRE(files.end());
    CHECK(content(folder / "b.001") == "volume");
    CHECK(content(folder / "b.002") == "");
    CHECK(files_in(folder) == 2);
}

TEST_CASE("volumes take the place of nothing that is there") {
    for (const char* there : {"b", "b.001", "b.003", "b.002.new"}) {
        CAPTURE(there);
        const Folder folder;
        put(folder / there, "CMB1 of an earlier bundle");
        VolumeFiles files(folder / "b");
        const auto written = write_volumes(files, 3);
        REQUIRE_FALSE(written);
        CHECK(written.error().code == ErrorCode::file_exists);
        CHECK(content(folder / there) == "CMB1 of an earlier bundle");
    }
    const Folder folder;
    put(folder / "b.002", "not of this one");
    VolumeFiles one(folder / "b");
    REQUIRE(write_volumes(one, 1));
    CHECK(content(folder / "b.002") == "not of this one");
}

TEST_CASE("a name that comes into use while volumes are written stays, and none of them does") {
    const Folder folder;
    {
        VolumeFiles files(folder / "b");
        REQUIRE(files.begin(1, 2));
        REQUIRE(files.end());
        REQUIRE(files.begin(2, 2));
        put(folder / "b.002", "came meanwhile");
        CHECK(files.end().error().code == ErrorCode::file_exists);
    }
    CHECK(content(folder / "b.002") == "came meanwhile");
    CHECK(files_in(folder) == 1);
}

TEST_CASE("--for: hub and province are words, and a name of two devices is an error") {
    REQUIRE(crypto::initialise());
    test_support::TestProvince province(1);
    const DeviceId hub = province.enrol("the-hub", crypto::Role::hub).id;
    const DeviceId post = province.enrol("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"}).id;
    const DeviceId other = province.enrol("other", crypto::Role::border_post, {"kon-tum/ngoc-hoi"}).id;
    const std::vector<NamedDevice> devices = {{"hub", post}, {"one", post}, {"two", post}, {"two", other}};
    const auto readers = [&](const std::string& named) {
        return bundle_readers(province.trust, devices, named);
    };
    CHECK(*readers("hub") == std::vector{hub});
    CHECK(*readers("one") == std::vector{post});
    CHECK(*readers(other.hex().substr(0, 16)) == std::vector{other});
    CHECK(readers("two").error().code == ErrorCode::unknown_device);
    CHECK(readers("province").error().code == ErrorCode::unknown_device);
    CHECK(readers("")->empty());
}
