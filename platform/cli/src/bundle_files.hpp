// Bundles as files, and what the commands say of them: shared by cotmoc and cotmoc-hub.
#pragma once

#include "command.hpp"

#include <cotmoc/sync/bundle.hpp>
#include <cotmoc/system/file_stream.hpp>

#include <CLI/CLI.hpp>

namespace cotmoc::cli {

/// FILE if there is one volume, else FILE.001, FILE.002 … They get these names when the last one is durable.
/// Nothing that is there is overwritten or removed: file_exists.
class VolumeFiles final : public sync::VolumeSink {
public:
    explicit VolumeFiles(std::string path) : path_(std::move(path)) {}
    /// file_exists if one of the first `count` volumes could not get its name; before anything is written.
    static Result<void> check_free(const std::string& path, std::uint32_t count = 1);
    Result<void> begin(std::uint32_t number, std::uint32_t count) override;
    Result<void> write(BytesView bytes) override;
    Result<void> end() override;
    const std::vector<std::string>& names() const { return names_; }

private:
    Result<void> publish();
    std::string path_;
    std::uint32_t count_ = 0;
    std::vector<system::FileWriter> files_;
    std::vector<std::string> names_;
};

/// A volume in a file, which may lie on a read-only medium.
class FileVolume final : public sync::VolumeSource {
public:
    explicit FileVolume(std::string path) : file_(std::move(path)) {}
    const std::string& name() const override { return file_.path(); }
    Result<std::uint64_t> size() override { return file_.size(); }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        return file_.read(offset, into);
    }

private:
    system::FileReader file_;
};

struct BundleOptions {
    std::string file;
    std::vector<std::string> files;
    std::string reader;
    std::string volume_size;
    bool all = false;
    std::string ack;
};
void add_export_options(CLI::App& command, BundleOptions& options);
void add_import_options(CLI::App& command, BundleOptions& options);
void add_inspect_options(CLI::App& command, BundleOptions& options);

/// "64K", "100M" or a number of octets; empty: the largest. wrong_usage.
Result<std::uint64_t> parse_volume_size(const std::string& text);

/// A name of a device and its id, for --for.
struct NamedDevice {
    std::string name;
    DeviceId id;
};
/// The devices that --for means: "hub" or "province", whatever devices are called; one by its name or by 8 or
/// more digits that begin its id. Empty for everybody. unknown_device, also of a name that several have;
/// no_hub.
Result<std::vector<DeviceId>> bundle_readers(const crypto::TrustState& trust,
                                             const std::vector<NamedDevice>& devices,
                                             const std::string& named);

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
};
Outcome export_to_files(const BundleSide& side, const BundleOptions& options);
Outcome import_from_files(const BundleSide& side, const BundleOptions& options);
/// Needs neither a replica nor a passphrase.
Outcome inspect_files(const Common& common, const BundleOptions& options);

}  // namespace cotmoc::cli
