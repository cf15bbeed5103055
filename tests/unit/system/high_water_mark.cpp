#include <cotmoc/system/file.hpp>
#include <cotmoc/system/file_high_water_mark.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using namespace cotmoc;

namespace {

struct Place {
    Place() {
        std::string name = (std::filesystem::temp_directory_path() / "cotmoc-mark-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
        std::filesystem::create_directory(path / "replica");
    }
    ~Place() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return (path / name).string(); }
    std::filesystem::path path;
};

}  // namespace

TEST_CASE("the mark has a copy outside the directory, which a restored directory does not bring back") {
    const Place place;
    const DeviceId device = *DeviceId::from(Bytes(DeviceId::size, 7));
    const Bytes first = {1, 2, 3};
    const Bytes second = {4};
    system::FileHighWaterMark mark(place.file("replica"), place.file("state/deep"));
    CHECK(mark.load(device).empty());
    REQUIRE(mark.save(device, first));
    std::filesystem::copy(place.path / "replica", place.path / "backup");
    REQUIRE(mark.save(device, second));
    std::filesystem::remove_all(place.path / "replica");
    std::filesystem::rename(place.path / "backup", place.path / "replica");
    CHECK(mark.load(device) == std::vector<Bytes>{first, second});
}

TEST_CASE("the copy outside is best effort and may be switched off") {
    const Place place;
    const DeviceId device = *DeviceId::from(Bytes(DeviceId::size, 7));
    REQUIRE(system::replace_file(place.file("in-the-way"), Bytes{0}));
    for (const std::string& outside : {std::string(), place.file("in-the-way")}) {
        system::FileHighWaterMark mark(place.file("replica"), outside);
        REQUIRE(mark.save(device, Bytes{9}));
        CHECK(mark.load(device) == std::vector<Bytes>{{9}});
    }
    system::FileHighWaterMark nowhere(place.file("none"), "");
    CHECK(!nowhere.save(device, Bytes{9}));
}

TEST_CASE("the environment says where the copy outside stands") {
    const auto set = [](const char* name, const char* value) {
        if (value != nullptr) {
            setenv(name, value, 1);
        } else {
            unsetenv(name);
        }
    };
    set("COTMOC_STATE_DIR", nullptr);
    set("XDG_STATE_HOME", nullptr);
    set("HOME", "/somebody");
    CHECK(system::state_directory() == "/somebody/.local/state/cotmoc");
    set("XDG_STATE_HOME", "/var/state");
    CHECK(system::state_directory() == "/var/state/cotmoc");
    set("COTMOC_STATE_DIR", "/elsewhere");
    CHECK(system::state_directory() == "/elsewhere");
    set("COTMOC_STATE_DIR", "");
    CHECK(system::state_directory().empty());
}
