// Offline, then sync: two devices work apart; one session each with the hub, and both show the same.
#include "province.hpp"

#include <iostream>

using namespace cotmoc;

namespace {

void print(std::string_view who, const sync::SessionReport& report) {
    std::cout << who << ": sent " << report.sent.change_sets << ", received " << report.received.change_sets
              << (report.complete ? ", nothing left" : ", not complete") << '\n';
}

Result<std::string> how_far(sync::Replica& replica, const RecordId& id) {
    COTMOC_ASSIGN(const auto view, replica.store().find(id));
    if (!view) {
        return std::string("not here");
    }
    switch (view->progress) {
        case core::Progress::local:
            return std::string("on this device only");
        case core::Progress::sealed:
            return std::string("signed, waiting for a link");
        case core::Progress::hub:
            return std::string("held by the hub");
        case core::Progress::province:
            return std::string("confirmed by the province");
    }
    return std::string();
}

Result<void> sample() {
    COTMOC_ASSIGN(const auto province, samples::Province::create());
    COTMOC_ASSIGN(const auto post, province->add_post("don-bo-y"));
    COTMOC_ASSIGN(const auto office, province->add_post("ubnd-ngoc-hoi"));

    // No link: both go on working.
    COTMOC_ASSIGN(const RecordId visit,
                  samples::add(*post->replica, "delegation",
                               R"({"partner": "tỉnh Attapư", "people": 12, "start_date": "2024-05-01"})"));
    COTMOC_TRY(samples::add(*office->replica, "delegation",
                            R"({"partner": "tỉnh Ratanakiri", "people": 7, "start_date": "2024-05-03"})"));
    COTMOC_ASSIGN(std::string where, how_far(*post->replica, visit));
    std::cout << "the post's record: " << where << '\n';

    // A link for a moment. Over TCP it is cotmoc::asio::sync_over_tcp() with the same options; a session that
    // is cut goes on where it was when it is run again.
    COTMOC_ASSIGN(const auto of_post, province->sync(*post->replica));
    print("post", of_post);
    COTMOC_ASSIGN(const auto of_office, province->sync(*office->replica));
    print("office", of_office);
    COTMOC_ASSIGN(const auto again, province->sync(*post->replica));
    print("post again", again);
    COTMOC_ASSIGN(where, how_far(*post->replica, visit));
    std::cout << "the post's record: " << where << '\n';

    // Equal digests: both hold the same records, to the last octet.
    COTMOC_ASSIGN(const sync::SpaceInfo space, post->replica->find_space("kon-tum/ngoc-hoi"));
    COTMOC_ASSIGN(const Hash256 at_post, post->replica->store().digest(space.id));
    COTMOC_ASSIGN(const Hash256 at_office, office->replica->store().digest(space.id));
    std::cout << "same digest: " << (at_post == at_office ? "yes" : "no") << '\n';

    for (const auto* device : {&post, &office}) {
        std::cout << (*device)->replica->name() << " shows:\n";
        COTMOC_TRY(samples::print_sql(
            *(*device)->replica, "SELECT start_date, partner, people FROM delegation ORDER BY start_date"));
    }
    return {};
}

}  // namespace

int main() { return samples::run(sample); }
