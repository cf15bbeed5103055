#include <cotmoc/core/report.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

using namespace cotmoc;
using namespace cotmoc::core;
using nlohmann::json;

namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Counts and sums as a catalogue shaped like the real one gives them.
const Catalogue& catalogue() {
    static const Catalogue parsed = *Catalogue::parse(R"({
  "catalogue": "test", "version": 1,
  "common": {"recorded_at": {"type": "datetime", "merge": "latest"}},
  "kinds": {
    "delegation": {"dated_by": "start_date", "fields": {"start_date": {"type": "date", "merge": "latest"},
        "direction": {"type": "text", "merge": "latest"}, "people": {"type": "integer", "merge": "latest"}}},
    "aid_project": {"dated_by": "start_date", "fields": {"start_date": {"type": "date", "merge": "latest"},
        "funding": {"type": "text", "merge": "latest"}, "donor": {"type": "text", "merge": "latest"},
        "donor_kind": {"type": "text", "merge": "latest"},
        "disbursed_usd": {"type": "decimal", "merge": "latest", "scale": 2}}},
    "self_managed_team": {"fields": {"commune": {"type": "text", "merge": "latest"},
        "members": {"type": "integer", "merge": "latest"}, "active": {"type": "boolean", "merge": "latest"}}},
    "support": {"dated_by": "given_on", "fields": {"given_on": {"type": "date", "merge": "latest"},
        "value_vnd_million": {"type": "decimal", "merge": "latest", "scale": 3},
        "people_served": {"type": "counter", "merge": "counter"}}},
    "incident": {"dated_by": "occurred_on", "fields": {"occurred_on": {"type": "date", "merge": "latest"},
        "type": {"type": "text", "merge": "latest"}}},
    "twinning": {"fields": {"level": {"type": "text", "merge": "latest"}}},
    "checklist_item": {"fields": {"done": {"type": "boolean", "merge": "latest"}}},
    "unreported": {"fields": {}}}})");
    return parsed;
}

ReportBuilder first_half_of_2024() {
    return {"kon-tum", *parse_date("2024-01-01"), *parse_date("2024-06-30")};
}

void add_line(ReportBuilder& report, const Catalogue& by, std::string_view text) {
    const auto line = parse_import_line(by, text);
    REQUIRE(line);
    std::vector<BodyField> fields;
    for (const FieldValue& value : line->fields) {
        fields.push_back({value.field, value.value});
    }
    report.add(*by.find(line->kind), fields);
}

json report_of(std::initializer_list<std::string> lines) {
    ReportBuilder report = first_half_of_2024();
    for (const std::string& line : lines) {
        add_line(report, catalogue(), line);
    }
    return json::parse(report.json());
}

std::string delegation(const std::string& fields,
                       const std::string& recorded_at = "2024-03-01T07:00:00+07:00") {
    return R"({"kind":"delegation","recorded_at":")" + recorded_at + R"(","fields":{"direction":"outgoing")" +
           (fields.empty() ? "" : "," + fields) + "}}";
}

/// Every key of `expected` has the same value in `actual`; more keys are welcome there.
void check_contains(const json& actual, const json& expected, const std::string& place) {
    CAPTURE(place);
    if (!expected.is_object()) {
        CHECK(actual == expected);
        return;
    }
    REQUIRE(actual.is_object());
    for (const auto& item : expected.items()) {
        REQUIRE(actual.contains(item.key()));
        check_contains(actual[item.key()], item.value(), place + "/" + item.key());
    }
}

}  // namespace

