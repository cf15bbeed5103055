#include "store/snapshot_visits.hpp"

#include <algorithm>
#include <ranges>

namespace cotmoc::core {
namespace {

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::bad_encoding, what); }

/// What the ops that the state still holds tell of visits.
std::vector<Visit> implied_visits(const RecordState& state) {
    std::vector<Visit> visits;
    for (const Creation& creation : state.creations) {
        visits.push_back(
            {creation.dot.device, creation.dot.seq,
             creation.dot.index + static_cast<std::uint32_t>(creation.layout->layout.entries.size())});
    }
    for_each_op(state, [&](const Dot& dot, const Hlc* at) {
        if (at != nullptr) {
            visits.push_back({dot.device, dot.seq, dot.index});
        }
    });
    for (const Deletion& deletion : state.deletions) {
        visits.push_back({deletion.dot.device, deletion.dot.seq, std::nullopt});
    }
    return last_visits(visits);
}

/// Which op of its change set a visit was does not matter: every op to come is of a later change set.
bool is_same(const Visit& x, const Visit& y) {
    return x.device == y.device && x.seq == y.seq &&
           x.last_value_index.has_value() == y.last_value_index.has_value();
}

bool are_same(std::span<const Visit> a, std::span<const Visit> b) {
    return std::ranges::equal(a, b, is_same);
}

std::vector<Visit> together(std::span<const Visit> a, std::span<const Visit> b) {
    std::vector<Visit> all(a.begin(), a.end());
    all.insert(all.end(), b.begin(), b.end());
    return last_visits(all);
}

struct TouchList {
    std::vector<Visit> visits;
    bool complete = false;  // what the ops tell does not count
};

TouchList touches_of(const RecordState& state) {
    const std::vector<Visit> visits = last_visits(state.visits);
    const std::vector<Visit> implied = implied_visits(state);
    TouchList list;
    std::ranges::copy_if(visits, std::back_inserter(list.visits), [&](const Visit& visit) {
        const auto place =
            std::ranges::lower_bound(implied, std::pair(visit.device, visit.seq), {},
                                     [](const Visit& x) { return std::pair(x.device, x.seq); });
        return place == implied.end() || !is_same(visit, *place);
    });
    if (!are_same(together(implied, list.visits), visits)) {
        list = {visits, true};
    }
    return list;
}

}  // namespace

std::vector<Visit> last_visits(std::span<const Visit> visits) {
    std::vector<Visit> sorted(visits.begin(), visits.end());
    std::ranges::sort(sorted, [](const Visit& a, const Visit& b) {
        return std::tuple(a.device, a.seq, a.last_value_index) <
               std::tuple(b.device, b.seq, b.last_value_index);
    });
    // From the back. Kept is each device's last one, and its last one with a value; of one change set only
    // the last, which has the highest index.
    std::vector<Visit> last;
    const Visit* next = nullptr;
    bool later_value = false;  // of the same device
    for (const Visit& visit : std::views::reverse(sorted)) {
        const bool later = next != nullptr && next->device == visit.device;
        later_value = later && later_value;
        const bool of_set = !later || next->seq != visit.seq;
        if (of_set && (!later || (visit.last_value_index && !later_value))) {
            last.push_back(visit);
        }
        later_value = later_value || visit.last_value_index.has_value();
        next = &visit;
    }
    std::ranges::reverse(last);
    return last;
}

void write_snapshot_visits(ColumnWriter& to, std::span<const SnapshotRecord> records,
                           const CoveredSets& sets) {
    Integers counts;  // twice how many, and 1 if they stand alone
    std::vector<std::uint64_t> numbers;
    Integers valued;
    for (const SnapshotRecord& record : records) {
        const TouchList list = touches_of(record.state);
        counts.push_back(static_cast<std::int64_t>(2 * list.visits.size() + (list.complete ? 1 : 0)));
        for (const Visit& visit : list.visits) {
            numbers.push_back(sets.number(visit.device, visit.seq).value_or(sets.size()));
            valued.push_back(visit.last_value_index ? 1 : 0);
        }
    }
    write_integers(to.out, counts);
    to.end_part("visits, how many");
    write_wide(to, numbers, "visits, change sets");
    write_integers(to.out, valued);
    to.end_part("visits, with a value");
}

Result<void> read_snapshot_visits(Source& source, std::span<SnapshotRecord> records,
                                  const CoveredSets& sets) {
    constexpr std::int64_t count_max = std::int64_t{1} << 24;
    COTMOC_ASSIGN(const Integers counts, read_integers(source.in, records.size(), 0, count_max));
    std::uint64_t total = 0;
    for (const std::int64_t count : counts) {
        total += static_cast<std::uint64_t>(count) / 2;
    }
    COTMOC_TRY(source.take_cells(total, visit_cells));
    COTMOC_ASSIGN(const std::vector<std::uint64_t> numbers,
                  read_wide(source, static_cast<std::size_t>(total), sets.size()));
    COTMOC_ASSIGN(const Integers valued, read_integers(source.in, static_cast<std::size_t>(total), 0, 1));
    std::size_t next = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        std::vector<Visit> visits;
        for (std::int64_t left = counts[i] / 2; left > 0; --left, ++next) {
            const Dot dot = sets.first_dot(numbers[next]);
            visits.push_back(
                {dot.device, dot.seq, valued[next] == 1 ? std::optional(std::uint32_t{0}) : std::nullopt});
        }
        RecordState& state = records[i].state;
        state.visits = counts[i] % 2 == 1 ? std::move(visits) : together(implied_visits(state), visits);
        if (state.visits.empty()) {
            return malformed("record that nothing touched");
        }
    }
    return {};
}

}  // namespace cotmoc::core
