#include "sim/simulation.hpp"

#include <cotmoc/base/binary.hpp>

#include <set>

namespace cotmoc::test_support {
namespace {

using crypto::Role;

class Simulation {
public:
    explicit Simulation(const SimulationOptions& options)
        : options_(options), lot_(options.seed), fleet_(options.seed) {
        fleet_.add("so-1", Role::province_officer, {"*"});
        fleet_.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        fleet_.add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
        fleet_.add("post-c", Role::district_officer, {"kon-tum/dak-glei", "kon-tum/ngoc-hoi"});
    }

    SimulationResult run() {
        for (std::uint64_t step = 0; step < options_.steps && failure_.empty(); ++step) {
            fleet_.advance(static_cast<std::int64_t>(lot_.below(600'000)));
            switch (lot_.below(10)) {
                case 0:
                    episode();
                    break;
                case 1:
                    crash();
                    break;
                case 2:
                    twist_clock();
                    break;
                default:
                    edit();
                    break;
            }
        }
        settle();
        BinaryWriter trace;
        trace.raw(trace_);
        return {failure_, crypto::hash("simulation", {trace.bytes()})};
    }

private:
    const std::vector<std::string> writers_{"so-1", "post-a", "post-b", "post-c"};

    void note(std::string_view what) {
        trace_.insert(trace_.end(), what.begin(), what.end());
        trace_.push_back('\n');
    }
    const std::string& any_writer() { return writers_[lot_.below(writers_.size())]; }

    /// An edit by a random device on a random record; what must never be lost is written down.
    void edit() {
        const std::string device = any_writer();
        const std::string space =
            device == "post-c" && lot_.below(2) == 0 ? "kon-tum/dak-glei" : "kon-tum/ngoc-hoi";
        const std::string word = "v" + std::to_string(++words_);
        if (records_.empty() || lot_.below(4) == 0) {
            const RecordId id =
                lot_.below(2) == 0
                    ? fleet_.add_record(device, "delegation", {{"partner", word}, {"result", "ngày " + word}},
                                        space)
                    : fleet_.add_record(device, "inspection", {{"marker_no", word}, {"visits", "1"}}, space);
            records_.push_back(id);
            note(device + " adds " + word);
            return;
        }
        const RecordId id = records_[lot_.below(records_.size())];
        sync::Replica& replica = fleet_.replica(device);
        const auto view = must(replica.store().find(id));
        if (!view) {
            return;
        }
        note(device + " edits " + view->body);
        Result<void> done;
        if (view->deleted) {
            done = replica.restore(id);
        } else if (!view->conflicts.empty() && lot_.below(3) == 0) {
            done = replica.resolve(id, view->conflicts[0].field,
                                   {lot_.below(view->conflicts[0].values.size()), {}});
        } else if (lot_.below(12) == 0) {
            done = replica.remove(id);
        } else {
            done =
                view->kind == "delegation" ? edit_delegation(device, id, word) : edit_inspection(replica, id);
        }
        if (!done) {
            failure_ = device + ": " + describe(done.error());
        }
    }

    Result<void> edit_delegation(const std::string& device, const RecordId& id, const std::string& word) {
        switch (lot_.below(4)) {
            case 0:
                return fleet_.set(device, id, "people", std::to_string(lot_.below(5)));
            case 1:
                return fleet_.set(device, id, "head", word);
            case 2:
                return fleet_.set(device, id, "partner", word);
            default:
                return fleet_.set(device, id, "result",
                                  "ngày " + word + " tháng " + std::to_string(lot_.below(9)));
        }
    }

    Result<void> edit_inspection(sync::Replica& replica, const RecordId& id) {
        using Kind = core::FieldEdit::Kind;
        const std::string item = "u" + std::to_string(lot_.below(4));
        const core::FieldEdit edits[] = {
            {Kind::add, "visits", static_cast<std::int64_t>(1 + lot_.below(3))},
            {Kind::insert, "units", item},
            {Kind::remove, "units", item},
            {Kind::set, "condition", std::string(lot_.below(2) == 0 ? "worn" : "damaged")},
            {Kind::set, "visits", static_cast<std::int64_t>(lot_.below(9))}};
        return replica.edit(id, std::span(&edits[lot_.below(std::size(edits))], 1));
    }

    LinkModel any_link() {
        LinkModel link;
        link.latency_ms = static_cast<std::int64_t>(1 + lot_.below(900));
        link.jitter_ms = static_cast<std::int64_t>(lot_.below(300));
        link.octets_per_second = lot_.below(2) == 0 ? 0 : 2'500 + lot_.below(50'000);
        link.piece_max = lot_.below(2) == 0 ? 0 : 1 + lot_.below(700);
        link.cut_per_mille = lot_.below(3) == 0 ? 0 : lot_.below(250);
        link.lose_tail = lot_.below(2) == 0;
        link.half_open_per_mille = lot_.below(2) == 0 ? 0 : 500;
        return link;
    }

    /// Several devices sync at once; the world may stop in the middle.
    void episode() {
        SimNetwork network(lot_.next());
        std::set<std::string> calling;
        for (std::uint64_t left = 1 + lot_.below(3); left > 0; --left) {
            const std::string device = lot_.below(6) == 0 ? "authority" : any_writer();
            if (calling.insert(device).second) {
                network.connect(fleet_.call(device), fleet_.answer(), any_link());
                note(device + " calls");
            }
        }
        const std::int64_t stop = lot_.below(3) == 0
                                      ? network.now_ms() + static_cast<std::int64_t>(lot_.below(5'000))
                                      : network.now_ms() + 600'000;
        network.run(stop);
    }

    void crash() {
        const std::string device = any_writer();
        note(device + " stops");
        fleet_.reopen(device);
        if (lot_.below(3) == 0) {
            note("hub stops");
            fleet_.reopen_hub();
        }
    }

    void twist_clock() {
        const std::string device = any_writer();
        const std::int64_t year = 365ll * 24 * 3600 * 1000;
        const std::int64_t offsets[] = {0, year, -54 * year, 70 * year, -3'600'000, 90'000};
        fleet_[device].clock.offset = offsets[lot_.below(std::size(offsets))];
    }

    /// Links heal: everybody syncs until nothing moves, then all that must be equal is compared.
    void settle() {
        if (!failure_.empty()) {
            return;
        }
        fleet_.sync_all();
        for (const char* space : {"kon-tum/ngoc-hoi", "kon-tum/dak-glei"}) {
            const Hash256 expected = fleet_.digest("so-1", space);
            note(std::string(space) + " " + expected.hex());
            for (const std::string& device : fleet_.names) {
                const auto held = fleet_.replica(device).find_space(space);
                if (held && fleet_.digest(device, space) != expected) {
                    failure_ = device + " differs in " + space;
                }
            }
        }
        for (const std::string& device : fleet_.names) {
            const auto wrong = must(fleet_.replica(device).verify());
            if (!wrong.empty()) {
                failure_ = device + ": " + describe(wrong.front());
            }
        }
        for (const RecordId& id : records_) {
            const std::string body = fleet_.body("so-1", id);
            note(body);
            for (const std::string& device : writers_) {
                const auto view = must(fleet_.replica(device).store().find(id));
                if (view && view->body != body) {
                    failure_ = device + " shows " + view->body + " for " + body;
                }
            }
        }
    }

    SimulationOptions options_;
    SeededRandom lot_;
    Fleet fleet_;
    std::vector<RecordId> records_;
    std::uint64_t words_ = 0;
    std::string failure_;
    Bytes trace_;
};

}  // namespace

SimulationResult simulate(const SimulationOptions& options) { return Simulation(options).run(); }

}  // namespace cotmoc::test_support
