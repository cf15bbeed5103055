// cotmoc-sim: runs of thirteen devices, one a seed. Prints a line a failing seed; exit status 1 if there is
// one.
#include "sim/devices/device_run.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

using namespace cotmoc::test_support;

namespace {

constexpr const char* usage =
    "usage: cotmoc-sim [--seeds N] [--first S] [--steps N] [--threads N]\n"
    "  --seeds N    how many seeds to run (default 200; COTMOC_DEVICE_SEEDS changes the default)\n"
    "  --first S    the first of them (default 1)\n"
    "  --steps N    steps of one run (default 2000)\n"
    "  --threads N  seeds that run at the same time (default 2)\n";

struct Arguments {
    std::uint64_t seeds = 200;
    std::uint64_t first = 1;
    std::uint64_t steps = 2000;
    std::uint64_t threads = 2;
};

bool read_number(std::string_view text, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

bool read_arguments(const std::vector<std::string_view>& words, Arguments& arguments) {
    const std::pair<std::string_view, std::uint64_t*> options[] = {{"--seeds", &arguments.seeds},
                                                                   {"--first", &arguments.first},
                                                                   {"--steps", &arguments.steps},
                                                                   {"--threads", &arguments.threads}};
    for (std::size_t i = 0; i < words.size(); i += 2) {
        bool known = false;
        for (const auto& [name, number] : options) {
            known = known || (words[i] == name && i + 1 < words.size() && read_number(words[i + 1], *number));
        }
        if (!known) {
            return false;
        }
    }
    return arguments.threads > 0;
}

/// Seeds are handed out one by one; two runs share nothing but this.
class Runner {
public:
    explicit Runner(const Arguments& arguments) : arguments_(arguments) {}

    std::uint64_t run() {
        std::vector<std::thread> threads;
        for (std::uint64_t i = 0; i < arguments_.threads; ++i) {
            threads.emplace_back([this] { work(); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        return failed_;
    }

private:
    void work() {
        for (;;) {
            std::uint64_t seed = 0;
            {
                const std::lock_guard lock(mutex_);
                if (next_ == arguments_.seeds) {
                    return;
                }
                seed = arguments_.first + next_++;
            }
            const DeviceRunResult result = run_devices({seed, 13, 50, arguments_.steps});
            if (!result.failure.empty()) {
                const std::lock_guard lock(mutex_);
                ++failed_;
                std::printf("seed %llu: %s; repeat with: cotmoc-sim --first %llu --seeds 1 --steps %llu\n",
                            static_cast<unsigned long long>(seed), result.failure.c_str(),
                            static_cast<unsigned long long>(seed),
                            static_cast<unsigned long long>(arguments_.steps));
                std::fflush(stdout);
            }
        }
    }

    const Arguments arguments_;
    std::mutex mutex_;
    std::uint64_t next_ = 0;
    std::uint64_t failed_ = 0;
};

}  // namespace

int main(int count, char** words) {
    Arguments arguments;
    if (const char* named = std::getenv("COTMOC_DEVICE_SEEDS")) {
        (void)read_number(named, arguments.seeds);
    }
    const std::vector<std::string_view> given(words + 1, words + count);
    if (given.size() == 1 && given[0] == "--help") {
        std::fputs(usage, stdout);
        return 0;
    }
    if (!read_arguments(given, arguments)) {
        std::fputs(usage, stderr);
        return 2;
    }
    const std::uint64_t failed = Runner(arguments).run();
    std::printf("%llu seeds from %llu, %llu failed\n", static_cast<unsigned long long>(arguments.seeds),
                static_cast<unsigned long long>(arguments.first), static_cast<unsigned long long>(failed));
    return failed == 0 ? 0 : 1;
}
