// The columns that only snapshots have: numbers in planes of octets, ops by the numbers of their change sets.
#include "store/snapshot_columns.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

ErrorCode wide_code(const Bytes& octets, std::size_t count, std::uint64_t bound) {
    Source source(octets);
    const auto values = read_wide(source, count, bound);
    return values ? ErrorCode::internal : values.error().code;
}

/// Two feeds of 3 and 2 change sets; the base of number n is wall 1000 n and counter 5.
CoveredSets covered() {
    CoveredSets sets;
    sets.add_feed(DeviceIndex{2}, 3);
    sets.add_feed(DeviceIndex{7}, 2);
    for (std::uint64_t n = 0; n < sets.size(); ++n) {
        sets.bases.push_back({1000 * n, 5});
    }
    return sets;
}

}  // namespace

TEST_CASE("change sets of a snapshot are numbered feed by feed") {
    const CoveredSets sets = covered();
    CHECK(sets.size() == 5);
    CHECK(sets.number(DeviceIndex{2}, 1) == 0);
    CHECK(sets.number(DeviceIndex{2}, 3) == 2);
    CHECK(sets.number(DeviceIndex{7}, 1) == 3);
    CHECK_FALSE(sets.number(DeviceIndex{2}, 4));
    CHECK_FALSE(sets.number(DeviceIndex{7}, 0));
    CHECK_FALSE(sets.number(DeviceIndex{3}, 1));
    for (std::uint64_t n = 0; n < sets.size(); ++n) {
        const Dot dot = sets.first_dot(n);
        CHECK(sets.number(dot.device, dot.seq) == n);
        CHECK(dot.index == 0);
    }
}

TEST_CASE("the base of a change set is the stamp of its lowest op; one without goes with the one before") {
    CoveredSets sets = covered();
    StampBases bases(sets);
    CHECK(bases.note({DeviceIndex{2}, 1, 8}, {5000, 8}));
    CHECK(bases.note({DeviceIndex{2}, 1, 4}, {4000, 9}));
    CHECK(bases.note({DeviceIndex{2}, 1, 6}, {3000, 0}));
    CHECK(bases.note({DeviceIndex{7}, 2, 3}, {9000, 1}));
    CHECK_FALSE(bases.note({DeviceIndex{7}, 3, 0}, {9000, 1}));
    bases.finish();
    CHECK(sets.bases == std::vector<Hlc>{{4000, 9}, {4000, 0}, {4000, 0}, {4000, 0}, {9000, 1}});
}

