// What is mutated, and the receivers that must not take a mutant for anything but the original.
#pragma once

#include "threats/mutate/mutator.hpp"

#include <memory>
#include <optional>
#include <string>

namespace cotmoc::threats {

/// A kind of message. try_one() makes one mutant, offers it to its receiver, and says what went wrong if the
/// receiver took it for something that nobody said.
class Subject {
public:
    virtual ~Subject() = default;
    virtual std::string name() const = 0;
    struct Outcome {
        bool counts = true;                // false: the mutant was no mutant
        std::optional<std::string> wrong;  // how it was accepted
        Bytes mutant;
    };
    virtual Outcome try_one(Mutator& mutator) = 0;
};

std::unique_ptr<Subject> make_envelopes(std::uint64_t seed);
std::unique_ptr<Subject> make_contents(std::uint64_t seed);
std::unique_ptr<Subject> make_certificates(std::uint64_t seed);
std::unique_ptr<Subject> make_grants(std::uint64_t seed);
std::unique_ptr<Subject> make_handshakes(std::uint64_t seed);
std::unique_ptr<Subject> make_session_messages(std::uint64_t seed);

inline std::vector<std::unique_ptr<Subject>> all_subjects(std::uint64_t seed) {
    std::vector<std::unique_ptr<Subject>> all;
    for (const auto make : {make_envelopes, make_contents, make_certificates, make_grants, make_handshakes,
                            make_session_messages}) {
        all.push_back(make(seed));
    }
    return all;
}

}  // namespace cotmoc::threats
