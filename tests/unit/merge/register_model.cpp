// The register against the model of the specification: whole histories with the view after each op.
#include "merge/register.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>

using namespace cotmoc;
using namespace cotmoc::core;
using nlohmann::json;

namespace {

/// Ids that stand in the order of the indexes, as the model's device numbers do.
class OrderedDevices final : public DeviceTable {
public:
    OrderedDevices() : ids_(16) {
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            ids_[i].octets.fill(static_cast<std::uint8_t>(i));
        }
    }
    const DeviceId& id(DeviceIndex index) const override { return ids_.at(to_number(index)); }

private:
    std::vector<DeviceId> ids_;
};

const OrderedDevices devices;
const RegisterView view{devices, nullptr};

struct Op {
    Dot dot;
    std::vector<std::uint64_t> seen;
    Hlc at;
    std::optional<std::int64_t> value;
    std::optional<Dot> over;
    bool settling = false;
};

struct Shown {
    Dot dot;
    std::int64_t value = 0;
    friend auto operator<=>(const Shown&, const Shown&) = default;
};

struct View {
    std::optional<Shown> displayed;
    std::vector<Shown> listed;
    friend bool operator==(const View&, const View&) = default;
};

struct History {
    std::int64_t seed = 0;
    std::vector<Op> ops;
    std::vector<View> views;
};

Dot dot_of(const json& text) {
    return {DeviceIndex{text.at(0).get<std::uint32_t>()}, text.at(1).get<std::uint64_t>(), 0};
}
Shown shown_of(const json& text) { return {dot_of(text.at(0)), text.at(1).get<std::int64_t>()}; }

Op op_of(const json& text) {
    Op op;
    op.dot = {DeviceIndex{text.at("dev").get<std::uint32_t>()}, text.at("seq").get<std::uint64_t>(), 0};
    for (const auto& [device, seq] : text.at("past").items()) {
        const auto index = static_cast<std::size_t>(std::stoul(device));
        op.seen.resize(std::max(op.seen.size(), index + 1));
        op.seen[index] = seq.get<std::uint64_t>();
    }
    op.at = {text.at("hlc").get<std::uint64_t>(), 0};
    if (!text.at("val").is_null()) {
        op.value = text.at("val").get<std::int64_t>();
    }
    if (!text.at("over").is_null()) {
        op.over = dot_of(text.at("over"));
    }
    op.settling = text.at("settling").get<bool>();
    return op;
}

History history_of(const std::string& line) {
    const json text = json::parse(line);
    History history;
    history.seed = text.at("seed").get<std::int64_t>();
    for (const json& op : text.at("ops")) {
        history.ops.push_back(op_of(op));
    }
    for (const json& each : text.at("views")) {
        View expected;
        if (!each.at("displayed").is_null()) {
            expected.displayed = shown_of(each.at("displayed"));
        }
        for (const json& loser : each.at("listed")) {
            expected.listed.push_back(shown_of(loser));
        }
        history.views.push_back(std::move(expected));
    }
    return history;
}

void apply(Register& reg, const Op& op) {
    const Past past(op.seen, op.dot);
    if (op.value) {
        reg.apply_set({op.dot, op.at, *op.value, false}, op.over, {op.settling, false}, past);
    } else {
        reg.apply_acknowledge(past);
    }
}

View view_of(const Register& reg) {
    const auto shown = [](const RegisterOp& op) { return Shown{op.dot, std::get<std::int64_t>(op.value)}; };
    View result;
    if (const RegisterOp* displayed = reg.displayed(view)) {
        result.displayed = shown(*displayed);
    }
    for (const RegisterOp* loser : reg.listed(view)) {
        result.listed.push_back(shown(*loser));
    }
    return result;
}

/// The ops in a random order in which each follows its past.
std::vector<Op> another_order(std::vector<Op> rest, std::mt19937_64& random) {
    std::vector<Op> order;
    std::map<DeviceIndex, std::uint64_t> held;
    std::ranges::shuffle(rest, random);
    const auto ready = [&](const Op& op) {
        for (std::size_t device = 0; device < op.seen.size(); ++device) {
            if (held[static_cast<DeviceIndex>(device)] < op.seen[device]) {
                return false;
            }
        }
        return held[op.dot.device] + 1 == op.dot.seq;
    };
    while (!rest.empty()) {
        const auto next = std::ranges::find_if(rest, ready);
        if (next == rest.end()) {
            return {};  // not a causal history; no view will fit
        }
        held[next->dot.device] = next->dot.seq;
        order.push_back(std::move(*next));
        rest.erase(next);
    }
    return order;
}