TEST_CASE("wide columns come back as they were, in the least number of planes") {
    const std::vector<std::vector<std::uint64_t>> cases{{},    {0, 0, 0},      {255, 1},
                                                        {256}, {0, 70'000, 3}, {UINT64_MAX - 1, 7}};
    for (const auto& values : cases) {
        ColumnWriter to;
        write_wide(to, values, "test");
        Source source(to.out.bytes());
        const auto again = read_wide(source, values.size(), UINT64_MAX);
        REQUIRE(again);
        CHECK(*again == values);
        CHECK(source.in.finished());
        CHECK((to.parts.ends.empty() || to.parts.ends.back() == to.out.size()));
    }
    CHECK(wide_code({1, 4}, 1, 4) == ErrorCode::bad_encoding);          // 4 of 0 to 3
    CHECK(wide_code({2, 4, 0}, 1, 99) == ErrorCode::bad_encoding);      // a plane too many
    CHECK(wide_code({2, 4, 1, 1}, 2, 999) == ErrorCode::bad_encoding);  // cut
    CHECK(wide_code(Bytes(10, 9), 1, UINT64_MAX) == ErrorCode::bad_encoding);
    CHECK(wide_code({0}, 3, 0) == ErrorCode::bad_encoding);  // there is no change set
    CHECK(wide_code({}, 3, 9) == ErrorCode::bad_encoding);
    // So many would take 16 GiB; the octets are asked for first.
    CHECK(wide_code({1, 4, 4, 4}, std::size_t{1} << 31, 9) == ErrorCode::bad_encoding);
}

TEST_CASE("ops come back with their stamps, whatever their change sets let expect") {
    const CoveredSets sets = covered();
    const std::vector<StampedDot> ops{{{DeviceIndex{2}, 1, 0}, {0, 5}},
                                      {{DeviceIndex{2}, 3, 70'000}, {2000, 65'535}},
                                      {{DeviceIndex{7}, 1, 9}, {hlc_wall_max, 0}},
                                      {{DeviceIndex{7}, 2, UINT32_MAX}, {3999, 700}},
                                      {{DeviceIndex{7}, 2, 1}, {0, 0}}};
    for (const auto order : {OpColumns::Order::by_dot, OpColumns::Order::any}) {
        ColumnWriter to;
        OpColumns::write(to, ops, order, sets, "test");
        Source source(to.out.bytes());
        const auto again = OpColumns::read(source, ops.size(), order, sets);
        REQUIRE(again);
        CHECK(source.in.finished());
        CHECK(std::ranges::equal(*again, ops, [](const StampedDot& a, const StampedDot& b) {
            return a.dot == b.dot && a.at == b.at;
        }));
        // Read with fewer change sets or later walls, some of it is not there or too late.
        CoveredSets fewer;
        fewer.add_feed(DeviceIndex{2}, 3);
        fewer.bases.assign(sets.bases.begin(), sets.bases.begin() + 3);
        Source of_fewer(to.out.bytes());
        CHECK_FALSE(OpColumns::read(of_fewer, ops.size(), order, fewer));
        CoveredSets later = sets;
        later.bases[3].wall_ms += 1;
        Source of_later(to.out.bytes());
        CHECK_FALSE(OpColumns::read(of_later, ops.size(), order, later));
        later = sets;
        later.bases[2].counter = 6;  // the op with 65,535 would get one more
        Source of_higher(to.out.bytes());
        CHECK_FALSE(OpColumns::read(of_higher, ops.size(), order, later));
        for (std::size_t size = 0; size < to.out.size(); ++size) {
            Source cut(BytesView(to.out.bytes()).first(size));
            CHECK_FALSE(OpColumns::read(cut, ops.size(), order, sets));
        }
    }
}

TEST_CASE("what was set together is told together, and nothing is told by what is not there") {
    const CoveredSets sets = covered();
    const StampedDot a{{DeviceIndex{2}, 3, 10}, {2000, 5}};
    const StampedDot b{{DeviceIndex{7}, 1, 4}, {3000, 5}};
    StampedDot beside = a;
    beside.dot.index = 7;
    StampedDot later = a;
    later.dot.index = 300;
    later.at = {2400, 0};
    const std::vector<std::vector<StampedDot>> records{{a, beside, b, later}, {}, {a}, {b, b}};
    ColumnWriter to;
    FieldOps::write(to, records, sets);
    const std::vector<std::size_t> counts{4, 0, 1, 2};
    Source source(to.out.bytes());
    const auto again = FieldOps::read(source, counts, sets);
    REQUIRE(again);
    CHECK(source.in.finished());
    const auto same = [](const StampedDot& x, const StampedDot& y) { return x.dot == y.dot && x.at == y.at; };
    CHECK(std::ranges::equal(*again, records,
                             [&](const auto& x, const auto& y) { return std::ranges::equal(x, y, same); }));
    for (std::size_t size = 0; size < to.out.size(); ++size) {
        Source cut(BytesView(to.out.bytes()).first(size));
        CHECK_FALSE(FieldOps::read(cut, counts, sets));
    }
    // The second record would begin with an op that is told by one of the first.
    const std::vector<std::size_t> shifted{1, 3, 1, 2};
    Source of_shifted(to.out.bytes());
    CHECK_FALSE(FieldOps::read(of_shifted, shifted, sets));
    ColumnWriter alone;  // index 10 less 11 is none
    write_integers(alone.out, Integers{0, 1});
    OpColumns::write(alone, std::vector<StampedDot>{a}, OpColumns::Order::any, sets, "test");
    for (const std::int64_t difference : {-11, 0, 0}) {  // of the index; walls and counters are the same
        write_integers(alone.out, Integers{difference});
    }
    Source below(alone.out.bytes());
    CHECK_FALSE(FieldOps::read(below, std::vector<std::size_t>{2}, sets));
}
