// cotmoc-hub bundle: a hub that takes and gives sticks, with or without a line.
#pragma once

#include "bundle_files.hpp"
#include "hub_place.hpp"

namespace cotmoc::hub {

/// Opens the place. The directory is locked meanwhile, so a hub that serves is to be stopped first: busy.
cli::Outcome export_bundle(const cli::Common& common, HubPlace& place, const sync::HubLimits& limits,
                           const cli::BundleOptions& options);
/// Takes attached files too; `files` says how many.
cli::Outcome import_bundle(const cli::Common& common, HubPlace& place, const sync::HubLimits& limits,
                           const sync::AttachmentLimits& files, const cli::BundleOptions& options);

}  // namespace cotmoc::hub
