#include <cotmoc/core/history.hpp>

#include "store/history_replay.hpp"

#include <algorithm>
#include <map>

namespace cotmoc::core {
namespace {

bool saw_op(const HistoryStep& later, const Dot& earlier) {
    return Past(later.change->seen, later.dot).contains(earlier);
}

/// What the author of `last` had before it, and `last` itself.
bool counts_for(const HistoryStep& step, const HistoryStep& last) {
    return step.dot == last.dot || saw_op(last, step.dot);
}

void add_steps(const RecordChange& change, const RecordId& id, std::vector<HistoryStep>& steps) {
    for (const CreateBlock& block : change.ops.creates) {
        for (const Create& create : block.creates) {
            if (create.id == id) {
                const Dot dot{change.author, change.seq, create.index};
                steps.push_back({dot, create.at, &change, &block, &create, nullptr, nullptr});
            }
        }
    }
    for (const FieldBlock& block : change.ops.fields) {
        for (const FieldOp& op : block.ops) {
            const Dot dot{change.author, change.seq, op.index};
            steps.push_back({dot, op.at, &change, nullptr, nullptr, &block, &op});
        }
    }
}

/// A set of fields that one change set wrote, for soft conflicts.
struct Writing {
    const RecordChange* change = nullptr;
    std::vector<std::string> fields;  // sorted

    bool has(const std::string& field) const { return std::ranges::binary_search(fields, field); }
};

/// Whether the other one wrote another field than `field` of this one. Fields that both wrote are a matter of
/// the fields' own conflicts.
bool wrote_another(const Writing& other, const Writing& own, const std::string& field) {
    return std::ranges::any_of(other.fields, [&](const std::string& another) {
        return another != field && !(other.has(field) && own.has(another));
    });
}

/// A create is no edit: two offices that import the same record agree.
bool is_field_edit(const HistoryOp& op) {
    return !op.field.empty() && op.kind != OpKind::acknowledge && !op.in_create;
}

/// The change sets that no other one has seen: if one has seen two others, one of these has too.
std::vector<const RecordChange*> newest_of(const std::vector<const RecordChange*>& changes) {
    std::vector<const RecordChange*> newest;
    std::ranges::copy_if(changes, std::back_inserter(newest), [&](const RecordChange* change) {
        return std::ranges::none_of(changes, [&](const RecordChange* other) { return other->saw(*change); });
    });
    return newest;
}

bool are_open(const RecordChange& a, const RecordChange& b, const std::vector<const RecordChange*>& newest) {
    return a.author != b.author && !a.saw(b) && !b.saw(a) &&
           std::ranges::none_of(newest,
                                [&](const RecordChange* later) { return later->saw(a) && later->saw(b); });
}

}  // namespace

struct RecordHistory::State {
    RecordId id;
    const Hasher& hasher;
    DeviceIds devices;
    std::vector<Dot> void_ops;
    std::vector<std::unique_ptr<RecordChange>> changes;

