#include "store/snapshot_columns.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace cotmoc::core {
namespace {

constexpr unsigned octet_bits = 8;
constexpr unsigned planes_max = 8;

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
    constexpr std::uint64_t index_bound = std::uint64_t{1} << 32;
    constexpr auto wall_max = static_cast<std::int64_t>(hlc_wall_max);
    constexpr std::int64_t counter_max = std::numeric_limits<std::uint16_t>::max();
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

}  // namespace cotmoc::core
