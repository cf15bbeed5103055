#include "trace_replay.hpp"

#include "rows.hpp"
#include "trace_plan.hpp"

#include <algorithm>
#include <map>

namespace cotmoc::bench {
namespace {

/// Key strokes that an editor hands over in one call at most.
constexpr std::size_t edits_a_call = 10'000;

core::FieldEdit splice(const TracePatch& patch) {
    core::FieldEdit edit{core::FieldEdit::Kind::splice, TraceFleet::field, patch.inserted};
    edit.position = patch.position;
    edit.delete_count = patch.deleted;
    return edit;
}

class Replay {
public:
    Replay(const Trace& trace, TracePlan plan, TraceFleet& fleet)
        : trace_(trace), plan_(std::move(plan)), fleet_(fleet), replicas_(fleet.size()) {
        seq_of_.resize(trace.transactions.size());
        // The change set that made the record.
        sealed_.push_back({0, 1});
        replicas_[0].own = {0};
        replicas_[0].held[0] = 1;
    }

    Result<void> type_all();
    /// Sessions until none has anything left to do.
    Result<void> sync_all();
    Result<void> check() const;

private:
    struct Sealed {
        std::uint32_t author = 0;
        std::uint64_t seq = 0;
    };
    struct State {
        std::vector<core::FieldEdit> typed;           // and not handed over yet
        std::vector<std::uint32_t> unsealed;          // transactions
        std::optional<std::uint32_t> last;            // transaction
        std::vector<std::size_t> own;                 // change sets, in sealed_
        std::map<std::uint32_t, std::uint64_t> held;  // of each author's feed
    };

    Result<void> receive_past(std::uint32_t number, State& state, std::uint32_t replica);
    Result<void> hand_over(std::uint32_t replica);
    Result<void> seal(std::uint32_t replica);

    const Trace& trace_;
    TracePlan plan_;
    TraceFleet& fleet_;
    std::vector<State> replicas_;
    std::vector<Sealed> sealed_;         // in the order of sealing, which respects causality
    std::vector<std::uint64_t> seq_of_;  // by transaction
};

Result<void> Replay::hand_over(std::uint32_t replica) {
    State& state = replicas_[replica];
    if (!state.typed.empty()) {
        COTMOC_TRY(fleet_.edit(replica, state.typed));
        state.typed.clear();
    }
    return {};
}

Result<void> Replay::seal(std::uint32_t replica) {
    State& state = replicas_[replica];
    COTMOC_ASSIGN(const std::uint64_t newest, fleet_.edit_and_seal(replica, state.typed));
    state.typed.clear();
    for (std::uint64_t& seq = state.held[replica]; seq < newest;) {
        state.own.push_back(sealed_.size());
        sealed_.push_back({replica, ++seq});
    }
    for (const std::uint32_t transaction : state.unsealed) {
        seq_of_[transaction] = newest;
    }
    state.unsealed.clear();
    return {};
}

/// Brings the replica to exactly the past of the transaction.
Result<void> Replay::receive_past(std::uint32_t number, State& state, std::uint32_t replica) {
    const auto missing = missing_past(trace_, state.last, trace_.transactions[number].parents);
    if (!missing) {
        return fail(ErrorCode::internal, "the plan of the trace is wrong");
    }
    std::map<std::uint32_t, std::uint64_t> wanted{{0, 1}};
    for (const std::uint32_t transaction : *missing) {
        std::uint64_t& seq = wanted[plan_.replica_of[transaction]];
        seq = std::max(seq, seq_of_[transaction]);
    }
    std::vector<std::size_t> change_sets;
    for (const auto& [author, seq] : wanted) {
        std::uint64_t& held = state.held[author];
        for (; held < seq; ++held) {
            change_sets.push_back(replicas_[author].own[held]);
        }
    }
    if (change_sets.empty()) {
        return {};
    }
    COTMOC_TRY(hand_over(replica));
    std::ranges::sort(change_sets);
    for (const std::size_t change_set : change_sets) {
        COTMOC_TRY(fleet_.deliver(sealed_[change_set].author, sealed_[change_set].seq, replica));
    }
    COTMOC_ASSIGN(sync::Replica * receiver, fleet_.replica(replica));
    return receiver->commit();
}

Result<void> Replay::type_all() {
    for (std::uint32_t number = 0; number < trace_.transactions.size(); ++number) {
        const std::uint32_t replica = plan_.replica_of[number];
        State& state = replicas_[replica];
        const auto& parents = trace_.transactions[number].parents;
        if (parents.size() != 1 || state.last != parents.front()) {
            COTMOC_TRY(receive_past(number, state, replica));
        }
        for (const TracePatch& patch : trace_.patches_of(trace_.transactions[number])) {
            state.typed.push_back(splice(patch));
        }
        state.last = number;
        state.unsealed.push_back(number);
        if (plan_.sealed_after[number]) {
            COTMOC_TRY(seal(replica));
        } else if (state.typed.size() >= edits_a_call) {
            COTMOC_TRY(hand_over(replica));
        }
    }
    for (std::uint32_t replica = 0; replica < replicas_.size(); ++replica) {
        COTMOC_TRY(hand_over(replica));
    }
    return {};
}

Result<void> Replay::sync_all() {
    for (bool moved = true; moved;) {
        moved = false;
        for (std::uint32_t replica = 1; replica < fleet_.size(); ++replica) {
            COTMOC_ASSIGN(const sync::SessionReport report, fleet_.sync(replica, 0));
            moved = moved || report.sent.change_sets + report.received.change_sets > 0;
        }
    }
    return {};
}

Result<void> Replay::check() const {
    COTMOC_ASSIGN(const Hash256 digest, fleet_.digest(0));
    for (std::uint32_t replica = 0; replica < fleet_.size(); ++replica) {
        COTMOC_ASSIGN(const std::string text, fleet_.text(replica));
        if (text != trace_.end) {
            const auto differ = std::ranges::mismatch(text, trace_.end);
            return fail(ErrorCode::internal, "replica " + std::to_string(replica) +
                                                 " has another text than endContent from octet " +
                                                 std::to_string(differ.in1 - text.begin()) + " on");
        }
        COTMOC_ASSIGN(const Hash256 other, fleet_.digest(replica));
        if (other != digest) {
            return fail(ErrorCode::diverged, "replica " + std::to_string(replica));
        }
    }
    return {};
}

}  // namespace

Result<TraceFigures> replay_trace(const Trace& trace, const std::string& directory) {
    TracePlan plan = plan_trace(trace);
    // One that types needs one that receives.
    const std::uint32_t replicas = std::max<std::uint32_t>(2, plan.replicas);
    COTMOC_ASSIGN(const auto fleet, TraceFleet::make(directory, replicas, trace.start));
    Replay replay(trace, std::move(plan), *fleet);
    TraceFigures figures;
    figures.edits = trace.patches.size();
    figures.replicas = replicas;
    COTMOC_ASSIGN(const double replaying, milliseconds([&] { return replay.type_all(); }));
    COTMOC_ASSIGN(const double syncing, milliseconds([&] { return replay.sync_all(); }));
    figures.replaying_s = replaying / 1000;
    figures.sync_s = syncing / 1000;
    COTMOC_TRY(replay.check());
    COTMOC_ASSIGN(figures.stored, fleet->stored(0));
    return figures;
}

}  // namespace cotmoc::bench
