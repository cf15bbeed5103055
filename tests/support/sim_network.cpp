#include "support/sim_network.hpp"

#include <algorithm>

namespace cotmoc::test_support {

namespace {

constexpr std::size_t number(Way way) { return static_cast<std::size_t>(way); }
constexpr Way opposite(Way way) { return way == Way::up ? Way::down : Way::up; }

}  // namespace

std::size_t SimNetwork::connect(std::unique_ptr<sync::Session> caller,
                                std::unique_ptr<sync::Session> responder, const LinkModel& link, Tap tap) {
    auto connection = std::make_unique<Connection>(link, random_, now_);
    connection->link.tap = std::move(tap);
    connection->ends = {std::move(caller), std::move(responder)};
    connections_.push_back(std::move(connection));
    Connection& made = *connections_.back();
    for (const Way way : {Way::down, Way::up}) {
        made.ends[number(way)]->start(now_);
        pull(made, way);
    }
    return connections_.size() - 1;
}

void SimNetwork::inject(std::size_t connection, Way way, BytesView bytes) {
    connections_[connection]->link.send(way, bytes, now_);
}

bool SimNetwork::over(std::size_t connection) const {
    return std::ranges::all_of(connections_[connection]->ends,
                               [](const auto& session) { return session->finished(); });
}

bool SimNetwork::step() {
    std::vector<Event> events;
    for (const auto& connection : connections_) {
        add_events(*connection, events);
    }
    if (events.empty()) {
        return false;
    }
    const std::int64_t first = std::ranges::min(events, {}, &Event::time).time;
    std::erase_if(events, [&](const Event& event) { return event.time > first; });
    now_ = std::max(now_, first);
    happen(events[static_cast<std::size_t>(random_.below(events.size()))]);
    return true;
}

void SimNetwork::run(std::int64_t until_ms) {
    while (now_ < until_ms && step()) {
    }
}

void SimNetwork::add_events(Connection& connection, std::vector<Event>& events) const {
    bool over = true;
    for (const Way way : {Way::up, Way::down}) {
        const sync::Session& session = *connection.ends[number(way)];
        over = over && session.finished();
        if (const auto arrives = connection.link.next_arrival(opposite(way))) {
            events.push_back({*arrives, &connection, way, What::arrival});
        }
        if (const auto wakeup = session.next_wakeup()) {
            events.push_back({std::max(now_, *wakeup), &connection, way, What::wakeup});
        }
        // A pull with nothing to take would never let the clock move, so that it waits for what comes first.
        const std::int64_t line_free = connection.link.line_free(way);
        if (connection.link.open(way) && (line_free > now_ || session.finished())) {
            events.push_back({std::max(now_, line_free), &connection, way, What::pull});
        }
    }
    if (const auto cut = connection.link.next_cut(); cut && !over) {
        events.push_back({std::max(now_, *cut), &connection, Way::up, What::cut});
    }
}

void SimNetwork::happen(const Event& event) {
    sync::Session& session = *event.connection->ends[number(event.way)];
    switch (event.what) {
        case What::arrival:
            arrive(*event.connection, event.way);
            break;
        case What::wakeup:
            session.on_tick(now_);
            break;
        case What::pull:
            break;
        case What::cut:
            event.connection->link.advance(now_);
            break;
    }
    pull(*event.connection, event.way);
}

void SimNetwork::arrive(Connection& connection, Way way) {
    const Link::Arrival arrival = connection.link.take(opposite(way));
    sync::Session& session = *connection.ends[number(way)];
    if (arrival.end) {
        session.on_closed(now_);
        connection.link.close(way, now_);
    } else {
        session.on_bytes(arrival.octets, now_);
    }
}

/// Takes output while the line is free; a slow line leaves it in the session's buffer.
void SimNetwork::pull(Connection& connection, Way way) {
    sync::Session& session = *connection.ends[number(way)];
    Link& link = connection.link;
    while (link.open(way) && link.line_free(way) <= now_) {
        const Bytes output = session.take_output();
        if (output.empty()) {
            if (session.finished()) {
                link.close(way, now_);
            }
            return;
        }
        link.send(way, output, now_);
        session.on_writable(now_);
    }
    if (!link.open(way)) {
        session.take_output();
    }
}

}  // namespace cotmoc::test_support
