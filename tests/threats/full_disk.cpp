// T18: the disk is full, or fails, once or for good.
#include "threats/disk_workload.hpp"
#include "threats/threat.hpp"

using namespace cotmoc;
using namespace cotmoc::threats;

namespace {

bool is_named(const Error& error) {
    return error.code == ErrorCode::disk_full || error.code == ErrorCode::io_error;
}

/// Runs steps until one fails; how many were done.
std::size_t run_from(DiskWorkload& work, std::size_t step) {
    while (step < work.steps()) {
        work.store().clock.wall = core::store_test::TestClock().wall + static_cast<std::int64_t>(step) * 1000;
        const auto result = work.run(step);
        if (!result) {
            CHECK_MESSAGE(is_named(result.error()), describe(result.error()));
            return step;
        }
        ++step;
    }
    return step;
}

/// What failed may have been kept whole, if it was its acknowledgement that was lost.
std::size_t find_done(DiskWorkload& work, std::size_t done) {
    const std::string state = work.state();
    if (done < work.steps() && state == work.states()[done + 1]) {
        return done + 1;
    }
    CHECK(state == work.states()[done]);
    return done;
}

}  // namespace

TEST_CASE(
    "T18: a disk that is full or fails is named, breaks nothing, and work goes on when it is well again") {
    DiskWorkload work;
    std::uint64_t faults = 0;
    for (const Fault fault : {Fault::disk_full, Fault::io_error, Fault::short_write, Fault::flush_fails}) {
        for (const bool from_then_on : {false, true}) {
            const std::uint64_t stride = scaled(100) >= 1000 ? 1 : 16;
            for (std::uint64_t at = 1;; at += stride) {
                CAPTURE(static_cast<int>(fault));
                CAPTURE(from_then_on);
                CAPTURE(at);
                work.restart();
                work.disk().fail_at(at, fault, from_then_on);
                std::size_t done = run_from(work, 0);
                if (!work.disk().has_failed()) {
                    break;  // the whole workload needs fewer operations
                }
                work.disk().repair();
                ++faults;
                // The same program goes on if its connection allows that; else it opens the file again.
                if (done < work.steps() && work.state().find("close and open again") == std::string::npos) {
                    done = find_done(work, done);
                    done = run_from(work, done);
                }
                core::store_test::must(work.open());
                done = find_done(work, done);
                CHECK(run_from(work, done) == work.steps());
                CHECK(work.state() == work.states().back());
            }
        }
    }
    tell("T18",
         std::to_string(faults) + " faults: full, failing, short writes, failed flushes; once and for good");
}

TEST_CASE("T18: after a failed flush nothing more is written before the file was opened again") {
    DiskWorkload work;
    std::uint64_t flushes = 0;
    for (std::uint64_t at = 1;; at += 3) {
        work.restart();
        work.disk().fail_at(at, Fault::flush_fails, false);
        std::size_t done = 0;
        ErrorCode code{};
        while (done < work.steps() && code == ErrorCode{}) {
            const auto result = work.run(done);
            code = result ? ErrorCode{} : result.error().code;
            done += result ? 1 : 0;
        }
        if (!work.disk().has_failed()) {
            break;
        }
        work.disk().repair();
        if (done == work.steps()) {
            continue;  // it failed in a checkpoint, of which the log keeps all
        }
        ++flushes;
        CHECK(code == ErrorCode::io_error);
        const std::uint64_t operations = work.disk().operations();
        for (int i = 0; i < 3; ++i) {
            const auto result = work.run(done);
            REQUIRE(!result);
            CHECK(result.error().code == ErrorCode::io_error);
        }
        CHECK(work.disk().operations() == operations);
        // The machine stops now: what the system counted as clean is gone, and no acknowledged step with it.
        work.close();
        test_support::SeededRandom random(at);
        work.disk().reboot(Loss::all_unflushed, random);
        core::store_test::must(work.open());
        find_done(work, done);
    }
    CHECK(flushes > 5);
}
