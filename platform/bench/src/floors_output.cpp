#include "floors_output.hpp"

#include <cotmoc/core/database.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <thread>

#include <sys/utsname.h>

namespace cotmoc::bench {
namespace {

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) {
            return line.substr(std::min(line.find(": ") + 2, line.size()));
        }
    }
    return "unknown";
}

std::string operating_system() {
    utsname name{};
    uname(&name);
    return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

std::string compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#else
    return "g++ " __VERSION__;
#endif
}

nlohmann::ordered_json machine(const Workload& workload) {
    return {{"cpu", processor()},
            {"cores", std::thread::hardware_concurrency()},
            {"os", operating_system()},
            {"compiler", compiler()},
            {"sqlite", core::sqlite_version()},
            {"cipher", core::preferred_cipher()},
            {"records", workload.records.size()},
            {"source", workload.source}};
}

/// Four significant digits are more than the noise leaves.
double rounded(double value) {
    if (value == 0 || std::abs(value) >= 1000) {
        return std::round(value);
    }
    const double scale = std::pow(10.0, 3 - std::floor(std::log10(std::abs(value))));
    return std::round(value * scale) / scale;
}

nlohmann::ordered_json number(const std::optional<double>& value) {
    if (!value) {
        return nullptr;
    }
    const double shown = rounded(*value);
    if (std::floor(shown) == shown) {
        return static_cast<std::int64_t>(shown);
    }
    return shown;
}

std::string cell(const std::optional<double>& value) { return value ? number(value).dump() : "-"; }

}  // namespace

std::string to_json(const Workload& workload, const std::vector<Row>& rows) {
    nlohmann::ordered_json document{{"machine", machine(workload)},
                                    {"rows", nlohmann::ordered_json::array()}};
    for (const Row& row : rows) {
        nlohmann::ordered_json line{{"name", row.name},
                                    {"value", number(row.value)},
                                    {"unit", row.unit},
                                    {"floor", number(row.floor)},
                                    {"ratio", number(row.ratio)},
                                    {"goal", number(row.goal)},
                                    {"met", row.met()}};
        if (!row.note.empty()) {
            line["note"] = row.note;
        }
        document["rows"].push_back(std::move(line));
    }
    return document.dump(1) + "\n";
}

std::string to_table(const Workload& workload, const std::vector<Row>& rows) {
    std::string table;
    const nlohmann::ordered_json about = machine(workload);
    for (const auto& [name, value] : about.items()) {
        table += name + ": " + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
    }
    char line[256];
    std::snprintf(line, sizeof line, "\n%-11s %10s %-10s %10s %8s %8s  %-4s\n", "row", "value", "unit",
                  "floor", "ratio", "goal", "met");
    table += line;
    for (const Row& row : rows) {
        const std::string goal = (row.direction == Goal::at_least ? ">=" : "<=") + cell(row.goal);
        std::snprintf(line, sizeof line, "%-11s %10s %-10s %10s %8s %8s  %-4s", row.name.c_str(),
                      cell(row.value).c_str(), row.unit.c_str(), cell(row.floor).c_str(),
                      cell(row.ratio).c_str(), goal.c_str(), row.met() ? "yes" : "no");
        table += line + (row.note.empty() ? std::string() : "  " + row.note) + "\n";
    }
    return table;
}

}  // namespace cotmoc::bench
