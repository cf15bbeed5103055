// Live query: a list on the screen that follows what its user, a colleague's sync or a merge changes.
#include "province.hpp"

#include <iostream>

using namespace cotmoc;

namespace {

Result<void> sample() {
    COTMOC_ASSIGN(const auto province, samples::Province::create());
    COTMOC_ASSIGN(const auto post, province->add_post("don-bo-y"));
    COTMOC_ASSIGN(const auto office, province->add_post("ubnd-ngoc-hoi"));
    sync::Replica& replica = *post->replica;

    // The post's screen shows delegations of 12 people.
    core::ListQuery query;
    query.kind = "delegation";
    query.where = {{"people", std::int64_t{12}}};
    COTMOC_ASSIGN(core::Subscription subscription,
                  replica.observe(query, [](const core::QueryChange& change) {
                      std::cout << "  told: " << change.entered.size() << " entered, "
                                << change.changed.size() << " changed, " << change.left.size() << " left\n";
                  }));

    std::cout << "the user adds one:\n";
    COTMOC_ASSIGN(const RecordId visit,
                  samples::add(replica, "delegation",
                               R"({"partner": "tỉnh Attapư", "people": 12, "start_date": "2024-05-01"})"));
    std::cout << "another one that the list does not show:\n";
    COTMOC_TRY(samples::add(replica, "delegation",
                            R"({"partner": "tỉnh Ratanakiri", "people": 7, "start_date": "2024-05-03"})"));
    std::cout << "the user gives it a head:\n";
    COTMOC_TRY(samples::set(replica, visit, "head", "Ông Bounmy"));

    std::cout << "three at once, in one batch:\n";
    COTMOC_TRY(replica.batch([&]() -> Result<void> {
        for (const char* day : {"2024-06-01", "2024-06-02", "2024-06-03"}) {
            COTMOC_TRY(samples::add(replica, "delegation",
                                    R"({"people": 12, "start_date": ")" + std::string(day) + "\"}"));
        }
        return {};
    }));

    std::cout << "the office changes the first one, and the post syncs:\n";
    COTMOC_TRY(province->sync(replica));
    COTMOC_TRY(province->sync(*office->replica));
    COTMOC_TRY(samples::set(*office->replica, visit, "people", "13"));
    COTMOC_TRY(province->sync(*office->replica));
    COTMOC_TRY(province->sync(replica));

    std::cout << "after the subscription has ended:\n";
    subscription.cancel();
    COTMOC_TRY(replica.remove(visit));

    std::cout << "the list is now:\n";
    return samples::print_sql(
        replica, "SELECT start_date, people FROM delegation WHERE people = 12 ORDER BY start_date");
}

}  // namespace

int main() { return samples::run(sample); }
