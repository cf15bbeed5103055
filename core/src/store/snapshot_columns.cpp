#include "store/snapshot_columns.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <numeric>

namespace cotmoc::core {
namespace {

constexpr unsigned octet_bits = 8;
constexpr unsigned planes_max = 8;
constexpr std::int64_t wall_max = static_cast<std::int64_t>(hlc_wall_max);
constexpr std::int64_t counter_max = std::numeric_limits<std::uint16_t>::max();
constexpr std::int64_t index_max = std::numeric_limits<std::uint32_t>::max();

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::bad_encoding, what); }

void write_numbers(ColumnWriter& to, const std::vector<std::uint64_t>& numbers, OpColumns::Order order,
                   const std::string& part) {
    if (order == OpColumns::Order::any) {
        write_wide(to, numbers, part);
        return;
    }
    Integers column(numbers.size());
    std::ranges::transform(numbers, column.begin(),
                           [](std::uint64_t number) { return static_cast<std::int64_t>(number); });
    write_integers(to.out, column);
    to.end_part(part);
}

Result<std::vector<std::uint64_t>> read_numbers(Source& source, std::size_t count, OpColumns::Order order,
                                                std::uint64_t bound) {
    if (order == OpColumns::Order::any) {
        return read_wide(source, count, bound);
    }
    COTMOC_ASSIGN(const Integers column,
                  read_integers(source.in, count, 0, static_cast<std::int64_t>(bound) - 1));
    return std::vector<std::uint64_t>(column.begin(), column.end());
}

/// What a counter is told by: ops of one transaction have one stamp, others have walls of their own.
std::int64_t expected_counter(const Hlc& base, std::uint64_t wall) {
    return wall == base.wall_ms ? base.counter : 0;
}

/// Of each op of a record how far before it the last op of the same change set stands; 0: none does.
std::vector<std::size_t> distances_to_same(std::span<const StampedDot> ops) {
    std::vector<std::size_t> distances(ops.size());
    std::map<std::pair<DeviceIndex, std::uint64_t>, std::size_t> last;
    for (std::size_t at = 0; at < ops.size(); ++at) {
        const auto [place, is_new] = last.try_emplace({ops[at].dot.device, ops[at].dot.seq}, at);
        distances[at] = is_new ? 0 : at - place->second;
        place->second = at;
    }
    return distances;
}

/// What an op differs in from another one of its change set.
struct Differences {
    Integers indexes;
    Integers walls;
    Integers counters;

    void add(const StampedDot& op, const StampedDot& from) {
        indexes.push_back(std::int64_t{op.dot.index} - from.dot.index);
        walls.push_back(static_cast<std::int64_t>(op.at.wall_ms) -
                        static_cast<std::int64_t>(from.at.wall_ms));
        counters.push_back(std::int64_t{op.at.counter} - from.at.counter);
    }
    Result<void> read(Source& source, std::size_t count) {
        COTMOC_ASSIGN(indexes, read_integers(source.in, count, -index_max, index_max));
        COTMOC_ASSIGN(walls, read_integers(source.in, count, -wall_max, wall_max));
        COTMOC_ASSIGN(counters, read_integers(source.in, count, -counter_max, counter_max));
        return {};
    }
    Result<StampedDot> apply(std::size_t at, const StampedDot& from) const {
        const std::int64_t index = from.dot.index + indexes[at];
        const std::int64_t wall = static_cast<std::int64_t>(from.at.wall_ms) + walls[at];
        const std::int64_t counter = from.at.counter + counters[at];
        if (index < 0 || index > index_max || wall < 0 || wall > wall_max || counter < 0 ||
            counter > counter_max) {
            return malformed("op beside another one");
        }
        return StampedDot{{from.dot.device, from.dot.seq, static_cast<std::uint32_t>(index)},
                          {static_cast<std::uint64_t>(wall), static_cast<std::uint16_t>(counter)}};
    }
};

}  // namespace

void write_wide(ColumnWriter& to, std::span<const std::uint64_t> values, const std::string& part) {
    if (values.empty()) {
        return;
    }
    const auto bits = static_cast<unsigned>(std::bit_width(std::ranges::max(values)));
    const unsigned planes = (bits + octet_bits - 1) / octet_bits;
    to.out.u8(static_cast<std::uint8_t>(planes));
    Bytes plane(values.size());
    for (unsigned i = 0; i < planes; ++i) {
        std::ranges::transform(values, plane.begin(), [&](std::uint64_t value) {
            return static_cast<std::uint8_t>(value >> (octet_bits * i));
        });
        to.out.raw(plane);
        to.end_part(part);
    }
}

Result<std::vector<std::uint64_t>> read_wide(Source& source, std::size_t count, std::uint64_t bound) {
    std::vector<std::uint64_t> values;
    if (count == 0) {
        return values;
    }
    const unsigned planes = source.in.u8();
    // Asked before memory is taken; without planes all are 0, and the caller has taken cells for them.
    if (!source.in.ok() || planes > planes_max || (planes != 0 && count > source.in.remaining() / planes)) {
        return malformed("planes of numbers");
    }
    values.resize(count);
    for (unsigned i = 0; i < planes; ++i) {
        const BytesView plane = source.in.raw(count);
        for (std::size_t at = 0; at < count; ++at) {
            values[at] |= static_cast<std::uint64_t>(plane[at]) << (octet_bits * i);
        }
    }
    const std::uint64_t greatest = std::ranges::max(values);
    const auto bits = static_cast<unsigned>(std::bit_width(greatest));
    if (greatest >= bound || (bits + octet_bits - 1) / octet_bits != planes) {
        return malformed("number out of range");
    }
    return values;
}

