// Who stands behind a device index. The merge orders concurrent things by device id, never by index.
#pragma once

#include <cotmoc/base/ids.hpp>

namespace cotmoc::core {

/// Device ids by index. Precondition of id(): the index is enrolled.
class DeviceTable {
public:
    virtual ~DeviceTable() = default;
    virtual const DeviceId& id(DeviceIndex index) const = 0;
};

}  // namespace cotmoc::core
