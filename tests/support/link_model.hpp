// What a link does to a connection, told by a seed: the same for the simulation and for the proxy program
// cotmoc-bad-link. No clock and no socket: octets and a time in, octets and the time when they come out.
// Times are milliseconds of any clock that does not go back.
#pragma once

#include "support/seeded_random.hpp"

#include <cotmoc/base/bytes.hpp>

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace cotmoc::test_support {

/// Chances are per thousand; an unset option does not happen.
struct LinkModel {
    std::int64_t latency_ms = 20;         // each way
    std::int64_t jitter_ms = 0;           // added evenly from 0; octets of one direction never overtake
    std::uint64_t octets_per_second = 0;  // each way; 0: no limit
    std::optional<std::uint64_t> octets_per_second_down = {};  // another one from the answering side
    std::size_t piece_max = 0;  // the stream arrives in random pieces up to this; 0: as it was sent, or, if
                                // there is a limit of octets a second, in packets of 1,400 octets
    std::optional<std::uint64_t> cut_after_up =
        {};  // the link is cut when the caller has sent so many octets
    std::optional<std::uint64_t> cut_after_down = {};
    std::uint64_t cut_per_mille = 0;  // of each piece sent: the link is cut after it
    std::int64_t cut_from_ms = 0;     // the link is cut at a time evenly between these, from the connection's
    std::int64_t cut_until_ms = 0;    // start on; 0: never
    bool lose_tail = false;           // what is under way at a cut is lost, else it still arrives
    std::uint64_t half_open_per_mille = 0;                   // of cuts: one side is never told
    std::uint64_t corrupt_per_mille = 0;                     // of pieces: one bit of it is turned over
    std::optional<std::uint64_t> blackhole_after_up = {};    // of this way nothing more arrives after so many
    std::optional<std::uint64_t> blackhole_after_down = {};  // octets, and nobody is told
    bool portal = false;  // a web page answers whatever the caller says, and the other side never hears of it
};

/// "2g-hill", "3g-drop", "satellite", "lan" (docs/bad-links.md); nothing for another name.
std::optional<LinkModel> link_profile(std::string_view name);
/// All of them, for people who ask.
inline constexpr std::array<std::string_view, 4> link_profiles = {"2g-hill", "3g-drop", "satellite", "lan"};

enum class Way : std::uint8_t { up = 0, down = 1 };  // from the caller, from the answering side

/// One connection over such a link.
class Link {
public:
    /// `random` outlives the link.
    Link(const LinkModel& model, SeededRandom& random, std::int64_t now_ms);

    /// Sees, and may change, every piece as it is sent; `offset` counts the octets of that way before it.
    using Tap = std::function<void(Way way, std::uint64_t offset, std::span<std::uint8_t> piece)>;
    Tap tap;

    /// Whether something may still enter this way: neither closed nor cut.
    bool open(Way way) const { return !pipe(way).closed; }
    /// When the line has taken what was sent this way: more is sent then, and waits with its sender till
    /// then.
    std::int64_t line_free(Way way) const { return pipe(way).line_free; }
    /// Octets from the end where this way begins.
    void send(Way way, BytesView octets, std::int64_t now_ms);
    /// That end closes: the other one is told after what is under way.
    void close(Way way, std::int64_t now_ms);
    /// Lets the time come: a cut that was to be has happened then.
    void advance(std::int64_t now_ms);

    /// What comes out where this way ends. Not `end`: octets.
    struct Arrival {
        std::int64_t at = 0;
        Bytes octets;
        bool end = false;
    };
    /// When the next octets of this way, or its end, arrive.
    std::optional<std::int64_t> next_arrival(Way way) const;
    /// Takes what next_arrival() told of.
    Arrival take(Way way);
    /// When the link will be cut, if time cuts it and nothing else has.
    std::optional<std::int64_t> next_cut() const { return cut_ ? std::nullopt : cut_at_; }
    bool cut() const { return cut_; }

    /// Octets that have entered this way, lost ones too; of a cut line those that had left by then.
    std::uint64_t carried(Way way) const { return pipe(way).carried; }

private:
    struct Piece {
        std::int64_t leaves = 0;  // the last octet is on the line
        Arrival arrival;
    };
    struct Pipe {
        std::deque<Piece> under_way;
        std::int64_t line_free = 0;
        std::uint64_t carried = 0;
        bool closed = false;
    };
    Pipe& pipe(Way way) { return pipes_[static_cast<std::size_t>(way)]; }
    const Pipe& pipe(Way way) const { return pipes_[static_cast<std::size_t>(way)]; }
    std::uint64_t speed(Way way) const;
    std::size_t piece_size(Way way);
    void send_piece(Way way, Bytes piece, std::int64_t now_ms);
    void show_portal(std::int64_t now_ms);
    void cut_now(std::int64_t now_ms);
    void put_end(Way way, std::int64_t now_ms);
    std::int64_t arrival_time(Way way, std::int64_t leaves);

    LinkModel model_;
    SeededRandom& random_;
    std::array<Pipe, 2> pipes_;
    std::optional<std::int64_t> cut_at_;
    bool cut_ = false;
};

}  // namespace cotmoc::test_support
