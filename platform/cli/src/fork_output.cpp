#include "fork_output.hpp"

#include "hub_output.hpp"
#include "messages.hpp"

#include <algorithm>

namespace cotmoc::cli {

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
