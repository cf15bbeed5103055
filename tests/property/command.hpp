// Histories as lists of small commands. Each command can be carried out in every state (one that makes no
// sense there does nothing), so that RapidCheck may leave out or simplify any of them.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

namespace cotmoc::core::test {

enum class Action : std::uint8_t {
    set,
    resolve,
    acknowledge,
    add,
    insert,
    remove,
    edit_text,
    remove_record,
    restore_record,
    create,
    pull,       // takes all that another replica has
    pull_some,  // takes a part of it, as if the link broke
    seal,       // ends the change set that is open
};

/// The numbers choose among what there is; they are taken modulo its count. 0 is the plainest choice.
struct Command {
    Action action{};
    std::uint8_t who = 0;    // replica
    std::uint8_t field = 0;  // of those of the action's shape; of a creation: which fields it sets
    std::uint8_t value = 0;  // of a pull: from whom
    std::uint8_t place = 0;  // in a text; of an op: by which creation it names the record
    std::uint8_t stamp = 0;  // of the clock, which may lie
    std::uint8_t trick = 0;  // beyond 200: what no honest author does, where such ops are wanted
};

struct Script {
    std::vector<Command> commands;
};

/// For the order in which change sets arrive: each number chooses among those that are ready.
struct Choices {
    std::vector<std::uint8_t> numbers;
    std::uint8_t operator[](std::size_t at) const {
        return numbers.empty() ? std::uint8_t{0} : numbers[at % numbers.size()];
    }
};

void showValue(const Command& command, std::ostream& out);
void showValue(const Script& script, std::ostream& out);
void showValue(const Choices& choices, std::ostream& out);

}  // namespace cotmoc::core::test

namespace rc {
template <>
struct Arbitrary<cotmoc::core::test::Command> {
    static Gen<cotmoc::core::test::Command> arbitrary();
};
template <>
struct Arbitrary<cotmoc::core::test::Script> {
    static Gen<cotmoc::core::test::Script> arbitrary();
};
template <>
struct Arbitrary<cotmoc::core::test::Choices> {
    static Gen<cotmoc::core::test::Choices> arbitrary();
};
}  // namespace rc
