#include <cotmoc/records/bundle_files.hpp>

#include <cotmoc/system/file.hpp>

#include <algorithm>

namespace cotmoc::records {
namespace {

std::string volume_name(const std::string& path, std::uint32_t number, std::uint32_t count) {
    if (count == 1) {
        return path;
    }
    std::string digits = std::to_string(number);
    digits.insert(0, 3 - std::min<std::size_t>(3, digits.size()), '0');
    return path + "." + digits;
}

}  // namespace

Result<void> VolumeFiles::check_free(const std::string& path, std::uint32_t count) {
    std::vector<std::string> names{path};  // beside FILE.001 an older FILE would be imported by mistake
    for (std::uint32_t number = 1; number <= count; ++number) {
        names.push_back(volume_name(path, number, 2));
    }
    for (const std::string& name : names) {
        if (system::file_exists(name)) {
            return fail(ErrorCode::file_exists, name);
        }
    }
    return {};
}

Result<void> VolumeFiles::begin(std::uint32_t number, std::uint32_t count) {
    if (number == 1) {
        COTMOC_TRY(check_free(path_, count));
        count_ = count;
    }
    const std::string name = volume_name(path_, number, count);
    // Others may carry it: what it holds is sealed.
    COTMOC_ASSIGN(system::FileWriter file, system::FileWriter::create(name, system::FileReaders::everyone));
    files_.push_back(std::move(file));
    names_.push_back(name);
    return {};
}

Result<void> VolumeFiles::write(BytesView bytes) { return files_.back().write(bytes); }

Result<void> VolumeFiles::end() {
    COTMOC_TRY(files_.back().close());
    return files_.size() == count_ ? publish() : Result<void>();
}

/// All or none: what got its name goes again if another one cannot get its own.
Result<void> VolumeFiles::publish() {
    for (std::size_t i = 0; i < files_.size(); ++i) {
        if (Result<void> named = files_[i].finish(); !named) {
            for (std::size_t before = 0; before < i; ++before) {
                (void)system::remove_file(names_[before]);  // the first error is the one to tell
            }
            return named;
        }
    }
    return {};
}

std::vector<NamedDevice> named_devices(const sync::Replica& replica) {
    std::vector<NamedDevice> devices;
    for (const sync::DeviceInfo& device : replica.devices()) {
        devices.push_back({device.name, device.id});
    }
    return devices;
}

Result<DeviceId> other_device(const sync::Replica& replica, const std::string& named) {
    COTMOC_ASSIGN(const std::vector<DeviceId> found,
                  bundle_readers(replica.trust(), named_devices(replica), named));
    if (found.size() != 1) {
        return fail(ErrorCode::unknown_device, named + ": more than one; give the name or id of one");
    }
    if (found.front() == replica.id()) {
        return fail(ErrorCode::wrong_usage, named + " is this device");
    }
    return found.front();
}

Result<std::vector<DeviceId>> bundle_readers(const crypto::TrustState& trust,
                                             const std::vector<NamedDevice>& devices,
                                             const std::string& named) {
    std::vector<DeviceId> readers;
    if (named.empty()) {
        return readers;
    }
    const bool hub = named == "hub";
    if (hub || named == "province") {
        const crypto::Role role = hub ? crypto::Role::hub : crypto::Role::province_officer;
        for (const auto& device : trust.devices()) {
            if (device.role == role && !device.revoked) {
                readers.push_back(device.id);
            }
        }
        return readers.empty() ? fail(hub ? ErrorCode::no_hub : ErrorCode::unknown_device, named)
                               : Result<std::vector<DeviceId>>(std::move(readers));
    }
    for (const NamedDevice& device : devices) {
        if (device.name == named) {
            readers.push_back(device.id);
        }
    }
    if (readers.size() > 1) {
        return fail(ErrorCode::unknown_device,
                    named + ": several devices have this name; give the id of one");
    }
    if (!readers.empty()) {
        return readers;
    }
    for (const auto& device : trust.devices()) {
        if (named.size() >= 8 && device.id.hex().starts_with(named)) {
            readers.push_back(device.id);
        }
    }
    return readers.size() == 1 ? Result<std::vector<DeviceId>>(std::move(readers))
                               : fail(ErrorCode::unknown_device, named);
}

std::vector<DeviceId> answer_readers(const crypto::TrustState& trust, const crypto::DeviceKeys& keys,
                                     const sync::BundleRead& read) {
    std::vector<DeviceId> writers;
    for (const DeviceId& id : read.writers) {
        if (trust.find(id) != nullptr && id != keys.public_keys().id() &&
            std::ranges::count(writers, id) == 0) {
            writers.push_back(id);
        }
    }
    return writers;
}

Result<VolumeInfo> inspect(const std::string& file) {
    FileVolume volume(file);
    COTMOC_ASSIGN(const bool of_files, sync::is_file_volume(volume));
    // In its place from the beginning: GCC 12 warns of a variant of these that is moved.
    Result<VolumeInfo> info;
    if (of_files) {
        COTMOC_ASSIGN(*info, sync::inspect_file_volume(volume));
    } else {
        COTMOC_ASSIGN(*info, sync::inspect_volume(volume));
    }
    return info;
}

}  // namespace cotmoc::records
