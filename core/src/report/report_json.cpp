#include <cotmoc/core/report.hpp>

#include "report/report_names.hpp"

namespace cotmoc::core {
namespace {

/// Writes members in the order of the calls, without space between them.
class JsonObject {
public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
    ~JsonObject() { out_ += '}'; }
    JsonObject(const JsonObject&) = delete;
    JsonObject& operator=(const JsonObject&) = delete;

    std::string& key(std::string_view name) {
        out_ += first_ ? "" : ",";
        first_ = false;
        append_json_string(out_, name);
        out_ += ':';
        return out_;
    }
    void number(std::string_view name, std::int64_t value) { key(name) += std::to_string(value); }
    void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
    void decimal(std::string_view name, const Decimal& value) { text(name, to_text(value)); }

private:
    std::string& out_;
    bool first_ = true;
};

void write_delegations(std::string& out, const ReportFigures::Delegations& delegations) {
    JsonObject object(out);
    object.number("count", delegations.count);
    object.number("people", delegations.people);
}

void write_aid(std::string& out, const ReportFigures::Aid& aid) {
    JsonObject object(out);
    object.number("count", aid.count);
    object.number("organisations", static_cast<std::int64_t>(aid.organisations.size()));
    object.number("individuals", static_cast<std::int64_t>(aid.individuals.size()));
    object.decimal("committed_usd", aid.committed_usd);
    object.decimal("disbursed_usd", aid.disbursed_usd);
    object.decimal("committed_vnd_million", aid.committed_vnd_million);
    object.decimal("disbursed_vnd_million", aid.disbursed_vnd_million);
}

void write_awards(std::string& out, const ReportFigures::Awards& awards) {
    JsonObject object(out);
    object.number("collectives", awards.collectives);
    object.number("individuals", awards.individuals);
}

void write_texts(std::string& out, const std::set<std::string>& texts) {
    append_json(out, Value(TextList(texts.begin(), texts.end())));
}

void write_teams(std::string& out, const ReportFigures::Teams& teams) {
    JsonObject object(out);
    object.number("count", teams.count);
    object.number("members", teams.members);
    write_texts(object.key("communes"), teams.communes);
}

/// The known names first, in the catalogue's order; then those that a newer catalogue brought.
void write_counts(std::string& out, std::map<std::string, std::int64_t> counts,
                  std::span<const ReportName> names) {
    JsonObject object(out);
    for (const ReportName& name : names) {
        const std::string key(name.key);
        object.number(key, counts[key]);
        counts.erase(key);
    }
    for (const auto& [key, count] : counts) {
        object.number(key, count);
    }
}

template <class Part>
void write_pair(std::string& out, void (*write)(std::string&, const Part&), std::string_view first_name,
                const Part& first, std::string_view second_name, const Part& second) {
    JsonObject object(out);
    write(object.key(first_name), first);
    write(object.key(second_name), second);
}

void write_two_numbers(std::string& out, std::string_view first_name, std::int64_t first,
                       std::string_view second_name, std::int64_t second) {
    JsonObject object(out);
    object.number(first_name, first);
    object.number(second_name, second);
}

}  // namespace

std::string ReportBuilder::json() const {
    const ReportFigures& f = figures_;
    std::string out;
    {
        JsonObject report(out);
        report.text("space", space_);
        report.key("period") += "[\"" + to_text(from_) + "\",\"" + to_text(to_) + "\"]";
        write_pair(report.key("delegations"), write_delegations, "outgoing", f.outgoing, "incoming",
                   f.incoming);
        report.number("agreements", f.agreements);
        report.number("conferences", f.conferences);
        report.number("economic_activities", f.economic_activities);
        write_pair(report.key("aid_projects"), write_aid, "ngo", f.ngo, "oda", f.oda);
        report.number("outreach", f.outreach);
        report.number("border_inspections", f.border_inspections);
        write_counts(report.key("incidents"), f.incidents, incident_types);
        write_teams(report.key("self_managed_teams"), f.teams);
        report.number("remains_found", f.remains_found);
        report.number("consular_cases", f.consular_cases);
        write_pair(report.key("awards"), write_awards, "received", f.received, "given", f.given);
        write_counts(report.key("twinning"), f.twinning, twinning_levels);
        report.decimal("support_vnd_million", f.support_vnd_million);
        report.number("people_served", f.people_served);
        write_two_numbers(report.key("training"), "classes", f.training_classes, "participants",
                          f.training_participants);
        write_two_numbers(report.key("checklist"), "yes", f.checklist_yes, "no", f.checklist_no);
        report.number("documents", f.documents);
        report.number("undated", f.undated);
    }
    return out;
}

}  // namespace cotmoc::core