TEST_CASE("an empty report has every key, with zeros of the right scale") {
    const json report = report_of({});
    CHECK(report["space"] == "kon-tum");
    CHECK(report["period"] == json({"2024-01-01", "2024-06-30"}));
    CHECK(report["delegations"]["outgoing"] == json({{"count", 0}, {"people", 0}}));
    CHECK(report["aid_projects"]["ngo"]["disbursed_usd"] == "0.00");
    CHECK(report["aid_projects"]["oda"]["committed_vnd_million"] == "0.000");
    CHECK(report["support_vnd_million"] == "0.000");
    CHECK(report["self_managed_teams"] == json({{"count", 0}, {"members", 0}, {"communes", json::array()}}));
    CHECK(report["incidents"]["free_migration"] == 0);
    CHECK(report["twinning"]["school"] == 0);
    CHECK(report["checklist"] == json({{"yes", 0}, {"no", 0}}));
    for (const char* key : {"agreements", "conferences", "economic_activities", "outreach", "people_served",
                            "documents", "undated"}) {
        CAPTURE(key);
        CHECK(report[key] == 0);
    }
    CHECK(report["training"] == json({{"classes", 0}, {"participants", 0}}));
    CHECK(report["awards"]["given"] == json({{"collectives", 0}, {"individuals", 0}}));
}

TEST_CASE("both bounds of a period belong to it") {
    const json report = report_of({delegation(R"("start_date":"2023-12-31","people":1)"),
                                   delegation(R"("start_date":"2024-01-01","people":10)"),
                                   delegation(R"("start_date":"2024-06-30","people":100)"),
                                   delegation(R"("start_date":"2024-07-01","people":1000)")});
    CHECK(report["delegations"]["outgoing"] == json({{"count", 2}, {"people", 110}}));
}

TEST_CASE("a record without its date has the day of recorded_at in its own offset") {
    CHECK(report_of({delegation("", "2024-01-01T00:30:00+07:00")})["delegations"]["outgoing"]["count"] == 1);
    CHECK(report_of({delegation("", "2023-12-31T23:30:00-07:00")})["delegations"]["outgoing"]["count"] == 0);
    CHECK(report_of({delegation("", "2024-06-30T23:59:59-12:00")})["delegations"]["outgoing"]["count"] == 1);
    CHECK(report_of({delegation("", "2024-07-01T00:00:00+14:00")})["delegations"]["outgoing"]["count"] == 0);
    const json undated = report_of({R"({"kind":"delegation","fields":{"direction":"outgoing"}})"});
    CHECK(undated["delegations"]["outgoing"]["count"] == 0);
    CHECK(undated["undated"] == 1);
}

TEST_CASE("a standing record counts from the day it was recorded on; inactive teams do not") {
    const auto team = [](const std::string& day, const std::string& fields) {
        return R"({"kind":"self_managed_team","recorded_at":")" + day + R"(T07:00:00+07:00","fields":{)" +
               fields + "}}";
    };
    const json report = report_of({team("2001-01-01", R"("commune":"b","members":3)"),
                                   team("2024-06-30", R"("commune":"a","active":true)"),
                                   team("2024-06-30", R"("commune":"b","members":4)"),
                                   team("2024-01-01", R"("commune":"c","active":false)"),
                                   team("2024-07-01", R"("commune":"d","members":9)")});
    CHECK(report["self_managed_teams"] == json({{"count", 3}, {"members", 7}, {"communes", {"a", "b"}}}));
}

TEST_CASE("donors are distinct, by kind, among projects of non-governmental aid; a loan is no aid") {
    const auto project = [](const std::string& funding, const std::string& donor, const std::string& kind) {
        return R"({"kind":"aid_project","fields":{"start_date":"2024-02-01","disbursed_usd":"1.50",)"
               R"("funding":")" +
               funding + R"(","donor":")" + donor + R"(","donor_kind":")" + kind + "\"}}";
    };
    const json report =
        report_of({project("ngo", "A", "organisation"), project("ngo", "A", "organisation"),
                   project("ngo", "B", "organisation"), project("ngo", "A", "individual"),
                   project("ngo", "C", "government"), project("ngo", "", "organisation"),
                   project("oda", "D", "organisation"), project("loan", "E", "organisation")});
    const json& aid = report["aid_projects"];
    CHECK(aid["ngo"]["count"] == 6);
    CHECK(aid["ngo"]["organisations"] == 2);
    CHECK(aid["ngo"]["individuals"] == 1);
    CHECK(aid["ngo"]["disbursed_usd"] == "9.00");
    CHECK(aid["oda"]["count"] == 1);
    CHECK(aid["oda"]["disbursed_usd"] == "1.50");
}

