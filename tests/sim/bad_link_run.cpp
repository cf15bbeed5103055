#include "sim/bad_link_run.hpp"

#include "support/fleet.hpp"

#include <cotmoc/sync/engine.hpp>
#include <cotmoc/sync/partial_store.hpp>

namespace cotmoc::test_support {
namespace {

constexpr const char* space_name = "kon-tum/ngoc-hoi";

/// What people write: words that repeat, numbers that do not.
class Writer {
public:
    explicit Writer(std::uint64_t seed) : lot_(seed) {}

    std::string sentence(std::size_t words) {
        std::string text;
        for (std::size_t i = 0; i < words; ++i) {
            text += (text.empty() ? "" : " ") + word();
        }
        return text;
    }
    std::string date() {
        return "2024-0" + std::to_string(1 + lot_.below(9)) + "-" + std::to_string(10 + lot_.below(19));
    }
    std::string number(std::uint64_t limit) { return std::to_string(lot_.below(limit)); }
    std::uint64_t below(std::uint64_t limit) { return lot_.below(limit); }

private:
    std::string word() {
        static constexpr std::array<const char*, 24> words = {
            "đoàn", "tuần", "tra",   "biên", "giới", "cột",  "mốc",  "làm",
            "việc", "với",  "huyện", "Sạn",  "Đắk",  "Glei", "thăm", "trao",
            "quà",  "bàn",  "giao",  "kiểm", "hộ",   "dân",  "ký",   "biên bản"};
        return lot_.below(5) == 0 ? std::to_string(lot_.below(100'000)) : words[lot_.below(words.size())];
    }
    SeededRandom lot_;
};

class BadLinkRun {
public:
    explicit BadLinkRun(const BadLinkOptions& options)
        : options_(options),
          writer_(options.seed),
          lot_(options.seed + 17),
          fleet_(options.seed),
          hub_keys_(crypto::DeviceKeys::generate(fleet_.random)) {
        open_hub();
    }

    BadLinkResult run() {
        BadLinkResult result;
        for (std::size_t i = 0; i < options_.records; ++i) {
            records_.push_back(add_record());
        }
        sync("post-a", result.first_up);
        sync("post-b", result.first_down);
        for (std::size_t i = 0; i < options_.edits; ++i) {
            const RecordId& id = records_[writer_.below(records_.size())];
            must(fleet_.set("post-a", id, "head", writer_.sentence(3)));
        }
        sync("post-a", result.day);
        sync("post-b", result.day);
        if (failure_.empty() && fleet_.digest("post-a", space_name) != fleet_.digest("post-b", space_name)) {
            failure_ = "the posts differ";
        }
        result.failure = failure_;
        return result;
    }

private:
    /// A hub of this run's own, since it keeps begun envelopes.
    void open_hub() {
        const std::string request = crypto::encode_request("hub-2", hub_keys_, fleet_.random);
        must(fleet_.authority().enrol(request, crypto::Role::hub, {}));
        fleet_.add("post-a", crypto::Role::border_post, {space_name});
        fleet_.add("post-b", crypto::Role::border_post, {space_name});
        hub_store_ = must(sync::open_sqlite_hub_store(":memory:"));
        hub_ = must(sync::Hub::open(*hub_store_));
        sync::Replica& authority = fleet_.replica("authority");
        for (std::uint64_t position = 1; position <= authority.trust().position(); ++position) {
            must(hub_->add_trust_entry(must(authority.trust_entry(position))));
        }
        must(hub_->commit());
        hub_partials_ = std::make_unique<sync::HubPartials>(*hub_store_);
    }

    RecordId add_record() {
        return fleet_.add_record("post-a", "delegation",
                                 {{"direction", writer_.below(2) == 0 ? "outgoing" : "incoming"},
                                  {"partner", writer_.sentence(4)},
                                  {"head", writer_.sentence(3)},
                                  {"people", writer_.number(40)},
                                  {"start_date", writer_.date()},
                                  {"note", writer_.sentence(12)},
                                  {"result", writer_.sentence(40)}});
    }

    void sync(const std::string& name, BadLinkLeg& leg) {
        sync::SyncEngine engine({}, lot_);
        engine.request(now_);
        const std::int64_t began = now_;
        while (failure_.empty()) {
            now_ = std::max(now_, *engine.next_start());
            if (now_ - began > options_.give_up_ms) {
                failure_ = name + " does not get there";
                break;
            }
            engine.session_started();
            const std::optional<Error> error = one_session(name, leg);
            if (progressed_) {
                engine.progressed(now_);
            }
            engine.session_ended(error, now_);
            leg.failed += error ? 1 : 0;
            if (complete_) {
                break;
            }
            if (!error) {
                engine.request(now_);  // a budget was used
            }
        }
        leg.ms += now_ - began;
    }

    std::optional<Error> one_session(const std::string& name, BadLinkLeg& leg) {
        sync::Replica& replica = fleet_.replica(name);
        sync::ReplicaPartials partials(replica.store());
        sync::SessionOptions caller{replica, replica.keys().device, fleet_.random};
        sync::SessionOptions answering{*hub_, hub_keys_, fleet_.random};
        if (options_.keep_partials) {
            caller.partials = &partials;
            answering.partials = hub_partials_.get();
        }
        caller.budget_bytes = options_.budget_bytes;
        caller.budget_ms = options_.budget_ms;
        SimNetwork network(lot_.next());
        const std::int64_t start = network.now_ms();
        const std::size_t connection =
            network.connect(sync::Session::call(caller, hub_keys_.agreement.public_key()),
                            sync::Session::answer(answering), options_.link);
        network.run();
        const sync::Session& session = network.caller(connection);
        const sync::SessionReport& report = session.report();
        const std::uint64_t octets =
            network.octets_sent(connection, Way::up) + network.octets_sent(connection, Way::down);
        leg.octets += octets;
        leg.sessions += 1;
        leg.most_of_a_session = std::max(leg.most_of_a_session, octets);
        leg.resumed += report.resumed_up + report.resumed_down;
        leg.longest_ms = std::max(leg.longest_ms, network.now_ms() - start);
        now_ += network.now_ms() - start;
        complete_ = report.complete;
        progressed_ =
            report.sent.change_sets + report.received.change_sets + report.resumed_up + report.resumed_down !=
            0;
        return session.error();
    }

    BadLinkOptions options_;
    Writer writer_;
    SeededRandom lot_;
    Fleet fleet_;
    crypto::DeviceKeys hub_keys_;
    std::unique_ptr<sync::HubStore> hub_store_;
    std::unique_ptr<sync::Hub> hub_;
    std::unique_ptr<sync::HubPartials> hub_partials_;
    std::vector<RecordId> records_;
    std::int64_t now_ = 0;
    bool complete_ = false;
    bool progressed_ = false;
    std::string failure_;
};

}  // namespace

BadLinkResult run_bad_link(const BadLinkOptions& options) { return BadLinkRun(options).run(); }

}  // namespace cotmoc::test_support
