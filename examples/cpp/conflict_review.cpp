// Conflict review: two people change the same field without knowing of each other. Nothing is lost: all see
// the same value, both values stay listed, and a person settles it for everybody.
#include "province.hpp"

#include <iostream>

using namespace cotmoc;

namespace {

core::ListQuery disputed() {
    core::ListQuery query;
    query.conflicts_only = true;
    return query;
}

Result<void> print_conflicts(sync::Replica& replica) {
    std::uint64_t count = 0;
    COTMOC_TRY(replica.store().list(disputed(), [&](const core::RecordView& record) {
        for (const core::FieldConflict& conflict : record.conflicts) {
            std::cout << "  " << conflict.field << ":\n";
            for (const core::LiveValue& value : conflict.values) {
                std::cout << "    " << core::to_text(value.value) << " by "
                          << replica.device_name(value.dot.device) << (value.shown ? " (shown)" : "") << '\n';
            }
        }
        ++count;
        return true;
    }));
    std::cout << "  " << count << " record(s) need a person\n";
    return {};
}

Result<void> sample() {
    COTMOC_ASSIGN(const auto province, samples::Province::create());
    COTMOC_ASSIGN(const auto post, province->add_post("don-bo-y"));
    COTMOC_ASSIGN(const auto office, province->add_post("ubnd-ngoc-hoi"));
    COTMOC_ASSIGN(const RecordId visit,
                  samples::add(*post->replica, "delegation",
                               R"({"partner": "tỉnh Attapư", "people": 12, "start_date": "2024-05-01"})"));
    COTMOC_TRY(province->sync(*post->replica));
    COTMOC_TRY(province->sync(*office->replica));

    // The same field, at two places, without a link. `partner` differs too, but the office alone changes it.
    COTMOC_TRY(samples::set(*post->replica, visit, "people", "14"));
    COTMOC_TRY(samples::set(*office->replica, visit, "people", "15"));
    COTMOC_TRY(samples::set(*office->replica, visit, "partner", "tỉnh Attapeu"));
    COTMOC_TRY(province->sync(*post->replica));
    COTMOC_TRY(province->sync(*office->replica));
    COTMOC_TRY(province->sync(*post->replica));
    std::cout << "new conflicts in the post's last session: " << post->replica->notes().new_conflicts << '\n';
    std::cout << "the post sees:\n";
    COTMOC_TRY(print_conflicts(*post->replica));
    std::cout << "the office sees:\n";
    COTMOC_TRY(print_conflicts(*office->replica));

    // A person at the post takes the second value; `value` instead of `take` would be a third one.
    COTMOC_ASSIGN(const auto before, post->replica->store().find(visit));
    core::Store::Resolution choice;
    choice.take = 1;
    const core::Value chosen = before->conflicts.front().values[1].value;
    COTMOC_TRY(post->replica->resolve(visit, "people", choice));
    std::cout << "the post takes " << core::to_text(chosen) << '\n';
    COTMOC_TRY(province->sync(*post->replica));
    COTMOC_TRY(province->sync(*office->replica));
    std::cout << "the office sees:\n";
    COTMOC_TRY(print_conflicts(*office->replica));
    return samples::print_sql(*office->replica, "SELECT partner, people FROM delegation");
}

}  // namespace

int main() { return samples::run(sample); }