/// Empty if the register and the model agree on the history.
std::string disagreement(const History& history) {
    const auto place = [&](const std::string& where) {
        return "seed " + std::to_string(history.seed) + ", " + where;
    };
    if (history.ops.empty() || history.ops.size() != history.views.size()) {
        return place("no view for each op");
    }
    Register reg;
    for (std::size_t i = 0; i < history.ops.size(); ++i) {
        apply(reg, history.ops[i]);
        if (view_of(reg) != history.views[i]) {
            return place("op " + std::to_string(i));
        }
    }
    std::mt19937_64 random(static_cast<std::uint64_t>(history.seed));
    for (int order = 0; order < 3; ++order) {
        Register other;
        for (const Op& op : another_order(history.ops, random)) {
            apply(other, op);
        }
        if (view_of(other) != history.views.back()) {
            return place("other order " + std::to_string(order));
        }
        if (other.live() != reg.live() || other.lost() != reg.lost()) {
            return place("the state of other order " + std::to_string(order));
        }
    }
    return {};
}

std::string vectors_file() {
    const char* named = std::getenv("COTMOC_REGISTER_FILE");
    return named != nullptr ? named : std::string(COTMOC_TESTS_DIR) + "/vectors/register.jsonl";
}

std::filesystem::path model_file() {
    const char* named = std::getenv("COTMOC_SHARED_DIR");
    const std::filesystem::path shared = named != nullptr
                                             ? std::filesystem::path(named)
                                             : std::filesystem::path(COTMOC_SOURCE_DIR) / ".." / "shared";
    return shared / "model" / "register.py";
}

/// The output of a program, line by line.
class Program {
public:
    explicit Program(const std::string& command) : file_(popen(command.c_str(), "r"), &pclose) {}
    bool next(std::string& line) {
        char* data = nullptr;
        std::size_t capacity = 0;
        const auto length = file_ ? getline(&data, &capacity, file_.get()) : -1;
        line.assign(data != nullptr ? data : "", length > 0 ? static_cast<std::size_t>(length) : 0);
        std::free(data);
        return length > 0;
    }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace

TEST_CASE("the register shows and lists what the model does, after every op and in other causal orders") {
    std::ifstream file(vectors_file());
    REQUIRE(file.is_open());
    std::size_t histories = 0;
    for (std::string line; std::getline(file, line); ++histories) {
        CHECK(disagreement(history_of(line)) == "");
    }
    CHECK(histories > 0);
    if (std::getenv("COTMOC_REGISTER_FILE") == nullptr) {
        CHECK(histories == 300);
    }
}

TEST_CASE("the comparison with the register model can fail") {
    std::ifstream file(std::string(COTMOC_TESTS_DIR) + "/vectors/register.jsonl");
    std::string line;
    REQUIRE(std::getline(file, line));
    const History good = history_of(line);
    REQUIRE(disagreement(good) == "");
    History wrong_value = good;
    ++wrong_value.views.back().displayed->value;
    CHECK(disagreement(wrong_value) != "");
    History missing_loser = good;
    const auto with_losers =
        std::ranges::find_if(missing_loser.views, [](const View& each) { return !each.listed.empty(); });
    REQUIRE(with_losers != missing_loser.views.end());
    with_losers->listed.pop_back();
    CHECK(disagreement(missing_loser) != "");
    History cut = good;
    cut.views.pop_back();
    CHECK(disagreement(cut) != "");
}

TEST_CASE("the register agrees with fresh histories of the model") {
    const std::filesystem::path model = model_file();
    if (!std::filesystem::exists(model)) {
        std::cout << "skipped: no register model at " << model << "\n";
        return;
    }
    const char* named = std::getenv("COTMOC_REGISTER_HISTORIES");
    const std::uint64_t wanted = named != nullptr ? std::strtoull(named, nullptr, 10) : 100'000;
    const auto command = [&](std::uint64_t first, std::uint64_t count) {
        return "python3 -O '" COTMOC_TESTS_DIR "/vectors/register_histories.py' '" + model.string() + "' " +
               std::to_string(first) + " " + std::to_string(count);
    };
    // Two at a time, since making a history takes far longer than checking it. Other seeds than the file's.
    constexpr std::uint64_t first_seed = 1'000'000;
    Program programs[] = {Program(command(first_seed, wanted / 2)),
                          Program(command(first_seed + wanted / 2, wanted - wanted / 2))};
    std::uint64_t histories = 0;
    std::string line;
    for (bool more = true; more;) {
        more = false;
        for (Program& program : programs) {
            if (program.next(line)) {
                more = true;
                ++histories;
                const std::string found = disagreement(history_of(line));
                REQUIRE_MESSAGE(found == "", found);
            }
        }
    }
    CHECK(histories == wanted);
}
