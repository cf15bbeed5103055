// A state machine over octets. All successors of an octet are packed into one word, six bits for each state,
// and a state is the shift that finds its own: a step is a load and a shift, without a branch on the text.
#include <cotmoc/core/value.hpp>

#include <array>
#include <cstring>
#include <initializer_list>

namespace cotmoc::core {
namespace {

enum State : unsigned {
    refused = 0,    // for good
    accepted = 6,   // between two code points
    one_left = 12,  // any tails still to come
    two_left = 18,
    three_left = 24,
    after_e0 = 30,  // the next tail is bounded: no overlong forms, surrogates, or code points above 10FFFF
    after_ed = 36,
    after_f0 = 42,
    after_f4 = 48
};

struct Step {
    State from;
    State to;
};

constexpr void add_steps(std::array<std::uint64_t, 256>& table, unsigned first, unsigned last,
                         std::initializer_list<Step> steps) {
    for (unsigned octet = first; octet <= last; ++octet) {
        for (const Step step : steps) {
            table[octet] |= std::uint64_t{step.to} << step.from;
        }
    }
}

constexpr std::array<std::uint64_t, 256> make_table() {
    std::array<std::uint64_t, 256> table{};  // U+0000, c0, c1 and f5 to ff lead nowhere
    add_steps(table, 0x01, 0x7f, {{accepted, accepted}});
    add_steps(table, 0x80, 0xbf, {{one_left, accepted}, {two_left, one_left}, {three_left, two_left}});
    add_steps(table, 0xa0, 0xbf, {{after_e0, one_left}});
    add_steps(table, 0x80, 0x9f, {{after_ed, one_left}});
    add_steps(table, 0x90, 0xbf, {{after_f0, two_left}});
    add_steps(table, 0x80, 0x8f, {{after_f4, two_left}});
    add_steps(table, 0xc2, 0xdf, {{accepted, one_left}});
    add_steps(table, 0xe0, 0xe0, {{accepted, after_e0}});
    add_steps(table, 0xe1, 0xec, {{accepted, two_left}});
    add_steps(table, 0xed, 0xed, {{accepted, after_ed}});
    add_steps(table, 0xee, 0xef, {{accepted, two_left}});
    add_steps(table, 0xf0, 0xf0, {{accepted, after_f0}});
    add_steps(table, 0xf1, 0xf3, {{accepted, three_left}});
    add_steps(table, 0xf4, 0xf4, {{accepted, after_f4}});
    return table;
}

constexpr std::array<std::uint64_t, 256> table = make_table();
constexpr std::size_t block = 16;

/// Whether all octets of a block are in 1..127.
bool is_plain_block(const unsigned char* at) {
    constexpr std::uint64_t ones = 0x0101010101010101u;
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), at, block);
    const std::uint64_t outside = ((words[0] - ones) | words[0]) | ((words[1] - ones) | words[1]);
    return (outside & (ones << 7)) == 0;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = at + text.size();
    std::uint64_t state = accepted;
    while (static_cast<std::size_t>(end - at) >= block) {
        if ((state & 63) == accepted && is_plain_block(at)) {
            at += block;
            continue;
        }
        for (const auto* const stop = at + block; at < stop; ++at) {
            state = table[*at] >> (state & 63);
        }
    }
    for (; at < end; ++at) {
        state = table[*at] >> (state & 63);
    }
    return (state & 63) == accepted;
}

}  // namespace cotmoc::core
