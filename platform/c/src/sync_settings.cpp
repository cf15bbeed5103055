// What a sync is told before it runs, and what that means for its sessions.
#include "peer.hpp"
#include "sync_handle.hpp"

#include <cotmoc/records/record_json.hpp>
#include <cotmoc/records/status_json.hpp>

namespace cotmoc::capi {

Result<void> SyncHandle::set_hub(std::string address) {
    const Owned owned(*this);
    COTMOC_TRY(owned.check());
    const auto endpoint = asio::parse_endpoint(address);
    if (!endpoint || endpoint->port == 0) {
        return fail(ErrorCode::wrong_usage, "the address is HOST:PORT, not " + address);
    }
    hub_ = std::move(address);
    return {};
}

Result<void> SyncHandle::set_transport(std::shared_ptr<const Held<cotmoc_transport>> transport) {
    const Owned owned(*this);
    COTMOC_TRY(owned.check());
    transport_.swap(transport);
    transport.reset();  // the host's `drop` runs while the handle is still held
    return {};
}

Result<void> SyncHandle::set_progress(std::shared_ptr<const Held<cotmoc_progress_sink>> progress) {
    const Owned owned(*this);
    COTMOC_TRY(owned.check());
    progress_.swap(progress);
    progress.reset();  // the host's `drop` runs while the handle is still held
    return {};
}

Result<void> SyncHandle::set_attachments(std::int32_t carry, std::uint64_t octets_max) {
    const Owned owned(*this);
    COTMOC_TRY(owned.check());
    if (carry < COTMOC_ATTACHMENTS_NONE || carry > COTMOC_ATTACHMENTS_ALL) {
        return fail(ErrorCode::wrong_usage, "carry is one of COTMOC_ATTACHMENTS_…");
    }
    carry_ = {carry, octets_max};
    return {};
}

Result<void> SyncHandle::set_peer(std::string peer) {
    const Owned owned(*this);
    COTMOC_TRY(owned.check());
    peer_ = std::move(peer);
    return {};
}

Result<void> SyncHandle::want_attachment(const NamedAttachment& named) {
    const Owned owned(*this);
    COTMOC_TRY(owned.check());
    return with(*open_, Access::replica, [&](OpenReplica& open) -> Result<void> {
        COTMOC_ASSIGN(const FoundAttachment found, find_attachment(open, named));
        wanted_.push_back(found.file.id);
        return {};
    });
}

Result<std::unique_ptr<Pipe>> SyncHandle::make_pipe() {
    return with(*open_, Access::replica, [&](OpenReplica& open) -> Result<std::unique_ptr<Pipe>> {
        sync::Replica& replica = open.replica();
        if (!replica.joined()) {
            return fail(ErrorCode::not_joined);
        }
        peer_key_.reset();
        if (!peer_.empty()) {
            COTMOC_ASSIGN(const Peer peer, find_peer(replica, peer_, transport_ == nullptr));
            peer_key_ = peer.key;
            return transport_ ? make_host_pipe(transport_) : make_tcp_pipe(*peer.endpoint);
        }
        if (transport_) {
            return make_host_pipe(transport_);
        }
        COTMOC_ASSIGN(const std::string known, records::setting(replica, records::hub_setting));
        const auto endpoint = asio::parse_endpoint(hub_.empty() ? known : hub_);
        if (!endpoint) {
            return fail(ErrorCode::no_hub);
        }
        if (known.empty()) {
            // The first one named is kept though the hub may not answer yet.
            COTMOC_TRY(records::set_setting(replica, records::hub_setting, hub_));
        }
        return make_tcp_pipe(*endpoint);
    });
}

sync::AttachmentRule SyncHandle::attachment_rule() {
    using Rule = sync::AttachmentRule;
    const bool metered = [&] {
        const std::lock_guard lock(mutex_);
        return hints_.metered;
    }();
    Rule rule;
    if (carry_) {
        rule.carry = carry_->first == COTMOC_ATTACHMENTS_NONE ? Rule::Carry::none : Rule::Carry::small;
        rule.size_max = carry_->first == COTMOC_ATTACHMENTS_ALL ? UINT64_MAX : carry_->second;
    } else if (metered) {
        rule.carry = Rule::Carry::none;
    }
    rule.wanted = wanted_;
    return rule;
}

Result<void> SyncHandle::carry_files(sync::SessionOptions& session) {
    sync::Replica& replica = open_->replica();
    rule_ = {};
    const auto files = open_->snapshots(!pruned_.empty());
    if (!files) {
        // No record depends on them, and files of records not on snapshots.
        open_->log().tell(COTMOC_LOG_ERROR, "snapshots: " + describe(files.error()));
    }
    const auto store_or = open_->attachments();
    if (!store_or) {
        open_->log().tell(COTMOC_LOG_ERROR, "attached files: " + describe(store_or.error()));
        return {};
    }
    sync::AttachmentStore* const store = *store_or;
    if (store == nullptr) {
        return {};
    }
    session.attachments = store;
    if (!pruned_.empty() && files) {
        session.attachment_rule.carry = sync::AttachmentRule::Carry::none;
        session.snapshots = (*files)->shelf.get();
        rule_.ask = pruned_;
        session.snapshot_rule = rule_;
        return {};
    }
    session.attachment_rule = attachment_rule();
    session.follow_attachments = [&replica, store] { return sync::follow_attachments(replica, *store); };
    if (files && (*files)->shelf != nullptr && !peer_key_) {
        COTMOC_TRY(records::prepare_beginnings(replica, rule_));
        session.snapshots = (*files)->shelf.get();
        session.snapshot_rule = rule_;
    }
    return {};
}

Result<bool> SyncHandle::settle_beginnings(const sync::SessionReport* done) {
    const sync::SnapshotRule rule = std::exchange(rule_, {});
    if (stopped()) {
        return false;  // who cancelled wants the replica now; the next session's end installs what is whole
    }
    return with(*open_, Access::replica, [&](OpenReplica& open) -> Result<bool> {
        const auto files = open.snapshots();
        // Where they cannot be opened, the session was one without them, and said so.
        return files && (*files)->shelf != nullptr
                   ? records::settle_beginnings(open.replica(), *(*files)->shelf, rule, done)
                   : false;
    });
}

Result<bool> SyncHandle::want_verification(const sync::SessionReport& done) {
    const bool affordable = [&] {
        const std::lock_guard lock(mutex_);
        return !hints_.metered && !hints_.battery_low;
    }();
    const bool at_rest = done.complete && !peer_key_;
    if (!affordable || !at_rest || attachment_rule().carry == sync::AttachmentRule::Carry::none) {
        return false;
    }
    return with(*open_, Access::replica,
                [](OpenReplica& open) { return sync::want_verification(open.replica()); });
}

}  // namespace cotmoc::capi
