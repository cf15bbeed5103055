// cotmoc-mutate: alters envelopes, change sets, certificates, grants, handshakes and session messages, and
// offers them to their receivers. Exit status 0: none was taken for something that nobody said.
#include "threats/mutate/subjects.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace cotmoc;
using namespace cotmoc::threats;

#if defined(__SANITIZE_ADDRESS__)
extern "C" void __sanitizer_set_death_callback(void (*callback)());
#endif

namespace {

struct Options {
    std::uint64_t count = 50'000;
    std::uint64_t seed = 1;
    std::uint64_t only = 0;  // one mutation, to repeat it
    const char* kind = nullptr;
};

struct Now {
    const char* kind = "";
    std::uint64_t number = 0;
    std::uint64_t seed = 0;
};
Now now;

/// A crash says which mutation caused it.
void say_where() {
    std::fprintf(stderr, "died in %s number %llu of seed %llu\n", now.kind,
                 static_cast<unsigned long long>(now.number), static_cast<unsigned long long>(now.seed));
}

bool read_options(int count, char** arguments, Options& options) {
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string name = arguments[i];
        const char* value = arguments[i + 1];
        if (name == "--count") {
            options.count = std::strtoull(value, nullptr, 10);
        } else if (name == "--seed") {
            options.seed = std::strtoull(value, nullptr, 10);
        } else if (name == "--only") {
            options.only = std::strtoull(value, nullptr, 10);
        } else if (name == "--kind") {
            options.kind = value;
        } else {
            return false;
        }
    }
    return count % 2 == 1 && options.count > 0;
}

/// Every mutation has its own randomness, so that one can be repeated without the others.
Subject::Outcome run_one(Subject& subject, std::uint64_t seed, std::uint64_t number) {
    test_support::SeededRandom random((seed << 32) + number);
    Mutator mutator(random);
    now.number = number;
    return subject.try_one(mutator);
}

std::uint64_t run(Subject& subject, const Options& options, std::uint64_t count, std::uint64_t& done) {
    const std::string name = subject.name();
    now.kind = name.c_str();
    std::uint64_t failed = 0;
    const std::uint64_t first = options.only != 0 ? options.only : 1;
    // A mutant may come out as an original; those are not counted, so a few more are made.
    for (std::uint64_t number = first; done < count && number < first + 2 * count; ++number) {
        const Subject::Outcome outcome = run_one(subject, options.seed, number);
        done += outcome.counts ? 1 : 0;
        if (outcome.wrong) {
            ++failed;
            std::printf(
                "FAILED %s: %s: cotmoc-mutate --kind '%s' --seed %llu --only %llu\n  %s\n", name.c_str(),
                outcome.wrong->c_str(), name.c_str(), static_cast<unsigned long long>(options.seed),
                static_cast<unsigned long long>(number), to_hex(outcome.mutant).substr(0, 400).c_str());
            if (failed >= 10) {
                break;
            }
        }
    }
    now.kind = "set-up";
    return failed;
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    if (!read_options(count, arguments, options)) {
        std::fputs("usage: cotmoc-mutate [--count N] [--seed N] [--kind KIND] [--only NUMBER]\n", stderr);
        return 2;
    }
    now.seed = options.seed;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(say_where);
#else
    (void)say_where;
#endif
    auto subjects = all_subjects(options.seed);
    if (options.kind != nullptr) {
        std::erase_if(subjects, [&](const auto& subject) { return subject->name() != options.kind; });
    }
    if (subjects.empty()) {
        std::fputs("cotmoc-mutate: no such kind\n", stderr);
        return 2;
    }
    std::uint64_t failed = 0;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        const std::uint64_t share =
            options.count * (i + 1) / subjects.size() - options.count * i / subjects.size();
        std::uint64_t done = 0;
        failed += run(*subjects[i], options, options.only != 0 ? 1 : share, done);
        total += done;
        std::printf("%s: %llu mutations\n", subjects[i]->name().c_str(),
                    static_cast<unsigned long long>(done));
        std::fflush(stdout);
    }
    std::printf("T5: %llu mutations from seed %llu, %llu accepted\n", static_cast<unsigned long long>(total),
                static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(failed));
    return failed == 0 ? 0 : 1;
}
