#include "support/sim_network.hpp"

#include <algorithm>

namespace cotmoc::test_support {

std::size_t SimNetwork::connect(std::unique_ptr<sync::Session> caller,
                                std::unique_ptr<sync::Session> responder, const LinkModel& link, Tap tap) {
    auto connection = std::make_unique<Connection>();
    connection->link = link;
    connection->tap = std::move(tap);
    connection->ends[0].session = std::move(caller);
    connection->ends[1].session = std::move(responder);
    connections_.push_back(std::move(connection));
    Connection& made = *connections_.back();
    for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
        made.ends[side].line_free = now_;
        made.ends[side].session->start(now_);
        pull(made, side);
    }
    return connections_.size() - 1;
}

void SimNetwork::inject(std::size_t connection, Way way, BytesView bytes) {
    send(*connections_[connection], static_cast<std::size_t>(way), Bytes(bytes.begin(), bytes.end()));
}

bool SimNetwork::over(std::size_t connection) const {
    return std::ranges::all_of(connections_[connection]->ends,
                               [](const End& end) { return end.session->finished(); });
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
    for (std::size_t side = 0; side < 2; ++side) {
        const End& end = connection.ends[side];
        const End& other = connection.ends[1 - side];
        if (!other.under_way.empty()) {
            events.push_back({other.under_way.front().arrives, &connection, side, What::arrival});
        }
        if (const auto wakeup = end.session->next_wakeup()) {
            events.push_back({std::max(now_, *wakeup), &connection, side, What::wakeup});
        }
        if (!end.closed) {
            // A pull with nothing to take would never let the clock move, so that it waits for what comes
            // first.
            const bool has_more = end.line_free > now_ || end.session->finished();
            if (has_more) {
                events.push_back({std::max(now_, end.line_free), &connection, side, What::pull});
            }
        }
    }
}

void SimNetwork::happen(const Event& event) {
    End& end = event.connection->ends[event.side];
    switch (event.what) {
        case What::arrival:
            arrive(*event.connection, event.side);
            break;
        case What::wakeup:
            end.session->on_tick(now_);
            break;
        case What::pull:
            break;
    }
    pull(*event.connection, event.side);
}

void SimNetwork::arrive(Connection& connection, std::size_t side) {
    std::deque<Piece>& pipe = connection.ends[1 - side].under_way;
    const Piece piece = std::move(pipe.front());
    pipe.pop_front();
    sync::Session& session = *connection.ends[side].session;
    if (piece.end) {
        session.on_closed(now_);
        connection.ends[side].closed = true;
    } else {
        session.on_bytes(piece.bytes, now_);
    }
}

/// Takes output while the line is free; a slow line leaves it in the session's buffer.
void SimNetwork::pull(Connection& connection, std::size_t side) {
    End& end = connection.ends[side];
    while (!end.closed && end.line_free <= now_) {
        Bytes output = end.session->take_output();
        if (output.empty()) {
            if (end.session->finished()) {
                send_end(connection, side);
            }
            return;
        }
        send(connection, side, std::move(output));
        end.session->on_writable(now_);
    }
    if (end.closed) {
        end.session->take_output();
    }
}

void SimNetwork::send(Connection& connection, std::size_t side, Bytes bytes) {
    const std::size_t piece_max = connection.link.piece_max;
    std::size_t start = 0;
    while (start < bytes.size() && !connection.ends[side].closed) {
        const std::size_t left = bytes.size() - start;
        const std::size_t size =
            piece_max == 0 ? left : std::min(left, 1 + static_cast<std::size_t>(random_.below(piece_max)));
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(start);
        send_piece(connection, side, Bytes(from, from + static_cast<std::ptrdiff_t>(size)));
        start += size;
    }
}

void SimNetwork::send_piece(Connection& connection, std::size_t side, Bytes piece) {
    End& end = connection.ends[side];
    const auto& limit = side == 0 ? connection.link.cut_after_up : connection.link.cut_after_down;
    bool cut_now = connection.link.cut_per_mille > 0 && random_.below(1'000) < connection.link.cut_per_mille;
    if (limit && end.sent + piece.size() >= *limit) {
        piece.resize(static_cast<std::size_t>(*limit - end.sent));
        cut_now = true;
    }
    if (connection.tap) {
        connection.tap(static_cast<Way>(side), end.sent, piece);
    }
    end.sent += piece.size();
    if (!piece.empty()) {
        const std::int64_t arrives = arrival(connection, end, piece.size());
        end.under_way.push_back({arrives, std::move(piece), false});
    }
    if (cut_now) {
        cut(connection);
    }
}

void SimNetwork::cut(Connection& connection) {
    if (std::exchange(connection.cut, true)) {
        return;
    }
    const bool half_open = random_.below(1'000) < connection.link.half_open_per_mille;
    const std::size_t untold = half_open ? static_cast<std::size_t>(random_.below(2)) : 2;
    for (std::size_t side = 0; side < 2; ++side) {
        End& end = connection.ends[side];
        if (connection.link.lose_tail) {
            end.under_way.clear();
        }
        if (untold == 1 - side) {
            end.closed = true;
        } else {
            send_end(connection, side);
        }
    }
}

void SimNetwork::send_end(Connection& connection, std::size_t side) {
    End& end = connection.ends[side];
    if (!std::exchange(end.closed, true)) {
        const std::int64_t arrives = arrival(connection, end, 0);
        end.under_way.push_back({arrives, {}, true});
    }
}

std::int64_t SimNetwork::arrival(const Connection& connection, End& end, std::size_t size) {
    const LinkModel& link = connection.link;
    std::int64_t sent = std::max(now_, end.line_free);
    if (link.octets_per_second > 0) {
        sent +=
            static_cast<std::int64_t>((size * 1'000 + link.octets_per_second - 1) / link.octets_per_second);
        end.line_free = sent;
    }
    std::int64_t arrives = sent + link.latency_ms;
    if (link.jitter_ms > 0) {
        arrives += static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(link.jitter_ms) + 1));
    }
    return end.under_way.empty() ? arrives : std::max(arrives, end.under_way.back().arrives);
}

}  // namespace cotmoc::test_support