void OpColumns::write(ColumnWriter& to, std::span<const StampedDot> ops, Order order, const CoveredSets& sets,
                      const std::string& part) {
    std::vector<std::uint64_t> numbers;
    std::vector<std::uint64_t> indexes;
    Integers walls;
    Integers counters;
    for (const StampedDot& op : ops) {
        // One that is not covered gets a number that no reader accepts.
        const std::uint64_t number = sets.number(op.dot.device, op.dot.seq).value_or(sets.size());
        const Hlc base = number < sets.bases.size() ? sets.bases[static_cast<std::size_t>(number)] : Hlc{};
        numbers.push_back(number);
        indexes.push_back(op.dot.index);
        walls.push_back(static_cast<std::int64_t>(op.at.wall_ms) - static_cast<std::int64_t>(base.wall_ms));
        counters.push_back(op.at.counter - expected_counter(base, op.at.wall_ms));
    }
    write_numbers(to, numbers, order, part + " change sets");
    write_numbers(to, indexes, order, part + " indexes");
    write_integers(to.out, walls);
    write_integers(to.out, counters);
    to.end_part(part + " stamps");
}

Result<std::vector<StampedDot>> OpColumns::read(Source& source, std::size_t count, Order order,
                                                const CoveredSets& sets) {
    constexpr std::uint64_t index_bound = std::uint64_t{index_max} + 1;
    COTMOC_ASSIGN(const auto numbers, read_numbers(source, count, order, sets.bases.size()));
    COTMOC_ASSIGN(const auto indexes, read_numbers(source, count, order, index_bound));
    COTMOC_ASSIGN(const Integers walls, read_integers(source.in, count, -wall_max, wall_max));
    COTMOC_ASSIGN(const Integers counters, read_integers(source.in, count, -counter_max, counter_max));
    std::vector<StampedDot> ops(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Hlc& base = sets.bases[static_cast<std::size_t>(numbers[i])];
        const std::int64_t wall = static_cast<std::int64_t>(base.wall_ms) + walls[i];
        const std::int64_t counter = counters[i] + expected_counter(base, static_cast<std::uint64_t>(wall));
        if (wall < 0 || wall > wall_max || counter < 0 || counter > counter_max) {
            return malformed("stamp");
        }
        ops[i].dot = sets.first_dot(numbers[i]);
        ops[i].dot.index = static_cast<std::uint32_t>(indexes[i]);
        ops[i].at = {static_cast<std::uint64_t>(wall), static_cast<std::uint16_t>(counter)};
    }
    return ops;
}

void FieldOps::write(ColumnWriter& to, std::span<const std::vector<StampedDot>> records,
                     const CoveredSets& sets) {
    Integers distances;
    std::vector<StampedDot> alone;
    Differences beside;
    for (const std::vector<StampedDot>& ops : records) {
        const std::vector<std::size_t> all = distances_to_same(ops);
        for (std::size_t i = 0; i < ops.size(); ++i) {
            const std::size_t distance = all[i];
            distances.push_back(static_cast<std::int64_t>(distance));
            if (distance == 0) {
                alone.push_back(ops[i]);
            } else {
                beside.add(ops[i], ops[i - distance]);
            }
        }
    }
    write_integers(to.out, distances);
    to.end_part("fields, set together");
    OpColumns::write(to, alone, OpColumns::Order::any, sets, "fields");
    for (const Integers* column : {&beside.indexes, &beside.walls, &beside.counters}) {
        write_integers(to.out, *column);
    }
    to.end_part("fields, set together");
}

Result<std::vector<std::vector<StampedDot>>> FieldOps::read(Source& source,
                                                            std::span<const std::size_t> counts,
                                                            const CoveredSets& sets) {
    const std::size_t total = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    COTMOC_ASSIGN(const Integers distances, read_integers(source.in, total, 0, index_max));
    const auto alone_count = static_cast<std::size_t>(std::ranges::count(distances, 0));
    COTMOC_ASSIGN(const std::vector<StampedDot> alone,
                  OpColumns::read(source, alone_count, OpColumns::Order::any, sets));
    Differences beside;
    COTMOC_TRY(beside.read(source, total - alone_count));
    std::vector<std::vector<StampedDot>> records(counts.size());
    std::size_t next = 0;
    std::size_t next_alone = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        std::vector<StampedDot>& ops = records[i];
        for (std::size_t at = 0; at < counts[i]; ++at, ++next) {
            const auto distance = static_cast<std::size_t>(distances[next]);
            if (distance > at) {
                return malformed("op before the first one");
            }
            if (distance == 0) {
                ops.push_back(alone[next_alone++]);
                continue;
            }
            COTMOC_ASSIGN(const StampedDot op, beside.apply(next - next_alone, ops[at - distance]));
            ops.push_back(op);
        }
    }
    return records;
}

}  // namespace cotmoc::core
