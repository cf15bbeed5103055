// T1: a powered-off laptop's disk. The key file's part stands in tests/unit/crypto/key_file_test.cpp, the
// core dump's in tests/threats/core_dump.py.
#include "threats/canaries.hpp"
#include "threats/threat.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;
using crypto::Role;

namespace {

/// A process that is killed in the middle of a transaction, with the replica open.
void write_and_be_killed(Fleet& fleet, std::uint64_t first) {
    fleet["canary-post-1"].replica.reset();
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        fleet.reopen("canary-post-1");
        plant(fleet, "canary-post-1", first, 50);
        const auto killed = fleet.replica("canary-post-1").batch([&]() -> Result<void> {
            plant(fleet, "canary-post-1", first + 50, 500);
            ::kill(::getpid(), SIGKILL);
            return {};
        });
        _exit(killed ? 1 : 2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGKILL);
}

/// Files that some part of this process holds open outside of the fleet's folder and the system's.
std::size_t stray_files(const std::filesystem::path& folder) {
    std::size_t stray = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
        const bool temporary = target.find("etilqs") != std::string::npos || target.ends_with("(deleted)");
        stray +=
            temporary && !target.starts_with(folder.string()) && target.find("memfd") == std::string::npos;
    }
    return stray;
}

}  // namespace

TEST_CASE(
    "T1: no canary and no name in any file of a replica: open, killed, closed; and the scan finds one") {
    Fleet fleet(1);
    fleet.add("canary-post-1", Role::border_post, {"kon-tum/ngoc-hoi"});
    const std::filesystem::path folder = fleet.directory.path();
    const std::uint64_t count = scaled(2'000);
    std::uint64_t planted = 0;
    while (planted < count) {
        must(fleet.replica("canary-post-1").batch([&]() -> Result<void> {
            plant(fleet, "canary-post-1", planted, 250);
            return {};
        }));
        planted += 250;
    }
    core::ListQuery query;
    query.words = {canary(5)};
    std::size_t found = 0;
    must(fleet.replica("canary-post-1").store().list(query, [&](const core::RecordView& view) {
        found += hits(view.body, canary(5));
        return true;
    }));
    CHECK(found == 1);
    CHECK(octets_of(folder / "canary-post-1.db-wal").size() > 100'000);
    CHECK(all_hits(all_files(folder)) == 0);
    CHECK(stray_files(folder) == 0);

    write_and_be_killed(fleet, planted);
    CHECK(octets_of(folder / "canary-post-1.db-wal").size() > 4'096);
    CHECK(all_hits(all_files(folder)) == 0);

    fleet.reopen("canary-post-1");
    fleet.sync("canary-post-1");
    CHECK(all_hits(all_files(folder)) == 0);
    fleet["canary-post-1"].replica.reset();
    CHECK(all_hits(all_files(folder)) == 0);

    std::ofstream(folder / "plain") << canary(1) << " ngoc-hoi";
    CHECK(all_hits(all_files(folder)) == 2);
    tell("T1",
         std::to_string(planted + 50) + " canaries on disk: 0 hits while open, after SIGKILL and closed");
}