    std::vector<HistoryStep> ordered() const;
    HistoryReplay replay(const Catalogue* view) const { return {hasher, devices, void_ops, view}; }
    const RecordChange* change_of(const Dot& dot) const {
        const auto found = std::ranges::find_if(changes, [&](const auto& change) {
            return change->author == dot.device && change->seq == dot.seq;
        });
        return found != changes.end() ? found->get() : nullptr;
    }
};

std::vector<HistoryStep> RecordHistory::State::ordered() const {
    std::map<DeviceIndex, std::vector<HistoryStep>> feeds;
    std::size_t count = 0;
    for (const auto& change : changes) {
        add_steps(*change, id, feeds[change->author]);
    }
    for (auto& [device, steps] : feeds) {
        std::ranges::sort(steps, {}, &HistoryStep::dot);
        count += steps.size();
        std::ranges::reverse(steps);  // the next one is taken from the end
    }
    const auto before = [&](const HistoryStep& a, const HistoryStep& b) {
        return std::pair(a.at, devices.id(a.dot.device)) < std::pair(b.at, devices.id(b.dot.device));
    };
    std::vector<HistoryStep> all;
    all.reserve(count);
    while (all.size() < count) {
        // Whatever lies in a step's past lies there with all that stands before it in its feed: looking at
        // the next step of each feed is enough.
        const HistoryStep* next = nullptr;
        for (const auto& [device, steps] : feeds) {
            const bool ready = !steps.empty() && std::ranges::none_of(feeds, [&](const auto& other) {
                return !other.second.empty() && other.first != device &&
                       saw_op(steps.back(), other.second.back().dot);
            });
            if (ready && (next == nullptr || before(steps.back(), *next))) {
                next = &steps.back();
            }
        }
        if (next == nullptr) {
            // Only a damaged database says that two ops lie in each other's past; each is still told once.
            const auto left =
                std::ranges::find_if(feeds, [](const auto& feed) { return !feed.second.empty(); });
            next = &left->second.back();
        }
        all.push_back(*next);
        feeds[all.back().dot.device].pop_back();
    }
    return all;
}

bool RecordChange::saw(const RecordChange& other) const {
    return Past(seen, {author, seq, 0}).contains({other.author, other.seq, UINT32_MAX});
}

RecordHistory::RecordHistory(const RecordId& id, const Hasher& hasher, std::vector<DeviceId> devices,
                             std::vector<Dot> void_ops)
    : state_(new State{id, hasher, {}, std::move(void_ops), {}}) {
    state_->devices.ids = std::move(devices);
}

RecordHistory::RecordHistory(RecordHistory&&) noexcept = default;
RecordHistory::~RecordHistory() = default;

void RecordHistory::add(RecordChange change) {
    state_->changes.push_back(std::make_unique<RecordChange>(std::move(change)));
}

std::vector<HistoryOp> RecordHistory::ops(const Catalogue* view) const {
    HistoryReplay replay = state_->replay(view);
    std::vector<HistoryOp> ops;
    for (const HistoryStep& step : state_->ordered()) {
        replay.apply(step, ops);
    }
    replay.finish(ops);
    std::ranges::for_each(ops, [&](HistoryOp& op) { replay.present(op); });
    return ops;
}

Store::Appearance RecordHistory::after(const Dot& op, const Catalogue* view) const {
    const std::vector<HistoryStep> steps = state_->ordered();
    const HistoryStep* last = nullptr;
    for (const HistoryStep& step : steps) {
        const std::size_t indexes = step.create != nullptr ? 1 + step.create->values.size() : 1;
        if (step.dot.device == op.device && step.dot.seq == op.seq && step.dot.index <= op.index &&
            op.index - step.dot.index < indexes) {
            last = &step;
        }
    }
    HistoryReplay replay = state_->replay(view);
    std::vector<HistoryOp> told;
    for (const HistoryStep& step : steps) {
        if (last != nullptr && counts_for(step, *last)) {
            replay.apply(step, told);
        }
    }
    return replay.appearance();
}

std::vector<HistoryOp> RecordHistory::soft_conflicts(const Catalogue* view) const {
    std::vector<HistoryOp> all = ops(view);
    std::erase_if(all, [](const HistoryOp& op) { return op.is_void; });
    std::vector<Writing> writings;
    std::vector<const RecordChange*> touching;
    for (const HistoryOp& op : all) {
        const RecordChange* change = state_->change_of(op.dot);
        if (std::ranges::find(touching, change) == touching.end()) {
            touching.push_back(change);
            writings.push_back({change, {}});
        }
        if (is_field_edit(op)) {
            auto& fields = std::ranges::find(writings, change, &Writing::change)->fields;
            const auto place = std::ranges::lower_bound(fields, op.field);
            if (place == fields.end() || *place != op.field) {
                fields.insert(place, op.field);
            }
        }
    }
    const auto newest = newest_of(touching);
    std::erase_if(all, [&](const HistoryOp& op) {
        const Writing& own = *std::ranges::find(writings, state_->change_of(op.dot), &Writing::change);
        return !is_field_edit(op) || std::ranges::none_of(writings, [&](const Writing& other) {
            return wrote_another(other, own, op.field) && are_open(*own.change, *other.change, newest);
        });
    });
    return all;
}

bool RecordHistory::has_unseen_pair(std::span<const RecordChange> changes) {
    std::vector<const RecordChange*> all;
    for (const RecordChange& change : changes) {
        all.push_back(&change);
    }
    const auto newest = newest_of(all);
    // Where two are open, so are two of the newest: whoever has seen both of these has seen those.
    return newest.size() > 1;
}

}  // namespace cotmoc::core
