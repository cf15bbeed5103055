// What `sync` and `status` say of the hub.
#pragma once

#include "program.hpp"

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::cli {

/// A device's name, or the beginning of its id.
std::string device_text(const sync::Replica& replica, DeviceIndex device);
/// An error's words as a notice: "hub_went_back: what: advice".
std::string notice_line(const Common& common, ErrorCode code);

/// One line for each thing to say; nothing if there is nothing.
void put_hub_notice(const Common& common, const sync::Replica& replica, const sync::HubNotice& notice);

}  // namespace cotmoc::cli
