// How far the own feeds have gone, kept outside the database: a database restored from a backup is behind it.
#pragma once

#include <cotmoc/crypto/keys.hpp>

namespace cotmoc::crypto {

/// The last own change set of a space that may have left the device.
struct MarkedFeed {
    SpaceId space;
    std::uint64_t seq = 0;
    Hash256 hash;
    friend bool operator==(const MarkedFeed&, const MarkedFeed&) = default;
};

/// docs/spec/key_file.md. `feeds` sorted by space; authenticated under a key of the device's signing seed.
Bytes seal_high_water_mark(std::span<const MarkedFeed> feeds, const DeviceKeys& device);
/// Nothing if it is malformed or was not made by this device.
std::optional<std::vector<MarkedFeed>> open_high_water_mark(BytesView bytes, const DeviceKeys& device);

/// Who keeps it: two files in a program (cotmoc/system), the platform's key store in an app.
class HighWaterMark {
public:
    virtual ~HighWaterMark() = default;
    /// All copies that can be read; they may differ if one of them was restored.
    virtual std::vector<Bytes> load(const DeviceId& device) = 0;
    /// Durable when it returns.
    virtual Result<void> save(const DeviceId& device, BytesView mark) = 0;
};

}  // namespace cotmoc::crypto
