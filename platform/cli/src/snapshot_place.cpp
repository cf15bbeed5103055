#include "snapshot_place.hpp"

#include <charconv>

namespace cotmoc::cli {

Result<SnapshotPlace> open_snapshots(Opened& opened, bool always) {
    SnapshotPlace place;
    COTMOC_TRY(records::open_snapshots(place, *opened.replica, opened.place.directory, always));
    return place;
}

Result<std::uint64_t> snapshot_every(sync::Replica& replica) {
    COTMOC_ASSIGN(const std::string text, setting(replica, snapshot_every_setting));
    std::uint64_t every = sync::snapshot_every_default;
    std::from_chars(text.data(), text.data() + text.size(), every);
    return every;
}

Result<sync::SessionReport> sync_and_begin(const Common& common, Opened& opened, const HubAddress& hub,
                                           const asio::TcpOptions& options, sync::SessionReport& last,
                                           AttachmentLink link) {
    sync::Replica& replica = *opened.replica;
    const bool limited = options.max_bytes != 0 || options.max_ms != 0;
    sync::SessionReport sum;
    for (;;) {
        if (link.snapshots != nullptr) {
            COTMOC_TRY(records::prepare_beginnings(replica, link.snapshot_rule));
        }
        const auto report = sync_with_hub(common, opened, hub, options, last, link);
        records::add_session(sum, last);
        last = sum;
        bool again = false;
        if (link.snapshots != nullptr) {
            COTMOC_ASSIGN(again, records::settle_beginnings(replica, *link.snapshots, link.snapshot_rule,
                                                            report ? &*report : nullptr));
        }
        if (!report || !again || limited) {
            return report ? Result<sync::SessionReport>(sum) : report;
        }
    }
}

}  // namespace cotmoc::cli
