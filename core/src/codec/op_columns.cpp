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

Result<std::vector<StampRun>> read_stamp_runs(Source& source, std::size_t stamps) {
    const std::uint64_t count = source.in.varint();
    if (!source.in.ok() || count > stamps) {
        return fail(ErrorCode::bad_encoding, "runs of stamps");
    }
    std::vector<StampRun> runs(static_cast<std::size_t>(count));
    COTMOC_ASSIGN(const Integers lengths,
                  read_integers(source.in, runs.size(), 1, static_cast<std::int64_t>(stamps)));
    COTMOC_ASSIGN(const Integers walls,
                  read_integers(source.in, runs.size(), 0, static_cast<std::int64_t>(hlc_wall_max)));
    COTMOC_ASSIGN(const Integers counters,
                  read_integers(source.in, runs.size(), 0, std::numeric_limits<std::uint16_t>::max()));
    std::size_t left = stamps;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        runs[i] = {static_cast<std::size_t>(lengths[i]),
                   {static_cast<std::uint64_t>(walls[i]), static_cast<std::uint16_t>(counters[i])}};
        if (runs[i].length > left) {
            return fail(ErrorCode::bad_encoding, "runs of stamps");
        }
        left -= runs[i].length;
    }
    if (left != 0) {
        return fail(ErrorCode::bad_encoding, "runs of stamps");
    }
    return runs;
}

Result<void> read_stamps(Source& source, const OpOrder<ChangeSet>& order) {
    COTMOC_ASSIGN(const std::vector<StampRun> runs, read_stamp_runs(source, order.stamps.size()));
    auto stamp = order.stamps.begin();
    for (const StampRun& run : runs) {
        for (std::size_t i = 0; i < run.length; ++i, ++stamp) {
            *stamp->at = run.at;
        }
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

Result<NameColumn> read_name_column(Source& source, std::size_t ops) {
    const std::uint64_t distinct = source.in.varint();
    if (!source.in.ok() || distinct == 0 || distinct > ops) {
        return fail(ErrorCode::bad_encoding, "number of records");
    }
    COTMOC_ASSIGN(const Integers has_id, read_integers(source.in, static_cast<std::size_t>(distinct), 0, 1));
    const auto with_id = static_cast<std::size_t>(std::ranges::count(has_id, 1));
    COTMOC_ASSIGN(const std::vector<Dot> dots, read_dots(source.in, has_id.size() - with_id));
    COTMOC_ASSIGN(const std::vector<RecordId> ids, read_ids(source.in, with_id));
    NameColumn column;
    column.names.resize(has_id.size());
    auto dot = dots.begin();
    auto id = ids.begin();
    for (std::size_t i = 0; i < column.names.size(); ++i) {
        if (has_id[i] == 1) {
            column.names[i].id = *id++;
        } else {
            column.names[i].created = *dot++;
        }
    }
    COTMOC_ASSIGN(column.numbers, read_integers(source.in, ops, 0, static_cast<std::int64_t>(distinct) - 1));
    return column;
}

Result<void> read_names(Source& source, const OpOrder<ChangeSet>& order) {
    if (order.ops.empty()) {
        return {};
    }
    COTMOC_ASSIGN(const NameColumn column, read_name_column(source, order.ops.size()));
    for (std::size_t i = 0; i < column.numbers.size(); ++i) {
        order.ops[i].op->record = column.names[static_cast<std::size_t>(column.numbers[i])];
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

Result<std::vector<Over>> read_over_column(Source& source, std::size_t ops) {
    COTMOC_ASSIGN(const Integers kinds,
                  read_integers(source.in, ops, 0, static_cast<std::int64_t>(Over::Kind::dot)));
    const auto with_dot = std::ranges::count(kinds, static_cast<std::int64_t>(Over::Kind::dot));
    COTMOC_ASSIGN(const std::vector<Dot> dots, read_dots(source.in, static_cast<std::size_t>(with_dot)));
    std::vector<Over> overs(ops);
    auto dot = dots.begin();
    for (std::size_t i = 0; i < ops; ++i) {
        overs[i].kind = static_cast<Over::Kind>(kinds[i]);
        if (overs[i].kind == Over::Kind::dot) {
            overs[i].dot = *dot++;
        }
    }
    return overs;
}

Result<void> read_overs(Source& source, const OpOrder<ChangeSet>& order) {
    const auto takes = [](const auto& one) { return takes_over(one.kind); };
    COTMOC_ASSIGN(
        const std::vector<Over> overs,
        read_over_column(source, static_cast<std::size_t>(std::ranges::count_if(order.ops, takes))));
    auto next = overs.begin();
    for (const auto& [kind, op] : order.ops) {
        if (takes_over(kind)) {
            op->over = *next++;
        }
    }
    return {};
}

}  // namespace cotmoc::core
