// Bundles as files, and what the commands say of them: shared by cotmoc and cotmoc-hub.
#pragma once

#include "command.hpp"

#include <cotmoc/records/bundle_work.hpp>

#include <CLI/CLI.hpp>

namespace cotmoc::cli {

using records::bundle_readers;
using records::BundleFiles;
using records::FileBundleFiles;
using records::FileVolume;
using records::NamedDevice;
using records::VolumeFiles;

struct BundleOptions {
    std::string file;
    std::vector<std::string> files;
    std::string reader;
    std::string volume_size;
    bool all = false;
    std::string ack;
    bool attachments = false;           // of export
    std::uint64_t attachment_mib = 16;  // the largest file that it carries
};
void add_export_options(CLI::App& command, BundleOptions& options);
/// For a side that has files.
void add_attachment_options(CLI::App& command, BundleOptions& options);
void add_import_options(CLI::App& command, BundleOptions& options);
void add_inspect_options(CLI::App& command, BundleOptions& options);

/// "64K", "100M" or a number of octets; empty: the largest. wrong_usage.
Result<std::uint64_t> parse_volume_size(const std::string& text);

/// A records::BundleParty, with what is told of it.
struct BundleSide {
    const Common& common;
    Clock& clock;
    sync::FeedStore& store;
    const crypto::DeviceKeys& keys;
    Random& random;
    sync::BundlePeers& peers;
    std::vector<NamedDevice> devices;
    /// After the import of something: what it brought that a person has to see.
    std::function<sync::SessionNotes()> notes = [] { return sync::SessionNotes(); };
    /// Its attached files, with what records name now; null if it has none.
    std::function<Result<sync::AttachmentStore*>()> attachments = []() -> Result<sync::AttachmentStore*> {
        return nullptr;
    };
    bool is_hub = false;
};
Outcome export_to_files(const BundleSide& side, const BundleOptions& options);
Outcome import_from_files(const BundleSide& side, const BundleOptions& options);
/// Needs neither a replica nor a passphrase.
Outcome inspect_files(const Common& common, const BundleOptions& options);

}  // namespace cotmoc::cli
