// Bundles as files, whom they are for, and what is told of them.
#pragma once

#include <cotmoc/sync/bundle.hpp>
#include <cotmoc/sync/file_bundle.hpp>
#include <cotmoc/sync/replica.hpp>
#include <cotmoc/system/file_stream.hpp>

#include <variant>

namespace cotmoc::records {

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

/// A name of a device and its id, for people.
struct NamedDevice {
    std::string name;
    DeviceId id;
};
std::vector<NamedDevice> named_devices(const sync::Replica& replica);
/// One other device by its name or by 8 or more digits that begin its id. unknown_device, also if several are
/// meant; wrong_usage for this device itself.
Result<DeviceId> other_device(const sync::Replica& replica, const std::string& named);
/// The devices that --for means: "hub" or "province", whatever devices are called; one by its name or by 8 or
/// more digits that begin its id. Empty for everybody. unknown_device, also of a name that several have;
/// no_hub.
Result<std::vector<DeviceId>> bundle_readers(const crypto::TrustState& trust,
                                             const std::vector<NamedDevice>& devices,
                                             const std::string& named);
/// Those who wrote what was read, as far as they are known: whom an answer is for.
std::vector<DeviceId> answer_readers(const crypto::TrustState& trust, const crypto::DeviceKeys& keys,
                                     const sync::BundleRead& read);

/// The volumes of attached files beside a bundle.
struct FileBundleFiles {
    sync::FileBundleWritten written;
    std::vector<std::string> files;
};
/// A bundle that was written.
struct BundleFiles {
    sync::BundleWritten written;
    std::vector<std::string> files;
    std::optional<FileBundleFiles> attachments = std::nullopt;  // if they were asked for
};

/// `bundle export --json`.
std::string bundle_written_json(const BundleFiles& exported);
/// `bundle import --json`; `answer` null: none was written; `attachments` null: none were given.
std::string bundle_read_json(const sync::BundleRead& read, const sync::SessionNotes& notes,
                             const BundleFiles* answer, const sync::FileBundleRead* attachments = nullptr);
/// What a volume of either kind shows to anybody.
using VolumeInfo = std::variant<sync::BundleVolumeInfo, sync::FileVolumeInfo>;
/// The errors of inspect_volume() and inspect_file_volume().
Result<VolumeInfo> inspect(const std::string& file);
/// An object of `bundle inspect --json`.
std::string inspected_json(const std::string& file, const VolumeInfo& info);

}  // namespace cotmoc::records
