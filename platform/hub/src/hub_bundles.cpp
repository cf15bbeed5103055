#include "hub_bundles.hpp"

#include <cotmoc/system/file.hpp>

namespace cotmoc::hub {
namespace {

/// In files of the hub's directory: no more than a list of places in feeds each. Losing them makes bundles
/// larger and nothing else.
class FilePeers final : public sync::BundlePeers {
public:
    FilePeers(sync::FeedStore& store, std::string folder) : BundlePeers(store), folder_(std::move(folder)) {}

protected:
    Result<std::optional<Bytes>> load(const DeviceId& peer, Kind kind) override {
        const std::string path = file(peer, kind);
        if (!system::file_exists(path)) {
            return std::optional<Bytes>();
        }
        constexpr std::size_t size_max = 8 * 1024 * 1024;
        COTMOC_ASSIGN(Bytes bytes, system::read_file(path, size_max));
        return std::optional(std::move(bytes));
    }
    Result<void> save(const DeviceId& peer, Kind kind, BytesView bytes) override {
        COTMOC_TRY(system::make_directory(folder_));
        return system::replace_file(file(peer, kind), bytes);
    }

private:
    std::string file(const DeviceId& peer, Kind kind) const {
        return folder_ + "/" + peer.hex() + (kind == Kind::holdings ? ".holdings" : ".volumes");
    }
    std::string folder_;
};

using Work = cli::Outcome (*)(const cli::BundleSide&, const cli::BundleOptions&);

cli::Outcome with_hub(const cli::Common& common, HubPlace& place, const cli::BundleOptions& options,
                      Work work) {
    if (!place.joined()) {
        return fail(ErrorCode::not_joined);
    }
    FilePeers peers(place.hub(), place.directory() + "/bundles");
    cli::BundleSide side{common, place.clock(), place.hub(), place.keys(), place.random(), peers, {}};
    side.is_hub = true;
    side.attachments = [&]() -> Result<sync::AttachmentStore*> {
        return place.attachments() != nullptr ? Result<sync::AttachmentStore*>(place.attachments())
                                              : tl::unexpected(*place.attachments_error());
    };
    return work(side, options);
}

}  // namespace

cli::Outcome export_bundle(const cli::Common& common, HubPlace& place, const sync::HubLimits& limits,
                           const cli::BundleOptions& options) {
    COTMOC_TRY(place.open("bundle export", limits));
    return with_hub(common, place, options, cli::export_to_files);
}

cli::Outcome import_bundle(const cli::Common& common, HubPlace& place, const sync::HubLimits& limits,
                           const sync::AttachmentLimits& files, const cli::BundleOptions& options) {
    COTMOC_TRY(place.open("bundle import", limits, files));
    return with_hub(common, place, options, cli::import_from_files);
}

}  // namespace cotmoc::hub
