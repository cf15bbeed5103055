// Devices as SQL writes them.
#pragma once

#include <cotmoc/base/ids.hpp>

#include <string>
#include <vector>

namespace cotmoc::sync {

/// For IN (...): blobs in hex, nothing that would have to be quoted.
std::string device_list(const std::vector<DeviceId>& devices);

}  // namespace cotmoc::sync
