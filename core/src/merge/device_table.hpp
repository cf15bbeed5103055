// Who stands behind a device index. The merge orders concurrent things by device id, never by index.
#pragma once

#include <cotmoc/base/ids.hpp>

namespace cotmoc::core {

/// Whose elements the initial texts of creates are: a device that no trust feed can hold.
inline constexpr DeviceIndex content_device{0xffffffff};

/// Device ids by index. Precondition of id(): the index is enrolled.
class DeviceTable {
public:
    virtual ~DeviceTable() = default;
    virtual const DeviceId& id(DeviceIndex index) const = 0;
};

}  // namespace cotmoc::core
