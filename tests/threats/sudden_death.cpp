// T20: the process is killed at any moment, as phones do with apps.
#include "threats/threat.hpp"

#include "support/fleet.hpp"

#include <doctest/doctest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <csignal>
#include <ctime>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;
using crypto::Role;

namespace {

constexpr const char* post = "post-a";
constexpr const char* space_name = "kon-tum/ngoc-hoi";
constexpr int batch_size = 6;

/// What the child acknowledged, where its killer can read it.
struct Acknowledged {
    std::atomic<std::uint64_t> batches;
    std::atomic<std::uint64_t> sessions;
};

Acknowledged& shared_memory() {
    void* memory =
        ::mmap(nullptr, sizeof(Acknowledged), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    return *new (memory) Acknowledged{};
}

/// Batches of records, a counter, and now and then a session with the hub, until it is killed.
[[noreturn]] void work(Fleet& fleet, std::uint64_t seed, const RecordId& counter, Acknowledged& done) {
    fleet.random = SeededRandom(seed);  // else the next child would make the same ids again
    fleet.reopen(post);
    fleet.reopen_hub();
    for (int round = 0;; ++round) {
        const auto result = fleet.replica(post).batch([&]() -> Result<void> {
            for (int i = 0; i < batch_size; ++i) {
                fleet.add_record(post, "delegation", {{"head", "Lan"}, {"partner", std::string(300, 'p')}});
            }
            const core::FieldEdit one{core::FieldEdit::Kind::add, "visits", std::int64_t{1}};
            return fleet.replica(post).edit(counter, std::span(&one, 1));
        });
        if (!result) {
            _exit(1);
        }
        ++done.batches;
        if (round % 3 == 2) {
            fleet.sync(post);
            ++done.sessions;
        }
    }
}

void wait_microseconds(std::uint64_t microseconds) {
    const timespec span{static_cast<time_t>(microseconds / 1'000'000),
                        static_cast<long>(microseconds % 1'000'000) * 1000};
    ::nanosleep(&span, nullptr);
}

std::uint64_t records_of(Fleet& fleet, const std::string& device) {
    core::ListQuery query;
    query.kind = "delegation";
    std::uint64_t count = 0;
    must(fleet.replica(device).store().list(query, [&](const core::RecordView&) {
        ++count;
        return true;
    }));
    return count;
}

}  // namespace

TEST_CASE(
    "T20: killed at any moment, a replica opens, has all that was acknowledged, and nothing by half or "
    "twice") {
    Fleet fleet(20);
    fleet.add(post, Role::border_post, {space_name});
    fleet.add("so-1", Role::province_officer, {"*"});
    const RecordId counter = fleet.add_record(post, "inspection", {{"marker_no", "1"}, {"visits", "0"}});
    fleet.sync_all();
    Acknowledged& done = shared_memory();
    SeededRandom random(20);
    const std::uint64_t kills = scaled(60);
    std::uint64_t batches = 0;
    for (std::uint64_t kill = 0; kill < kills; ++kill) {
        // Parent and child never hold the files at once.
        fleet[post].replica.reset();
        fleet.close_hub();
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            work(fleet, 2'000 + kill, counter, done);
        }
        const std::uint64_t before = done.batches;
        wait_microseconds(random.below(60'000));
        // At the least one batch in some of the rounds, else the kills would all fall into the opening.
        while (kill % 2 == 0 && done.batches == before && ::waitpid(child, nullptr, WNOHANG) == 0) {
            wait_microseconds(1'000);
        }
        ::kill(child, SIGKILL);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));

        fleet.reopen(post);
        fleet.reopen_hub();
        const std::uint64_t records = records_of(fleet, post);
        REQUIRE(records % batch_size == 0);
        batches = records / batch_size;
        // The last commit may have been done and not yet told.
        REQUIRE(batches >= done.batches);
        REQUIRE(batches <= done.batches + 1);
        done.batches = batches;
        REQUIRE(fleet.body(post, counter).find("\"visits\":" + std::to_string(batches)) != std::string::npos);
        if (kill % 10 == 9 || kill + 1 == kills) {
            REQUIRE(must(fleet.replica(post).verify()).empty());
            fleet.sync_all();
            REQUIRE(fleet.digest(post, space_name) == fleet.digest("so-1", space_name));
            REQUIRE(records_of(fleet, "so-1") == records);
        }
    }
    CHECK(batches > kills / 4);
    tell("T20", std::to_string(kills) + " SIGKILLs between and within " + std::to_string(batches) +
                    " batches and " + std::to_string(done.sessions) + " sessions");
}
