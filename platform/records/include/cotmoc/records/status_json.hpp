// What `status` and `sync` tell, as JSON with the shapes of docs/cli.md, and the settings behind it.
#pragma once

#include <cotmoc/sync/attachments.hpp>
#include <cotmoc/sync/replica.hpp>
#include <cotmoc/sync/session.hpp>
#include <cotmoc/sync/snapshots.hpp>

namespace cotmoc::records {

inline constexpr std::string_view hub_setting = "hub_address";
inline constexpr std::string_view last_sync_setting = "last_sync";

/// A setting of the replica's store; empty if it is not there.
Result<std::string> setting(sync::Replica& replica, std::string_view name);
Result<void> set_setting(sync::Replica& replica, std::string_view name, const std::string& value);

/// A feed that is forked, or in which the trust feed names another change set than is held.
struct ForkedFeed {
    std::string space;
    DeviceIndex device{};
    std::uint64_t from = 0;       // the first place at which it is forked
    std::uint64_t void_from = 0;  // nothing counts from here on; 0: one branch stays
};

Result<std::vector<ForkedFeed>> forked_feeds(sync::Replica& replica);

/// {"change_sets","ops","bytes"}.
std::string transfer_json(const sync::Transfer& transfer);
/// The name of the device that signed a snapshot, its id if it has none; empty for none.
std::string snapshot_author(const sync::Replica& replica,
                            const std::optional<crypto::SnapshotManifest>& snapshot);
/// `status --json`.
Result<std::string> status_json(sync::Replica& replica);
/// `sync --json`: of one session or several. `rotated`: spaces that got new keys; left out if empty. `store`
/// null: there is none of files, or it does not open.
Result<std::string> report_json(sync::Replica& replica, const sync::SessionReport& report, double seconds,
                                const std::vector<std::string>& rotated, sync::AttachmentStore* store);
/// What a session moved of files, and what is still missing here.
std::string attachments_json(const sync::SessionReport& report, sync::AttachmentStore* store);
/// The name of a file in a record; empty if none is known any more.
std::string name_of(sync::AttachmentStore* store, const Hash256& id);
/// {"SPACE":"hex"}
Result<std::string> digests_json(sync::Replica& replica);
/// {"went_back":bool,"missing_change_sets":N,"stale_h":H or null,…}
std::string hub_json(const sync::Replica& replica, const sync::HubNotice& notice);
/// [{"space","device","name","from","void_from":N or null}]
std::string forks_json(const sync::Replica& replica, const std::vector<ForkedFeed>& feeds);

}  // namespace cotmoc::records
