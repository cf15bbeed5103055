#include <cotmoc/core/report.hpp>

#include "report/report_names.hpp"

namespace cotmoc::core {
namespace {

/// A cell must not end its column or its line.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        if (letter == '|' || letter == '\\') {
            escaped += '\\';
        }
        escaped += static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
    }
    return escaped;
}

class Table {
public:
    explicit Table(bool vietnamese) : vietnamese_(vietnamese) {}

    std::string_view pick(std::string_view vietnamese, std::string_view english) const {
        return vietnamese_ ? vietnamese : english;
    }
    void line(std::string_view text) {
        out_ += text;
        out_ += '\n';
    }
    /// A heading and the head of the table under it.
    void section(std::string_view vietnamese, std::string_view english) {
        line("");
        line("## " + std::string(pick(vietnamese, english)));
        line("");
        line(vietnamese_ ? "| Nội dung | Số liệu |" : "| Item | Figure |");
        line("|:---|---:|");
    }
    void row(std::string_view vietnamese, std::string_view english, std::string_view figure) {
        line("| " + cell(pick(vietnamese, english)) + " | " + cell(figure) + " |");
    }
    void row(std::string_view vietnamese, std::string_view english, std::int64_t figure) {
        row(vietnamese, english, std::to_string(figure));
    }
    void row(std::string_view vietnamese, std::string_view english, const Decimal& figure) {
        row(vietnamese, english, to_text(figure));
    }
    std::string take() { return std::move(out_); }

private:
    bool vietnamese_;
    std::string out_;
};

void write_delegations(Table& table, const ReportFigures& f) {
    table.section("Đoàn ra, đoàn vào", "Delegations");
    table.row("Đoàn ra", "Outgoing delegations", f.outgoing.count);
    table.row("Lượt người đi", "People going out", f.outgoing.people);
    table.row("Đoàn vào", "Incoming delegations", f.incoming.count);
    table.row("Lượt người đến", "People coming in", f.incoming.people);
    table.section("Thỏa thuận, hội nghị, kinh tế, thông tin đối ngoại",
                  "Agreements, conferences, economy, outreach");
    table.row("Thỏa thuận quốc tế", "International agreements", f.agreements);
    table.row("Hội nghị, hội thảo quốc tế", "International conferences", f.conferences);
    table.row("Hoạt động ngoại giao kinh tế", "Economic activities", f.economic_activities);
    table.row("Hoạt động thông tin đối ngoại", "Outreach activities", f.outreach);
}

void write_aid(Table& table, const ReportFigures::Aid& aid) {
    table.row("Số dự án", "Projects", aid.count);
    table.row("Số tổ chức tài trợ", "Donor organisations",
              static_cast<std::int64_t>(aid.organisations.size()));
    table.row("Số cá nhân tài trợ", "Individual donors", static_cast<std::int64_t>(aid.individuals.size()));
    table.row("Cam kết (USD)", "Committed (USD)", aid.committed_usd);
    table.row("Giải ngân (USD)", "Disbursed (USD)", aid.disbursed_usd);
    table.row("Cam kết (triệu đồng)", "Committed (million VND)", aid.committed_vnd_million);
    table.row("Giải ngân (triệu đồng)", "Disbursed (million VND)", aid.disbursed_vnd_million);
}

/// Names of a newer catalogue have no words here and stand as they are.
void write_counts(Table& table, std::map<std::string, std::int64_t> counts,
                  std::span<const ReportName> names) {
    for (const ReportName& name : names) {
        const std::string key(name.key);
        table.row(name.vietnamese, name.english, counts[key]);
        counts.erase(key);
    }
    for (const auto& [key, count] : counts) {
        table.row(key, key, count);
    }
}

void write_border(Table& table, const ReportFigures& f) {
    table.section("Biên giới", "Border");
    table.row("Lượt kiểm tra đường biên, cột mốc", "Border inspections", f.border_inspections);
    table.row("Tổ tự quản", "Self-managed teams", f.teams.count);
    table.row("Thành viên tổ tự quản", "Members of the teams", f.teams.members);
    table.row("Xã có tổ tự quản", "Communes with teams",
              to_text(Value(TextList(f.teams.communes.begin(), f.teams.communes.end()))));
    table.row("Hài cốt liệt sĩ đã cất bốc", "Remains found", f.remains_found);
    table.section("Vụ việc biên giới", "Border incidents");
    write_counts(table, f.incidents, incident_types);
}

void write_others(Table& table, const ReportFigures& f) {
    table.section("Lãnh sự, khen thưởng", "Consular cases, awards");
    table.row("Vụ việc lãnh sự", "Consular cases", f.consular_cases);
    table.row("Được khen: tập thể", "Awards received: collectives", f.received.collectives);
    table.row("Được khen: cá nhân", "Awards received: individuals", f.received.individuals);
    table.row("Khen tặng: tập thể", "Awards given: collectives", f.given.collectives);
    table.row("Khen tặng: cá nhân", "Awards given: individuals", f.given.individuals);
    table.section("Kết nghĩa", "Twinning");
    write_counts(table, f.twinning, twinning_levels);
    table.section("Hỗ trợ, đào tạo, văn bản", "Support, training, documents");
    table.row("Hỗ trợ phía bạn (triệu đồng)", "Support given (million VND)", f.support_vnd_million);
    table.row("Lượt người được giúp", "People served", f.people_served);
    table.row("Lớp đào tạo, tập huấn", "Training classes", f.training_classes);
    table.row("Học viên", "Participants", f.training_participants);
    table.row("Mục kiểm tra: có", "Checklist: yes", f.checklist_yes);
    table.row("Mục kiểm tra: không", "Checklist: no", f.checklist_no);
    table.row("Văn bản chỉ đạo", "Documents", f.documents);
    if (f.undated != 0) {
        table.row("Bản ghi thiếu ngày, không tính", "Records without a date, not counted", f.undated);
    }
}

}  // namespace

std::string ReportBuilder::markdown(bool vietnamese) const {
    Table table(vietnamese);
    const std::string title(table.pick("Báo cáo công tác đối ngoại", "Report on external affairs"));
    const std::string period(table.pick("Kỳ báo cáo", "Period"));
    table.line("# " + title + ": " + cell(space_));
    table.line("");
    table.line(period + ": " + to_text(from_) + " – " + to_text(to_));
    write_delegations(table, figures_);
    table.section("Viện trợ phi chính phủ nước ngoài (PCPNN)", "Aid by non-governmental organisations");
    write_aid(table, figures_.ngo);
    table.section("Viện trợ ODA", "Official development assistance");
    write_aid(table, figures_.oda);
    write_border(table, figures_);
    write_others(table, figures_);
    return table.take();
}

}  // namespace cotmoc::core
