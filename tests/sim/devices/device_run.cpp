#include "sim/devices/device_run.hpp"

#include "sim/devices/entry_log.hpp"

#include <nlohmann/json.hpp>

namespace cotmoc::test_support {
namespace {

using core::FieldEdit;
using core::OpKind;
using core::Value;
using crypto::Role;
using nlohmann::json;

constexpr std::string_view catalogue = R"({"catalogue":"run","version":1,
"common":{"unit":{"type":"text","merge":"latest"},"recorded_at":{"type":"datetime","merge":"latest"},
          "note":{"type":"text","merge":"latest"}},
"kinds":{"mark":{"label":"Mốc","fields":{
 "place":{"type":"text","merge":"latest"},
 "head":{"type":"text","merge":"review"},
 "condition":{"type":"enum","merge":"worst","values":["intact","worn","damaged","missing"]},
 "status":{"type":"workflow","merge":"workflow","states":["reported","verified","closed"]},
 "visits":{"type":"counter","merge":"counter"},
 "units":{"type":"set","merge":"set"},
 "story":{"type":"richtext","merge":"text"}}},
"log":{"label":"Nhật ký","history":"full","fields":{
 "place":{"type":"text","merge":"latest"},
 "head":{"type":"text","merge":"review"},
 "condition":{"type":"enum","merge":"worst","values":["intact","worn","damaged","missing"]},
 "status":{"type":"workflow","merge":"workflow","states":["reported","verified","closed"]},
 "visits":{"type":"counter","merge":"counter"},
 "units":{"type":"set","merge":"set"},
 "story":{"type":"richtext","merge":"text"}}}}})";

constexpr const char* space_name = "kon-tum/ngoc-hoi";

class DeviceRun {
public:
    explicit DeviceRun(const DeviceRunOptions& options)
        : options_(options), lot_(options.seed), fleet_(options.seed, catalogue) {
        for (std::uint64_t i = 0; i < options.devices; ++i) {
            const bool province = i % 6 == 5;
            devices_.push_back("device-" + std::to_string(i + 1));
            fleet_.add(devices_.back(), province ? Role::province_officer : Role::border_post,
                       {province ? "*" : space_name});
        }
        fleet_.sync_all();  // so that everybody knows everybody's key; the hub is not needed any more
        space_ = must(fleet_.replica(devices_[0]).find_space(space_name)).id;
        for (std::uint64_t i = 0; i < options.records; ++i) {
            RecordId id;
            lot_.fill(id.octets);
            records_.push_back({id, i % 4 == 0 ? "log" : "mark"});
        }
        if (options.seed % 3 == 0) {
            constexpr std::int64_t year_ms = 365ll * 24 * 3600 * 1000;
            fleet_[devices_[0]].clock.offset = 70 * year_ms;
            fleet_[devices_[1]].clock.offset = -fleet_[devices_[1]].clock.wall;  // 1970
        }
    }

