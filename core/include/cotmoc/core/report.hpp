// The figures of a district's or province's report over a period. A pure function of the records given to it.
#pragma once

#include <cotmoc/core/catalogue.hpp>

#include <array>
#include <map>
#include <set>

namespace cotmoc::core {

/// What a report shows. Sums over absent values are 0; decimals have their field's scale.
struct ReportFigures {
    struct Delegations {
        std::int64_t count = 0;
        std::int64_t people = 0;
    };
    struct Aid {
        std::int64_t count = 0;
        std::set<std::string> organisations;  // distinct donors
        std::set<std::string> individuals;
        Decimal committed_usd{0, 2};
        Decimal disbursed_usd{0, 2};
        Decimal committed_vnd_million{0, 3};
        Decimal disbursed_vnd_million{0, 3};
    };
    struct Awards {
        std::int64_t collectives = 0;
        std::int64_t individuals = 0;
    };
    struct Teams {
        std::int64_t count = 0;
        std::int64_t members = 0;
        std::set<std::string> communes;  // in code-point order
    };
    Delegations outgoing, incoming;
    std::int64_t agreements = 0;
    std::int64_t conferences = 0;
    std::int64_t economic_activities = 0;
    Aid ngo, oda;
    std::int64_t outreach = 0;
    std::int64_t border_inspections = 0;
    std::map<std::string, std::int64_t> incidents;  // by type
    Teams teams;
    std::int64_t remains_found = 0;
    std::int64_t consular_cases = 0;
    Awards received, given;
    std::map<std::string, std::int64_t> twinning;  // by level
    Decimal support_vnd_million{0, 3};
    std::int64_t people_served = 0;
    std::int64_t training_classes = 0;
    std::int64_t training_participants = 0;
    std::int64_t checklist_yes = 0;
    std::int64_t checklist_no = 0;
    std::int64_t documents = 0;
    std::int64_t undated = 0;  // records of dated kinds with neither date nor recorded_at: in no period
};

/// Adds up records. The caller passes those of the space and of the spaces under it, without deleted ones.
class ReportBuilder {
public:
    /// Both days belong to the period.
    ReportBuilder(std::string space, Date from, Date to);

    /// Takes one record into account if the period covers it. Kinds that no report shows are passed over.
    /// `fields` go by their stored names, which figures are defined by, with values in their present types.
    void add(const Kind& kind, std::span<const BodyField> fields);

    const ReportFigures& figures() const { return figures_; }
    /// One object with every key always present, always in the same order.
    std::string json() const;
    /// The same figures as a table for people.
    std::string markdown(bool vietnamese) const;

private:
    bool covers(const Kind& kind, std::span<const BodyField> fields);

    std::string space_;
    Date from_;
    Date to_;
    ReportFigures figures_;
};

}  // namespace cotmoc::core
