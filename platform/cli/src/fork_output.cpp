#include "fork_output.hpp"

#include "hub_output.hpp"
#include "json_text.hpp"
#include "messages.hpp"

#include <algorithm>

namespace cotmoc::cli {

Result<std::vector<ForkedFeed>> forked_feeds(sync::Replica& replica) {
    std::vector<ForkedFeed> all;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const auto judgements, replica.store().fork_judgements(space.id));
        COTMOC_ASSIGN(const auto places, replica.store().fork_places(space.id));
        for (const core::ForkJudgement& judgement : judgements) {
            const auto first = std::ranges::find(places, judgement.device, &core::ForkPlace::author);
            if (first != places.end() || judgement.void_from != 0) {
                const std::uint64_t from = first != places.end() ? first->seq : judgement.void_from;
                all.push_back({space.name, judgement.device, from, judgement.void_from});
            }
        }
    }
    return all;
}

std::string forks_json(const sync::Replica& replica, const std::vector<ForkedFeed>& feeds) {
    std::vector<std::string> objects;
    for (const ForkedFeed& feed : feeds) {
        objects.push_back(JsonObject()
                              .text("space", feed.space)
                              .text("device", replica.device_id(feed.device).hex())
                              .text("name", replica.device_name(feed.device))
                              .number("from", feed.from)
                              .raw("void_from", feed.void_from != 0 ? std::to_string(feed.void_from) : "null")
                              .finish());
    }
    return json_array(objects);
}

void put_fork_notice(const Common& common, const sync::Replica& replica,
                     const std::vector<ForkedFeed>& feeds) {
    bool any = false;
    for (const ForkedFeed& feed : feeds) {
        if (feed.void_from == 0) {
            continue;
        }
        if (!std::exchange(any, true)) {
            put_line(notice_line(common, ErrorCode::forked_feed));
        }
        put_line("  " + feed.space + " " + device_text(replica, feed.device) + ": " +
                 std::string(common.text(Label::void_op)) + ": " + std::to_string(feed.void_from) + "–");
    }
}

}  // namespace cotmoc::cli
