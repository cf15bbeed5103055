// The high-water mark as two files: DIR/high-water.cotmoc, and a copy outside the replica's directory, which
// a restored backup of that directory does not bring back.
#pragma once

#include <cotmoc/crypto/high_water_mark.hpp>

namespace cotmoc::system {

/// $COTMOC_STATE_DIR (empty: none), else $XDG_STATE_HOME/cotmoc, else ~/.local/state/cotmoc; empty if there
/// is no such place.
std::string state_directory();

class FileHighWaterMark final : public crypto::HighWaterMark {
public:
    /// `outside` empty: no copy there.
    FileHighWaterMark(std::string directory, std::string outside)
        : directory_(std::move(directory)), outside_(std::move(outside)) {}

    std::vector<Bytes> load(const DeviceId& device) override;
    /// The copy outside is kept as well as can be: where it cannot be written, the one inside has to do.
    Result<void> save(const DeviceId& device, BytesView mark) override;
    std::string path() const { return directory_ + "/high-water.cotmoc"; }

private:
    std::string outside_path(const DeviceId& device) const { return outside_ + "/" + device.hex() + ".mark"; }
    std::string directory_;
    std::string outside_;
};

}  // namespace cotmoc::system
