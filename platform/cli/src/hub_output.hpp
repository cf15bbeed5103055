// What `sync` and `status` say of the hub.
#pragma once

#include "program.hpp"

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::cli {

/// {"went_back":bool,"missing_change_sets":N,"stale_h":H or null,…}
std::string hub_json(const sync::Replica& replica, const sync::HubNotice& notice);
/// One line for each thing to say; nothing if there is nothing.
void put_hub_notice(const Common& common, const sync::Replica& replica, const sync::HubNotice& notice);

}  // namespace cotmoc::cli
