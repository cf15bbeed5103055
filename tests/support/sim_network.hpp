// A network of one thread and a virtual clock: sessions in pairs over links with latency, bandwidth, cuts,
// lost tails and half-open ends. The same seed gives the same run. Link cotmoc::sync.
#pragma once

#include <cotmoc/sync/session.hpp>

#include "support/seeded_random.hpp"

#include <array>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace cotmoc::test_support {

/// What a link does. Chances are per thousand; an unset option does not happen.
struct LinkModel {
    std::int64_t latency_ms = 20;
    std::int64_t jitter_ms = 0;           // added evenly from 0; octets of one direction never overtake
    std::uint64_t octets_per_second = 0;  // 0: no limit
    std::size_t piece_max = 0;            // the stream arrives in random pieces up to this; 0: as it was sent
    std::optional<std::uint64_t> cut_after_up;  // the link is cut when the caller has sent so many octets
    std::optional<std::uint64_t> cut_after_down;
    std::uint64_t cut_per_mille = 0;        // of each piece sent: the link is cut after it
    bool lose_tail = false;                 // what is under way at a cut is lost, else it still arrives
    std::uint64_t half_open_per_mille = 0;  // of cuts: one side is never told
};

enum class Way : std::uint8_t { up = 0, down = 1 };  // from the caller, from the answering side

class SimNetwork {
public:
    explicit SimNetwork(std::uint64_t seed) : random_(seed) {}

    std::int64_t now_ms() const { return now_; }
    SeededRandom& random() { return random_; }

    /// Sees, and may change, every piece as it is sent; `offset` counts the octets of that way before it.
    using Tap = std::function<void(Way way, std::uint64_t offset, std::span<std::uint8_t> piece)>;
    /// Starts both sessions. Returns the connection's number.
    std::size_t connect(std::unique_ptr<sync::Session> caller, std::unique_ptr<sync::Session> responder,
                        const LinkModel& link = {}, Tap tap = {});
    /// Octets that come from nobody's session, after what is under way.
    void inject(std::size_t connection, Way way, BytesView bytes);

    /// The next event of all connections, chosen by lot among those of the same time. False: nothing is left.
    bool step();
    /// Until nothing is left to happen, or the time has come.
    void run(std::int64_t until_ms = std::numeric_limits<std::int64_t>::max());

    sync::Session& caller(std::size_t connection) { return *connections_[connection]->ends[0].session; }
    sync::Session& responder(std::size_t connection) { return *connections_[connection]->ends[1].session; }
    /// Both sides are over.
    bool over(std::size_t connection) const;
    std::uint64_t octets_sent(std::size_t connection, Way way) const {
        return connections_[connection]->ends[static_cast<std::size_t>(way)].sent;
    }

private:
    struct Piece {
        std::int64_t arrives = 0;
        Bytes bytes;
        bool end = false;  // the pipe ends here
    };
    /// One side: its session and the pipe that leads away from it.
    struct End {
        std::unique_ptr<sync::Session> session;
        std::deque<Piece> under_way;
        std::int64_t line_free = 0;
        std::uint64_t sent = 0;
        bool closed = false;  // nothing more enters this pipe
    };
    struct Connection {
        LinkModel link;
        std::array<End, 2> ends;
        Tap tap;
        bool cut = false;
    };
    enum class What : std::uint8_t { arrival, wakeup, pull };
    struct Event {
        std::int64_t time = 0;
        Connection* connection = nullptr;
        std::size_t side = 0;
        What what{};
    };

    void add_events(Connection& connection, std::vector<Event>& events) const;
    void happen(const Event& event);
    void arrive(Connection& connection, std::size_t side);
    void pull(Connection& connection, std::size_t side);
    void send(Connection& connection, std::size_t side, Bytes bytes);
    void send_piece(Connection& connection, std::size_t side, Bytes piece);
    void cut(Connection& connection);
    void send_end(Connection& connection, std::size_t side);
    std::int64_t arrival(const Connection& connection, End& end, std::size_t size);

    SeededRandom random_;
    std::int64_t now_ = 1'000;
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace cotmoc::test_support
