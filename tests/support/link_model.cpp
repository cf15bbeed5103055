#include "support/link_model.hpp"

#include <algorithm>
#include <utility>

namespace cotmoc::test_support {

namespace {

constexpr std::size_t packet_size = 1'400;
constexpr std::string_view portal_page =
    "HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

constexpr Way other(Way way) { return way == Way::up ? Way::down : Way::up; }

}  // namespace

std::optional<LinkModel> link_profile(std::string_view name) {
    LinkModel model;
    model.lose_tail = true;
    if (name == "2g-hill") {
        model.latency_ms = 800;
        model.octets_per_second = 2'500;
        model.cut_from_ms = 20'000;
        model.cut_until_ms = 60'000;
        return model;
    }
    if (name == "3g-drop") {
        model.latency_ms = 200;
        model.octets_per_second = 37'500;
        model.cut_from_ms = model.cut_until_ms = 30'000;
        return model;
    }
    if (name == "satellite") {
        model.latency_ms = 700;
        model.octets_per_second = 125'000;
        return model;
    }
    if (name == "lan") {
        model.latency_ms = 1;
        model.octets_per_second = 12'500'000;
        return model;
    }
    return std::nullopt;
}

Link::Link(const LinkModel& model, SeededRandom& random, std::int64_t now_ms)
    : model_(model), random_(random) {
    pipes_[0].line_free = pipes_[1].line_free = now_ms;
    if (model.cut_until_ms > 0) {
        const auto spread = static_cast<std::uint64_t>(model.cut_until_ms - model.cut_from_ms);
        cut_at_ = now_ms + model.cut_from_ms + static_cast<std::int64_t>(random_.below(spread + 1));
    }
}

std::uint64_t Link::speed(Way way) const {
    return way == Way::down ? model_.octets_per_second_down.value_or(model_.octets_per_second)
                            : model_.octets_per_second;
}

/// 0: as it was sent.
std::size_t Link::piece_size(Way way) {
    if (model_.piece_max != 0) {
        return 1 + static_cast<std::size_t>(random_.below(model_.piece_max));
    }
    return speed(way) == 0 ? 0 : packet_size;
}

void Link::send(Way way, BytesView octets, std::int64_t now_ms) {
    advance(now_ms);
    if (model_.portal) {
        if (way == Way::up && open(Way::down) && !octets.empty()) {
            pipe(Way::up).carried += octets.size();
            show_portal(now_ms);
        }
        return;
    }
    while (!octets.empty() && open(way)) {
        const std::size_t most = piece_size(way);
        const std::size_t size = most == 0 ? octets.size() : std::min(octets.size(), most);
        send_piece(way, Bytes(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size)), now_ms);
        octets = octets.subspan(size);
    }
}

void Link::show_portal(std::int64_t now_ms) {
    const std::int64_t arrives = now_ms + 2 * model_.latency_ms;
    pipe(Way::down).under_way.push_back(
        {now_ms, {arrives, Bytes(portal_page.begin(), portal_page.end()), false}});
    pipe(Way::down).carried += portal_page.size();
    put_end(Way::down, now_ms);
}

void Link::send_piece(Way way, Bytes piece, std::int64_t now_ms) {
    Pipe& line = pipe(way);
    bool cut_after = model_.cut_per_mille > 0 && random_.below(1'000) < model_.cut_per_mille;
    const auto& limit = way == Way::up ? model_.cut_after_up : model_.cut_after_down;
    if (limit && line.carried + piece.size() >= *limit) {
        piece.resize(static_cast<std::size_t>(*limit - line.carried));
        cut_after = true;
    }
    if (!piece.empty() && model_.corrupt_per_mille > 0 && random_.below(1'000) < model_.corrupt_per_mille) {
        piece[random_.below(piece.size())] ^= static_cast<std::uint8_t>(1 << random_.below(8));
    }
    if (tap) {
        tap(way, line.carried, piece);
    }
    std::int64_t leaves = std::max(now_ms, line.line_free);
    if (speed(way) > 0) {
        leaves += static_cast<std::int64_t>((piece.size() * 1'000 + speed(way) - 1) / speed(way));
        line.line_free = leaves;
    }
    const auto& hole = way == Way::up ? model_.blackhole_after_up : model_.blackhole_after_down;
    const bool swallowed = hole && line.carried + piece.size() > *hole;
    line.carried += piece.size();
    if (!piece.empty() && !swallowed) {
        const std::int64_t arrives = arrival_time(way, leaves);
        line.under_way.push_back({leaves, {arrives, std::move(piece), false}});
    }
    if (cut_after) {
        cut_now(now_ms);
    }
}

void Link::close(Way way, std::int64_t now_ms) {
    advance(now_ms);
    put_end(way, now_ms);
}

void Link::put_end(Way way, std::int64_t now_ms) {
    Pipe& line = pipe(way);
    if (!std::exchange(line.closed, true)) {
        const auto& hole = way == Way::up ? model_.blackhole_after_up : model_.blackhole_after_down;
        if (hole && line.carried > *hole) {
            return;
        }
        const std::int64_t leaves = std::max(now_ms, line.line_free);
        line.under_way.push_back({leaves, {arrival_time(way, leaves), {}, true}});
    }
}

void Link::advance(std::int64_t now_ms) {
    if (cut_at_ && now_ms >= *cut_at_) {
        cut_now(*cut_at_);
    }
}

void Link::cut_now(std::int64_t now_ms) {
    if (std::exchange(cut_, true)) {
        return;
    }
    const bool half_open = random_.below(1'000) < model_.half_open_per_mille;
    const std::uint64_t untold = half_open ? random_.below(2) : 2;
    for (const Way way : {Way::up, Way::down}) {
        Pipe& line = pipe(way);
        if (model_.lose_tail) {
            for (const Piece& piece : line.under_way) {
                // What had not left its sender's side was never on the line.
                line.carried -= piece.leaves > now_ms ? piece.arrival.octets.size() : 0;
            }
            std::erase_if(line.under_way, [&](const Piece& piece) { return piece.arrival.at > now_ms; });
            line.line_free = std::min(line.line_free, now_ms);
        }
        if (untold == static_cast<std::uint64_t>(other(way))) {
            line.closed = true;
        } else {
            put_end(way, now_ms);
        }
    }
}

std::int64_t Link::arrival_time(Way way, std::int64_t leaves) {
    std::int64_t arrives = leaves + model_.latency_ms;
    if (model_.jitter_ms > 0) {
        arrives += static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(model_.jitter_ms) + 1));
    }
    const auto& before = pipe(way).under_way;
    return before.empty() ? arrives : std::max(arrives, before.back().arrival.at);
}

std::optional<std::int64_t> Link::next_arrival(Way way) const {
    const auto& under_way = pipe(way).under_way;
    return under_way.empty() ? std::nullopt : std::optional(under_way.front().arrival.at);
}

Link::Arrival Link::take(Way way) {
    Arrival arrival = std::move(pipe(way).under_way.front().arrival);
    pipe(way).under_way.pop_front();
    return arrival;
}

}  // namespace cotmoc::test_support
