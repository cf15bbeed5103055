#include "property/command.hpp"

#include <array>
#include <ostream>

namespace cotmoc::core::test {
namespace {

constexpr const char* names[] = {"sets",    "resolves",      "acknowledges", "adds to",  "inserts into",
                                 "removes", "types",         "deletes",      "restores", "creates",
                                 "pulls",   "pulls some of", "seals"};

/// How often each action is drawn, of 64.
constexpr std::array<std::pair<Action, int>, 13> shares{{{Action::set, 12},
                                                         {Action::resolve, 3},
                                                         {Action::acknowledge, 2},
                                                         {Action::add, 4},
                                                         {Action::insert, 4},
                                                         {Action::remove, 4},
                                                         {Action::edit_text, 8},
                                                         {Action::remove_record, 4},
                                                         {Action::restore_record, 1},
                                                         {Action::create, 5},
                                                         {Action::pull, 11},
                                                         {Action::pull_some, 3},
                                                         {Action::seal, 3}}};

Action drawn(std::uint64_t lot) {
    auto left = static_cast<int>(lot % 64);
    for (const auto& [action, share] : shares) {
        if (left < share) {
            return action;
        }
        left -= share;
    }
    return Action::seal;
}

Command drawn_command(std::uint64_t bits) {
    const auto octet = [&](int at) { return static_cast<std::uint8_t>(bits >> (8 * at)); };
    return {drawn(octet(0)), octet(1), octet(2), octet(3), octet(4), octet(5), octet(6)};
}

std::vector<Command> simpler(const Command& command) {
    std::vector<Command> result;
    for (const auto member : {&Command::trick, &Command::stamp, &Command::place, &Command::who,
                              &Command::value, &Command::field}) {
        const std::uint8_t number = command.*member;
        for (const int next : {0, number % 8, number % 12, number / 2, number - 1}) {
            if (number > 0 && next < number) {
                result.push_back(command);
                result.back().*member = static_cast<std::uint8_t>(next);
            }
        }
    }
    return result;
}

}  // namespace

void showValue(const Command& command, std::ostream& out) {
    out << "replica " << static_cast<int>(command.who) << " " << names[static_cast<int>(command.action)]
        << " field " << static_cast<int>(command.field) << " value " << static_cast<int>(command.value)
        << " place " << static_cast<int>(command.place) << " stamp " << static_cast<int>(command.stamp)
        << " trick " << static_cast<int>(command.trick);
}

void showValue(const Script& script, std::ostream& out) {
    for (const Command& command : script.commands) {
        out << "\n  ";
        showValue(command, out);
    }
}

void showValue(const Choices& choices, std::ostream& out) { rc::show(choices.numbers, out); }

}  // namespace cotmoc::core::test

namespace rc {

using cotmoc::core::test::Choices;
using cotmoc::core::test::Command;
using cotmoc::core::test::Script;

Gen<Command> Arbitrary<Command>::arbitrary() {
    return Gen<Command>([](const Random& random, int) {
        Random lot = random;
        return shrinkable::shrinkRecur(
            cotmoc::core::test::drawn_command(lot.next()),
            [](const Command& command) { return seq::fromContainer(cotmoc::core::test::simpler(command)); });
    });
}

Gen<Script> Arbitrary<Script>::arbitrary() {
    return gen::map(gen::container<std::vector<Command>>(gen::arbitrary<Command>()),
                    [](std::vector<Command> commands) { return Script{std::move(commands)}; });
}

Gen<Choices> Arbitrary<Choices>::arbitrary() {
    return gen::map(gen::container<std::vector<std::uint8_t>>(8, gen::arbitrary<std::uint8_t>()),
                    [](std::vector<std::uint8_t> numbers) { return Choices{std::move(numbers)}; });
}

}  // namespace rc