    DeviceRunResult run() {
        for (std::uint64_t step = 0; step < options_.steps && result_.failure.empty(); ++step) {
            fleet_.advance(static_cast<std::int64_t>(lot_.below(600'000)));
            if (lot_.below(25) == 0) {
                const std::size_t one = pick(devices_.size());
                const std::size_t other = (one + 1 + pick(devices_.size() - 1)) % devices_.size();
                meet(devices_[one], devices_[other]);
            } else {
                act(any_device());
            }
        }
        if (result_.failure.empty()) {
            settle();
        }
        if (result_.failure.empty()) {
            compare();
        }
        if (result_.failure.empty()) {
            result_.failure = find_missing(fleet_, devices_[0], space_, log_);
        }
        if (result_.failure.empty()) {
            compare_histories();
        }
        result_.entered = log_.size();
        result_.trace = crypto::hash("devices", {as_bytes(trace_)});
        return result_;
    }

private:
    struct Record {
        RecordId id;
        std::string kind;
    };
    /// A record as a device shows it, with what is entered there.
    struct Desk {
        std::string device;
        sync::Replica& replica;
        Record record;
        core::RecordView view;
        json body;
        std::vector<Entered> entered;

        void note(std::string field, OpKind kind, Value value, bool initial = false) {
            entered.push_back({device, record.id, std::move(field), kind, std::move(value), initial});
        }
    };

    std::size_t pick(std::size_t limit) { return static_cast<std::size_t>(lot_.below(limit)); }
    const std::string& any_device() { return devices_[pick(devices_.size())]; }
    std::string word() { return "v" + std::to_string(++words_); }
    void trace(std::string_view what) { (trace_ += what) += '\n'; }

    void meet(const std::string& one, const std::string& other) {
        trace(one + " meets " + other);
        log_.seal(one);
        log_.seal(other);
        ++result_.meetings;
        moved_ += moved(fleet_.meet(one, other));
    }
    static std::uint64_t moved(const sync::SessionReport& report) {
        return report.sent.change_sets + report.received.change_sets + report.trust_sent +
               report.trust_received;
    }

    /// One thing that a person does: an import, an edit of one record, or of several as one.
    void act(const std::string& device) {
        sync::Replica& replica = fleet_.replica(device);
        std::vector<Entered> entered;
        const auto work = [&]() -> Result<void> {
            for (std::size_t left = pick(20) == 0 ? 2 + pick(4) : 1; left > 0; --left) {
                COTMOC_TRY(act_on(device, replica, records_[pick(records_.size())], entered));
            }
            return {};
        };
        const bool as_one = pick(10) == 0;
        const Result<void> done = as_one ? replica.batch(work) : work();
        if (!done) {
            result_.failure = device + ": " + describe(done.error());
            return;
        }
        for (Entered& each : entered) {
            const auto record = std::ranges::find(records_, each.record, &Record::id);
            trace(each.device + " " + each.field + " " + core::to_text(each.value));
            log_.note(std::move(each), record->kind != "log");
        }
    }

    Result<void> act_on(const std::string& device, sync::Replica& replica, const Record& record,
                        std::vector<Entered>& entered) {
        COTMOC_ASSIGN(const std::optional<core::RecordView> view, replica.store().find(record.id));
        if (!view) {
            return import(device, replica, record, entered);
        }
        Desk desk{device, replica, record, *view, json::parse(view->body), {}};
        COTMOC_TRY(change(desk));
        std::ranges::move(desk.entered, std::back_inserter(entered));
        return {};
    }

    /// The same file on several devices, now and then with a difference.
    Result<void> import(const std::string& device, sync::Replica& replica, const Record& record,
                        std::vector<Entered>& entered) {
        const std::string place = pick(3) == 0 ? word() : "place of the file";
        core::ImportLine line{record.id, record.kind, space_name, {}};
        const auto field = [&](std::string name, OpKind kind, Value value) {
            line.fields.push_back({name, value});
            if (const auto* list = std::get_if<core::TextList>(&value)) {
                value = list->front();
            }
            entered.push_back({device, record.id, std::move(name), kind, std::move(value), true});
        };
        field("condition", OpKind::set, std::string("intact"));
        field("place", OpKind::set, place);
        field("story", OpKind::edit_text, std::string("Mốc số ") + (pick(3) == 0 ? word() : "một"));
        field("units", OpKind::insert, core::TextList{"đội một"});
        field("visits", OpKind::set, std::int64_t{7});
        COTMOC_TRY(replica.import(line));
        return {};
    }

    Result<void> change(Desk& desk) {
        sync::Replica& replica = desk.replica;
        if (desk.view.deleted && pick(4) > 0) {
            return {};  // nothing to see here; they come back to it seldom
        }
        if (desk.view.deleted || (desk.view.edited_while_deleted && pick(4) == 0)) {
            desk.note("", OpKind::restore_record, {});
            return replica.restore(desk.record.id);
        }
        if (!desk.view.conflicts.empty() && pick(2) == 0) {
            return decide(desk);
        }
        switch (pick(30)) {
            case 0:
                desk.note("", OpKind::delete_record, {});
                return replica.remove(desk.record.id);
            case 1:
            case 2:
            case 3:
                return import_again(desk);
            default:
                break;
        }
        const FieldEdit edit = any_edit(desk);
        return replica.edit(desk.record.id, std::span(&edit, 1));
    }

    Result<void> decide(Desk& desk) {
        const core::FieldConflict& conflict = desk.view.conflicts[pick(desk.view.conflicts.size())];
        core::Store::Resolution resolution;
        if (pick(3) > 0) {
            resolution.take = pick(conflict.values.size());
            desk.note(conflict.field, OpKind::resolve, conflict.values[*resolution.take].value);
        } else if (pick(2) == 0) {
            resolution.value = conflict.values[0].value;
            desk.note(conflict.field, OpKind::resolve, *resolution.value);
        } else {
            desk.note(conflict.field, OpKind::acknowledge, {});
        }
        return desk.replica.resolve(desk.record.id, conflict.field, resolution);
    }

    Result<void> import_again(Desk& desk) {
        core::ImportLine line{desk.record.id, desk.record.kind, space_name, {}};
        const std::string value = word();
        line.fields = {{"head", value}, {"place", word()}};
        desk.note("head", OpKind::set, value);
        desk.note("place", OpKind::set, line.fields[1].value);
        COTMOC_TRY(desk.replica.import(line));
        return {};
    }

    /// Always one that changes something: what is shown already would not be entered.
    FieldEdit any_edit(Desk& desk) {
        switch (pick(10)) {
            case 0:
            case 1:
                return set(desk, "head", word());
            case 2:
            case 3:
                return set(desk, "place", word());
            case 4:
                return set(desk, "condition", other_than(desk, "condition", {"intact", "worn", "damaged"}));
            case 5:
                return set(desk, "status", other_than(desk, "status", {"reported", "verified", "closed"}));
            case 6: {
                if (pick(3) == 0) {
                    return set(desk, "visits", static_cast<std::int64_t>(++words_));
                }
                const auto amount = static_cast<std::int64_t>(1 + pick(9));
                desk.note("visits", OpKind::add, amount);
                return {FieldEdit::Kind::add, "visits", amount};
            }
            case 7: {
                const std::string unit = "u" + std::to_string(pick(5));
                const json units = desk.body.value("units", json::array());
                const bool in = std::ranges::find(units, json(unit)) != units.end();
                desk.note("units", in ? OpKind::remove : OpKind::insert, unit);
                return {in ? FieldEdit::Kind::remove : FieldEdit::Kind::insert, "units", unit};
            }
            default: {
                const std::string text = retyped(desk.body.value("story", std::string()));
                desk.note("story", OpKind::edit_text, text);
                return {FieldEdit::Kind::set, "story", text};
            }
        }
    }
    static FieldEdit set(Desk& desk, std::string field, Value value) {
        desk.note(field, OpKind::set, value);
        return {FieldEdit::Kind::set, std::move(field), std::move(value)};
    }
    std::string other_than(const Desk& desk, const std::string& field, std::vector<std::string> values) {
        std::erase(values, desk.body.value(field, std::string()));
        return values[pick(values.size())];
    }
    /// A word typed somewhere, and now and then a word gone. Words end with a space, so places between octets
    /// that are spaces are places between characters.
    std::string retyped(const std::string& text) {
        std::vector<std::size_t> places{0};
        for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1)) {
            places.push_back(at + 1);
        }
        const std::size_t begin = pick(places.size());
        const std::size_t end = pick(3) == 0 && begin + 1 < places.size() ? begin + 1 : begin;
        return text.substr(0, places[begin]) + word() + " " + text.substr(places[end]);
    }

    /// Everybody meets the last device until nothing moves any more.
    void settle() {
        for (int round = 0; round < 12; ++round) {
            moved_ = 0;
            for (const std::string& device : devices_) {
                if (device != devices_.back()) {
                    meet(device, devices_.back());
                }
            }
            if (moved_ == 0) {
                return;
            }
        }
        result_.failure = "the devices do not come to rest";
    }

    static std::string shown(const core::RecordView& view) {
        std::string text = view.body + (view.deleted ? " deleted" : "") +
                           (view.edited_while_deleted ? " edited while deleted" : "");
        for (const core::FieldConflict& conflict : view.conflicts) {
            text += " " + conflict.field + ":";
            for (const core::LiveValue& value : conflict.values) {
                text += " " + core::to_text(value.value) + "@" + std::to_string(to_number(value.dot.device)) +
                        "." + std::to_string(value.dot.seq) + "." + std::to_string(value.dot.index);
            }
        }
        return text;
    }

    void compare() {
        const Hash256 expected = fleet_.digest(devices_[0], space_name);
        trace(expected.hex());
        for (const std::string& device : devices_) {
            if (fleet_.digest(device, space_name) != expected) {
                result_.failure = device + " has another digest than " + devices_[0];
                return;
            }
        }
        for (const Record& record : records_) {
            std::string first;
            for (const std::string& device : devices_) {
                const auto view = must(fleet_.replica(device).store().find(record.id));
                const std::string text = view ? shown(*view) : "nothing";
                if (device == devices_[0]) {
                    first = text;
                    trace(text);
                    result_.conflicts += view && !view->conflicts.empty() ? 1 : 0;
                    result_.deleted += view && view->deleted ? 1 : 0;
                } else if (text != first) {
                    result_.failure = device + " shows " + text + " where " + devices_[0] + " shows " + first;
                    return;
                }
            }
        }
        for (const auto& feed : must(fleet_.replica(devices_[0]).store().frontier(space_))) {
            result_.change_sets += feed.seq;
        }
        must(fleet_.replica(devices_[0]).store().check_digests());
    }

    /// Some records on some other device: the same ops are told there.
    void compare_histories() {
        for (int i = 0; i < 3; ++i) {
            const Record& record = records_[pick(records_.size())];
            const std::string& device = devices_[1 + pick(devices_.size() - 1)];
            if (!must(fleet_.replica(device).store().find(record.id))) {
                continue;
            }
            if (told(device, record) != told(devices_[0], record)) {
                result_.failure = device + " tells another history of " + to_uuid_text(record.id);
                return;
            }
        }
    }
    std::set<std::tuple<core::Dot, OpKind, std::string, bool>> told(const std::string& device,
                                                                    const Record& record) {
        std::set<std::tuple<core::Dot, OpKind, std::string, bool>> ops;
        for (const sync::HistoryEntry& entry : must(fleet_.replica(device).history(record.id))) {
            ops.emplace(entry.dot, entry.op, entry.field, entry.is_void);
        }
        return ops;
    }

    DeviceRunOptions options_;
    SeededRandom lot_;
    Fleet fleet_;
    SpaceId space_;
    std::vector<std::string> devices_;
    std::vector<Record> records_;
    EntryLog log_;
    std::uint64_t words_ = 0;
    std::uint64_t moved_ = 0;
    std::string trace_;
    DeviceRunResult result_;
};

}  // namespace

DeviceRunResult run_devices(const DeviceRunOptions& options) { return DeviceRun(options).run(); }

}  // namespace cotmoc::test_support
