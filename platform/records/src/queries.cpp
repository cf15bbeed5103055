#include <cotmoc/records/queries.hpp>

#include <algorithm>

namespace cotmoc::records {
namespace {

/// SQLite counts ATTACH, BEGIN and some PRAGMAs among what only reads; here a query is what yields rows of
/// records.
bool is_query(std::string_view statement) {
    const std::size_t begin = statement.find_first_not_of(" \t\r\n");
    const std::string_view text = statement.substr(std::min(begin, statement.size()));
    std::string word;
    for (const char letter : text.substr(0, 8)) {
        const bool lower = letter >= 'a' && letter <= 'z';
        word += lower ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    const auto begins = [&](std::string_view keyword) {
        const char next = word.size() > keyword.size() ? word[keyword.size()] : ' ';
        return word.starts_with(keyword) && (next < 'A' || next > 'Z') && next != '_';
    };
    return begins("SELECT") || begins("WITH") || begins("VALUES") || begins("EXPLAIN");
}

Result<core::Date> day(const NamedDay& named) {
    const auto date = core::parse_date(named.text);
    if (!date) {
        return fail(ErrorCode::bad_date, std::string(named.name) + " " + named.text);
    }
    return *date;
}

/// The space and those under it, as far as the device holds them.
Result<std::vector<SpaceId>> spaces_under(const sync::Replica& replica, const std::string& name) {
    COTMOC_TRY(replica.find_space(name));
    std::vector<SpaceId> spaces;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        if (space.name == name || space.name.starts_with(name + "/")) {
            spaces.push_back(space.id);
        }
    }
    return spaces;
}

}  // namespace

Result<void> check_is_query(std::string_view statement) {
    return is_query(statement)
               ? Result<void>()
               : fail(ErrorCode::bad_query, "a query begins with SELECT, WITH, VALUES or EXPLAIN");
}

Result<core::ReportBuilder> report_of(sync::Replica& replica, const std::string& space, const NamedDay& from,
                                      const NamedDay& to) {
    COTMOC_ASSIGN(const core::Date first, day(from));
    COTMOC_ASSIGN(const core::Date last, day(to));
    if (first.days > last.days) {
        return fail(ErrorCode::wrong_usage, std::string(from.name) + " is after " + std::string(to.name));
    }
    COTMOC_ASSIGN(const auto spaces, spaces_under(replica, space));
    core::ReportBuilder report(space, first, last);
    COTMOC_TRY(replica.store().report(spaces, report));
    return report;
}

}  // namespace cotmoc::records
