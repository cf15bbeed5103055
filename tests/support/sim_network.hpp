// A network of one thread and a virtual clock: sessions in pairs over links with latency, bandwidth, cuts,
// lost tails and half-open ends (link_model.hpp). The same seed gives the same run. Link cotmoc::sync.
#pragma once

#include <cotmoc/sync/session.hpp>

#include "support/link_model.hpp"

#include <array>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace cotmoc::test_support {

class SimNetwork {
public:
    explicit SimNetwork(std::uint64_t seed) : random_(seed) {}

    std::int64_t now_ms() const { return now_; }
    SeededRandom& random() { return random_; }

    using Tap = Link::Tap;
    /// Starts both sessions. Returns the connection's number.
    std::size_t connect(std::unique_ptr<sync::Session> caller, std::unique_ptr<sync::Session> responder,
                        const LinkModel& link = {}, Tap tap = {});
    /// Octets that come from nobody's session, after what is under way.
    void inject(std::size_t connection, Way way, BytesView bytes);

    /// The next event of all connections, chosen by lot among those of the same time. False: nothing is left.
    bool step();
    /// Until nothing is left to happen, or the time has come.
    void run(std::int64_t until_ms = std::numeric_limits<std::int64_t>::max());

    sync::Session& caller(std::size_t connection) { return *connections_[connection]->ends[0]; }
    sync::Session& responder(std::size_t connection) { return *connections_[connection]->ends[1]; }
    /// Both sides are over.
    bool over(std::size_t connection) const;
    /// Octets that went over the line this way, those included that a cut lost.
    std::uint64_t octets_sent(std::size_t connection, Way way) const {
        return connections_[connection]->link.carried(way);
    }

private:
    struct Connection {
        Connection(const LinkModel& model, SeededRandom& random, std::int64_t now_ms)
            : link(model, random, now_ms) {}
        Link link;
        std::array<std::unique_ptr<sync::Session>, 2> ends;  // by the way that leads away from each
    };
    enum class What : std::uint8_t { arrival, wakeup, pull, cut };
    struct Event {
        std::int64_t time = 0;
        Connection* connection = nullptr;
        Way way{};  // the one that leads away from the end concerned
        What what{};
    };

    void add_events(Connection& connection, std::vector<Event>& events) const;
    void happen(const Event& event);
    void arrive(Connection& connection, Way way);
    void pull(Connection& connection, Way way);

    SeededRandom random_;
    std::int64_t now_ = 1'000;
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace cotmoc::test_support
