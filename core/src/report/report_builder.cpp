#include <cotmoc/core/report.hpp>

#include "report/report_names.hpp"

#include <algorithm>
#include <limits>

namespace cotmoc::core {
namespace {

/// One record's fields, read by the names that they had first. A field of another type than the report
/// expects counts as absent.
class Fields {
public:
    Fields(const Kind& kind, std::span<const BodyField> fields) : kind_(kind), fields_(fields) {}

    template <class T>
    const T* find(std::string_view name) const {
        const auto found = std::ranges::find(fields_, name, &BodyField::name);
        return found == fields_.end() ? nullptr : std::get_if<T>(&found->value);
    }
    std::string_view text(std::string_view name) const {
        const auto* found = find<std::string>(name);
        return found == nullptr ? std::string_view{} : *found;
    }
    /// Of a number that a later catalogue made a decimal or a real, the whole part.
    std::int64_t integer(std::string_view name) const {
        if (const auto* decimal = find<Decimal>(name)) {
            std::int64_t units = decimal->units;
            for (std::uint8_t scale = decimal->scale; scale > 0; --scale) {
                units /= 10;
            }
            return units;
        }
        if (const auto* real = find<double>(name)) {
            constexpr double bound = 9e18;
            return static_cast<std::int64_t>(std::clamp(*real, -bound, bound));
        }
        const auto* found = find<std::int64_t>(name);
        return found == nullptr ? 0 : *found;
    }
    Decimal decimal(std::string_view name) const {
        if (const auto* found = find<Decimal>(name)) {
            return *found;
        }
        const Field* field = kind_.find_key(name);
        if (field == nullptr || field->type != FieldType::decimal) {
            return {};
        }
        // An integer from before that is too large for the scale.
        const auto* integer = find<std::int64_t>(name);
        return integer != nullptr ? Decimal{*integer, 0} : Decimal{0, field->scale};
    }
    bool has(std::string_view name) const { return kind_.find_key(name) != nullptr; }

private:
    const Kind& kind_;
    std::span<const BodyField> fields_;
};

/// Stays at the end of the range instead of overflowing: a report of absurd numbers is absurd, not undefined.
void add_to(std::int64_t& sum, std::int64_t number) {
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    if (number > 0 && sum > highest - number) {
        sum = highest;
    } else if (number < 0 && sum < lowest - number) {
        sum = lowest;
    } else {
        sum += number;
    }
}

/// The number with a scale that is not smaller, or the end of the range.
Decimal at_scale(const Decimal& number, std::uint8_t scale) {
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    return with_scale(number, scale).value_or(Decimal{number.units < 0 ? -highest : highest, scale});
}

void add_to(Decimal& sum, const Fields& fields, std::string_view name) {
    if (!fields.has(name)) {
        return;
    }
    const Decimal number = fields.decimal(name);
    if (sum.units == 0) {
        sum.scale = number.scale;
    }
    // One field's scale is the same in all records, unless a number is too large for the scale it has now.
    const std::uint8_t scale = std::max(sum.scale, number.scale);
    sum = at_scale(sum, scale);
    add_to(sum.units, at_scale(number, scale).units);
}

void add_delegation(ReportFigures& figures, const Fields& fields) {
    const std::string_view direction = fields.text("direction");
    if (direction != "outgoing" && direction != "incoming") {
        return;
    }
    auto& delegations = direction == "outgoing" ? figures.outgoing : figures.incoming;
    ++delegations.count;
    add_to(delegations.people, fields.integer("people"));
}

void add_aid_project(ReportFigures& figures, const Fields& fields) {
    const std::string_view funding = fields.text("funding");
    if (funding != "ngo" && funding != "oda") {
        return;  // a loan is no aid
    }
    auto& aid = funding == "ngo" ? figures.ngo : figures.oda;
    ++aid.count;
    const std::string_view donor = fields.text("donor");
    const std::string_view donor_kind = fields.text("donor_kind");
    if (!donor.empty() && donor_kind == "organisation") {
        aid.organisations.emplace(donor);
    }
    if (!donor.empty() && donor_kind == "individual") {
        aid.individuals.emplace(donor);
    }
    add_to(aid.committed_usd, fields, "committed_usd");
    add_to(aid.disbursed_usd, fields, "disbursed_usd");
    add_to(aid.committed_vnd_million, fields, "committed_vnd_million");
    add_to(aid.disbursed_vnd_million, fields, "disbursed_vnd_million");
}

void add_award(ReportFigures& figures, const Fields& fields) {
    const std::string_view direction = fields.text("direction");
    if (direction != "received" && direction != "given") {
        return;
    }
    auto& awards = direction == "received" ? figures.received : figures.given;
    add_to(awards.collectives, fields.integer("collectives"));
    add_to(awards.individuals, fields.integer("individuals"));
}

void add_team(ReportFigures& figures, const Fields& fields) {
    const auto* active = fields.find<bool>("active");
    if (active != nullptr && !*active) {
        return;
    }
    ++figures.teams.count;
    add_to(figures.teams.members, fields.integer("members"));
    if (const std::string_view commune = fields.text("commune"); !commune.empty()) {
        figures.teams.communes.emplace(commune);
    }
}

void add_support(ReportFigures& figures, const Fields& fields) {
    add_to(figures.support_vnd_million, fields, "value_vnd_million");
    add_to(figures.people_served, fields.integer("people_served"));
}

void add_training(ReportFigures& figures, const Fields& fields) {
    add_to(figures.training_classes, fields.integer("classes"));
    add_to(figures.training_participants, fields.integer("participants"));
}

void add_checklist_item(ReportFigures& figures, const Fields& fields) {
    if (const auto* done = fields.find<bool>("done")) {
        ++(*done ? figures.checklist_yes : figures.checklist_no);
    }
}

void add_incident(ReportFigures& figures, const Fields& fields) {
    if (const std::string_view type = fields.text("type"); !type.empty()) {
        ++figures.incidents[std::string(type)];
    }
}

void add_twinning(ReportFigures& figures, const Fields& fields) {
    if (const std::string_view level = fields.text("level"); !level.empty()) {
        ++figures.twinning[std::string(level)];
    }
}

void add_remains_search(ReportFigures& figures, const Fields& fields) {
    add_to(figures.remains_found, fields.integer("remains_found"));
}

template <std::int64_t ReportFigures::*count>
void count_record(ReportFigures& figures, const Fields&) {
    ++(figures.*count);
}

using Adder = void (*)(ReportFigures&, const Fields&);
constexpr std::pair<std::string_view, Adder> adders[] = {
    {"delegation", add_delegation},
    {"agreement", count_record<&ReportFigures::agreements>},
    {"conference", count_record<&ReportFigures::conferences>},
    {"economic_activity", count_record<&ReportFigures::economic_activities>},
    {"aid_project", add_aid_project},
    {"outreach", count_record<&ReportFigures::outreach>},
    {"border_inspection", count_record<&ReportFigures::border_inspections>},
    {"self_managed_team", add_team},
    {"incident", add_incident},
    {"remains_search", add_remains_search},
    {"consular_case", count_record<&ReportFigures::consular_cases>},
    {"award", add_award},
    {"twinning", add_twinning},
    {"support", add_support},
    {"training", add_training},
    {"document", count_record<&ReportFigures::documents>},
    {"checklist_item", add_checklist_item},
};

}  // namespace

ReportBuilder::ReportBuilder(std::string space, Date from, Date to)
    : space_(std::move(space)), from_(from), to_(to) {
    for (const ReportName& type : incident_types) {
        figures_.incidents.emplace(type.key, 0);
    }
    for (const ReportName& level : twinning_levels) {
        figures_.twinning.emplace(level.key, 0);
    }
}

bool ReportBuilder::covers(const Kind& kind, std::span<const BodyField> fields) {
    const Fields read(kind, fields);
    const Field* dated_by = kind.find(kind.dated_by);
    const Date* date = dated_by == nullptr ? nullptr : read.find<Date>(dated_by->key);
    const auto* recorded_at = read.find<DateTime>("recorded_at");
    if (date == nullptr && recorded_at == nullptr) {
        // A standing record exists whether or not anybody noted since when.
        figures_.undated += kind.dated_by.empty() ? 0 : 1;
        return kind.dated_by.empty();
    }
    const Date day = date != nullptr ? *date : recorded_at->local_day();
    const bool begun = kind.dated_by.empty() || day.days >= from_.days;
    return begun && day.days <= to_.days;
}

void ReportBuilder::add(const Kind& kind, std::span<const BodyField> fields) {
    const auto* adder = std::ranges::find(adders, kind.name, &std::pair<std::string_view, Adder>::first);
    if (adder != std::end(adders) && covers(kind, fields)) {
        adder->second(figures_, Fields(kind, fields));
    }
}

}  // namespace cotmoc::core