TEST_CASE("names of a newer catalogue are counted too, and absent answers are none") {
    const json report =
        report_of({R"({"kind":"incident","fields":{"occurred_on":"2024-02-01","type":"piracy"}})",
                   R"({"kind":"incident","fields":{"occurred_on":"2024-02-01","type":"drugs"}})",
                   R"({"kind":"twinning","fields":{"level":"region"}})",
                   R"({"kind":"twinning","fields":{"level":"school"}})",
                   R"({"kind":"checklist_item","fields":{"done":true}})",
                   R"({"kind":"checklist_item","fields":{"done":false}})",
                   R"({"kind":"checklist_item","fields":{}})", R"({"kind":"unreported","fields":{}})"});
    CHECK(report["incidents"]["piracy"] == 1);
    CHECK(report["incidents"]["drugs"] == 1);
    CHECK(report["twinning"]["region"] == 1);
    CHECK(report["twinning"]["school"] == 1);
    CHECK(report["checklist"] == json({{"yes", 1}, {"no", 1}}));
}

TEST_CASE("absurd sums stay at the end of the range") {
    const std::string line = R"({"kind":"support","fields":{"given_on":"2024-02-01","people_served":)"
                             R"(9223372036854775807,"value_vnd_million":"9223372036854775.807"}})";
    const json report = report_of({line, line});
    CHECK(report["people_served"] == 9223372036854775807);
    CHECK(report["support_vnd_million"] == "9223372036854775.807");
}

TEST_CASE("the table for people shows the same figures in both languages") {
    ReportBuilder report = first_half_of_2024();
    add_line(report, catalogue(), delegation(R"("start_date":"2024-02-01","people":4711)"));
    add_line(report, catalogue(), R"({"kind":"self_managed_team","fields":{"commune":"x|y\nz"}})");
    const std::string vietnamese = report.markdown(true);
    const std::string english = report.markdown(false);
    CHECK(vietnamese.find("| Lượt người đi | 4711 |") != std::string::npos);
    CHECK(english.find("| People going out | 4711 |") != std::string::npos);
    CHECK(english.find("| x\\|y z |") != std::string::npos);
    CHECK(english.find("2024-01-01 – 2024-06-30") != std::string::npos);
    CHECK(std::ranges::count(vietnamese, '\n') == std::ranges::count(english, '\n'));
}

TEST_CASE("the reports of the shared data show the expected figures") {
    const char* named = std::getenv("COTMOC_SHARED_DIR");
    const std::filesystem::path beside = std::filesystem::path(COTMOC_SOURCE_DIR) / "../shared";
    const std::filesystem::path data = (named != nullptr ? std::filesystem::path(named) : beside) / "data";
    if (!std::filesystem::exists(data / "catalogue.json")) {
        std::cout << "skipped: no shared data\n";
        return;
    }
    const auto shared_catalogue = Catalogue::parse(read_file(data / "catalogue.json"));
    REQUIRE(shared_catalogue);
    CHECK(Catalogue::parse(read_file(data / "bench/catalogue.json")));
    const std::pair<std::string, std::string> reports[] = {{"dak-glei-2024h1", "kon-tum/dak-glei"},
                                                           {"kon-tum-2011-2021", "kon-tum"}};
    for (const auto& [folder, space] : reports) {
        CAPTURE(folder);
        const json expected = json::parse(read_file(data / folder / "expected.json"));
        ReportBuilder report(space, *parse_date(expected["period"][0].get<std::string>()),
                             *parse_date(expected["period"][1].get<std::string>()));
        std::size_t lines = 0;
        for (const auto& [set, unused] : reports) {
            std::ifstream file(data / set / "records.jsonl");
            for (std::string text; std::getline(file, text); ++lines) {
                const auto line = parse_import_line(*shared_catalogue, text);
                REQUIRE(line);
                CHECK(check_required(*shared_catalogue->find(line->kind), line->fields));
                if (line->space == space || line->space.starts_with(space + "/")) {
                    add_line(report, *shared_catalogue, text);
                }
            }
        }
        CHECK(lines == 431);
        check_contains(json::parse(report.json()), expected, "");
    }
}
