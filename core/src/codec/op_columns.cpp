#include "codec/op_columns.hpp"

#include "codec/id_column.hpp"
#include "codec/int_column.hpp"

#include <limits>
#include <map>

namespace cotmoc::core {
namespace {

/// Ids first, so that each name has one place; the decoder finds any other order by encoding again.
struct NameOrder {
    bool operator()(const RecordName& a, const RecordName& b) const {
        if (a.id || b.id) {
            return a.id < b.id;
        }
        return a.created < b.created;
    }
};

/// The distinct names in order of first use, and for each op its number among them.
struct NumberedNames {
    std::vector<RecordName> names;
    Integers numbers;
};

NumberedNames number_names(const OpOrder<const ChangeSet>& order) {
    NumberedNames result;
    std::map<RecordName, std::int64_t, NameOrder> numbers;
    result.numbers.reserve(order.ops.size());
    for (const auto& [kind, op] : order.ops) {
        // Ops on one record mostly follow each other.
        if (!result.numbers.empty() &&
            result.names[static_cast<std::size_t>(result.numbers.back())] == op->record) {
            result.numbers.push_back(result.numbers.back());
            continue;
        }
        const auto next = static_cast<std::int64_t>(result.names.size());
        const auto [at, is_new] = numbers.try_emplace(op->record, next);
        if (is_new) {
            result.names.push_back(op->record);
        }
        result.numbers.push_back(at->second);
    }
    return result;
}

}  // namespace

void write_stamps(BinaryWriter& out, const OpOrder<const ChangeSet>& order) {
    Integers runs;
    Integers walls;
    Integers counters;
    const Hlc* previous = nullptr;
    for (const auto& stamp : order.stamps) {
        if (previous != nullptr && *previous == *stamp.at) {
            ++runs.back();
            continue;
        }
        previous = stamp.at;
        runs.push_back(1);
        walls.push_back(static_cast<std::int64_t>(stamp.at->wall_ms));
        counters.push_back(stamp.at->counter);
    }
    out.varint(runs.size());
    write_integers(out, runs);
    write_integers(out, walls);
    write_integers(out, counters);
}

Result<void> read_stamps(Source& source, const OpOrder<ChangeSet>& order) {
    const std::uint64_t runs = source.in.varint();
    if (!source.in.ok() || runs > order.stamps.size()) {
        return fail(ErrorCode::bad_encoding, "runs of stamps");
    }
    const auto count = static_cast<std::size_t>(runs);
    COTMOC_ASSIGN(const Integers lengths,
                  read_integers(source.in, count, 1, static_cast<std::int64_t>(order.stamps.size())));
    COTMOC_ASSIGN(const Integers walls,
                  read_integers(source.in, count, 0, static_cast<std::int64_t>(hlc_wall_max)));
    COTMOC_ASSIGN(const Integers counters,
                  read_integers(source.in, count, 0, std::numeric_limits<std::uint16_t>::max()));
    auto stamp = order.stamps.begin();
    for (std::size_t run = 0; run < count; ++run) {
        if (lengths[run] > order.stamps.end() - stamp) {
            return fail(ErrorCode::bad_encoding, "runs of stamps");
        }
        const Hlc at{static_cast<std::uint64_t>(walls[run]), static_cast<std::uint16_t>(counters[run])};
        for (std::int64_t i = 0; i < lengths[run]; ++i, ++stamp) {
            *stamp->at = at;
        }
    }
    if (stamp != order.stamps.end()) {
        return fail(ErrorCode::bad_encoding, "runs of stamps");
    }
    return {};
}

void write_names(BinaryWriter& out, const OpOrder<const ChangeSet>& order) {
    if (order.ops.empty()) {
        return;
    }
    const NumberedNames named = number_names(order);
    Integers has_id;
    std::vector<RecordId> ids;
    std::vector<Dot> dots;
    for (const RecordName& name : named.names) {
        has_id.push_back(name.id ? 1 : 0);
        if (name.id) {
            ids.push_back(*name.id);
        } else {
            dots.push_back(name.created);
        }
    }
    out.varint(named.names.size());
    write_integers(out, has_id);
    write_dots(out, dots);
    write_ids(out, ids);
    write_integers(out, named.numbers);
}

Result<void> read_names(Source& source, const OpOrder<ChangeSet>& order) {
    if (order.ops.empty()) {
        return {};
    }
    const std::uint64_t distinct = source.in.varint();
    if (!source.in.ok() || distinct == 0 || distinct > order.ops.size()) {
        return fail(ErrorCode::bad_encoding, "number of records");
    }
    COTMOC_ASSIGN(const Integers has_id, read_integers(source.in, static_cast<std::size_t>(distinct), 0, 1));
    const auto with_id = static_cast<std::size_t>(std::ranges::count(has_id, 1));
    COTMOC_ASSIGN(const std::vector<Dot> dots, read_dots(source.in, has_id.size() - with_id));
    COTMOC_ASSIGN(const std::vector<RecordId> ids, read_ids(source.in, with_id));
    std::vector<RecordName> names(has_id.size());
    auto dot = dots.begin();
    auto id = ids.begin();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (has_id[i] == 1) {
            names[i].id = *id++;
        } else {
            names[i].created = *dot++;
        }
    }
    COTMOC_ASSIGN(const Integers numbers,
                  read_integers(source.in, order.ops.size(), 0, static_cast<std::int64_t>(distinct) - 1));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        order.ops[i].op->record = names[static_cast<std::size_t>(numbers[i])];
    }
    return {};
}

void write_overs(BinaryWriter& out, const OpOrder<const ChangeSet>& order) {
    Integers kinds;
    std::vector<Dot> dots;
    for (const auto& [kind, op] : order.ops) {
        if (takes_over(kind)) {
            kinds.push_back(static_cast<std::int64_t>(op->over.kind));
            if (op->over.kind == Over::Kind::dot) {
                dots.push_back(op->over.dot);
            }
        }
    }
    write_integers(out, kinds);
    write_dots(out, dots);
}

Result<void> read_overs(Source& source, const OpOrder<ChangeSet>& order) {
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(order.ops, [](const auto& one) { return takes_over(one.kind); }));
    COTMOC_ASSIGN(const Integers kinds,
                  read_integers(source.in, count, 0, static_cast<std::int64_t>(Over::Kind::dot)));
    const auto with_dot = std::ranges::count(kinds, static_cast<std::int64_t>(Over::Kind::dot));
    COTMOC_ASSIGN(const std::vector<Dot> dots, read_dots(source.in, static_cast<std::size_t>(with_dot)));
    auto next_kind = kinds.begin();
    auto dot = dots.begin();
    for (const auto& [kind, op] : order.ops) {
        if (takes_over(kind)) {
            op->over.kind = static_cast<Over::Kind>(*next_kind++);
            if (op->over.kind == Over::Kind::dot) {
                op->over.dot = *dot++;
            }
        }
    }
    return {};
}

}  // namespace cotmoc::core
