#include "hub_link.hpp"

#include "progress.hpp"

#include <cotmoc/sync/partial_store.hpp>
#include <cotmoc/sync/runner.hpp>

namespace cotmoc::cli {

Result<HubAddress> hub_address(sync::Replica& replica, const std::string& named) {
    HubAddress address;
    address.text = named;
    COTMOC_ASSIGN(const std::string known, setting(replica, hub_setting));
    if (address.text.empty()) {
        address.text = known;
    }
    if (address.text.empty()) {
        return fail(ErrorCode::no_hub);
    }
    const auto endpoint = asio::parse_endpoint(address.text);
    if (!endpoint || endpoint->port == 0) {
        return fail(ErrorCode::wrong_usage, "--hub is HOST:PORT, not " + address.text);
    }
    address.endpoint = *endpoint;
    if (known.empty()) {
        // The first one named is kept though the hub may not answer yet; it replaces no address that has
        // worked.
        COTMOC_TRY(set_setting(replica, hub_setting, address.text));
    }
    return address;
}

Result<sync::SessionReport> sync_with(const Common& common, Opened& opened, const asio::Endpoint& endpoint,
                                      const crypto::AgreementPublicKey& key, asio::TcpOptions options,
                                      sync::SessionReport& last, const AttachmentLink& attachments) {
    sync::Replica& replica = *opened.replica;
    Clock& clock = opened.place.clock;
    Progress progress(common, clock, Label::syncing);
    const std::int64_t began = clock.steady_ms();
    options.progress = [&, told = std::move(options.progress)](const sync::SessionReport& report) {
        last = report;
        progress.show(sync::progress_of(report, clock.steady_ms() - began));
        if (told) {
            told(report);
        }
    };
    sync::SessionOptions session{replica, replica.keys().device, opened.place.random};
    if (attachments.store != nullptr) {
        // First, so that a session knows at once what is missing. It is tried again when the records are
        // here.
        const Result<void> followed = sync::follow_attachments(replica, *attachments.store);
        if (!followed && !sync::is_attachment_failure(followed.error().code)) {
            return tl::unexpected(followed.error());
        }
        session.attachments = attachments.store;
        session.attachment_rule = attachments.rule;
        session.snapshots = attachments.snapshots;
        session.snapshot_rule = attachments.snapshot_rule;
        session.follow_attachments = [&] { return sync::follow_attachments(replica, *attachments.store); };
    }
    sync::ReplicaPartials partials(replica.store());
    // What a hub has begun to send is not for a neighbour to replace.
    if (const auto hub = replica.hub_key(); hub && *hub == key) {
        session.partials = &partials;
    } else {
        session.stall_ms = neighbour_stall_ms;
    }
    const auto report = asio::sync_over_tcp(endpoint.host, endpoint.port, session, key, options, clock);
    progress.clear();
    if (report) {
        COTMOC_TRY(set_setting(replica, last_sync_setting, utc_text(clock.wall_ms())));
        last = *report;
    }
    return report;
}

Result<sync::SessionReport> sync_with_hub(const Common& common, Opened& opened, const HubAddress& hub,
                                          const asio::TcpOptions& options, sync::SessionReport& last,
                                          const AttachmentLink& attachments) {
    const auto hub_key = opened.replica->hub_key();
    if (!hub_key) {
        return fail(ErrorCode::no_hub, "the authority has enrolled none");
    }
    const auto report = sync_with(common, opened, hub.endpoint, *hub_key, options, last, attachments);
    if (report) {
        COTMOC_TRY(set_setting(*opened.replica, hub_setting, hub.text));
    }
    return report;
}

}  // namespace cotmoc::cli
