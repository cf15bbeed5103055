// A device of a fleet whose files are copied: backups put back, and two copies that both go on.
#pragma once

#include "support/fleet.hpp"

namespace cotmoc::test_support {

class MemoryHighWaterMark final : public crypto::HighWaterMark {
public:
    std::vector<Bytes> load(const DeviceId& device) override {
        const auto found = marks.find(device);
        return found != marks.end() ? std::vector<Bytes>{found->second} : std::vector<Bytes>();
    }
    Result<void> save(const DeviceId& device, BytesView mark) override {
        if (fails) {
            return fail(ErrorCode::io_error, "mark");
        }
        ++saves;
        marks[device].assign(mark.begin(), mark.end());
        return {};
    }
    std::map<DeviceId, Bytes> marks;
    int saves = 0;
    bool fails = false;
};

/// The files of a replica as they stand on the disk now, as a backup program copies them.
struct DiskImage {
    Bytes database;
    Bytes log;
    Bytes key_file;
};
DiskImage take_image(const FleetDevice& device);
/// The image takes the place of the files; the replica must be closed.
void write_back(FleetDevice& device, const DiskImage& image);
/// The replica is opened anew from the image.
void put_back(Fleet& fleet, const std::string& name, const DiskImage& image);

/// A second copy of a device that goes on beside the first, under the same keys.
std::unique_ptr<FleetDevice> make_twin(Fleet& fleet, const FleetDevice& device);
void reopen(Fleet& fleet, FleetDevice& device);

/// One session with the hub or between two devices; the caller's error if it ends with one.
Result<sync::SessionReport> try_sync(Fleet& fleet, FleetDevice& device);
Result<sync::SessionReport> try_meet(Fleet& fleet, FleetDevice& caller, FleetDevice& responder);

/// rejoin, enrol and join, by the authority of the fleet, which revokes nothing.
Result<void> rejoin(Fleet& fleet, FleetDevice& device, crypto::Role role,
                    const std::vector<std::string>& spaces, std::string_view name = {});

inline constexpr std::string_view test_passphrase = "a passphrase for tests";

}  // namespace cotmoc::test_support
