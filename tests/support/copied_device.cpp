#include "support/copied_device.hpp"

#include <cotmoc/crypto/envelope.hpp>

#include <fstream>
#include <iterator>

namespace cotmoc::test_support {
namespace {

Bytes read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void write(const std::string& path, const Bytes& bytes) {
    std::filesystem::remove(path);
    if (!bytes.empty()) {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
}

void write_image(const std::string& path, const DiskImage& image) {
    std::filesystem::remove(path + "-shm");
    write(path, image.database);
    write(path + "-wal", image.log);
}

crypto::KeyFileContents clone(const crypto::KeyFileContents& keys) {
    return {keys.device.clone(), keys.database_key.clone(), keys.cipher, {}};
}

Result<sync::SessionReport> converse(sync::Session& caller, sync::Session& responder) {
    exchange(caller, responder);
    return caller.error() ? Result<sync::SessionReport>(tl::unexpected(*caller.error())) : caller.report();
}

}  // namespace

DiskImage take_image(const FleetDevice& device) {
    return {read(device.path), read(device.path + "-wal"), device.key_store.file};
}

void put_back(Fleet& fleet, const std::string& name, const DiskImage& image) {
    FleetDevice& device = fleet[name];
    device.replica.reset();
    write_back(device, image);
    fleet.reopen(name);
}

void write_back(FleetDevice& device, const DiskImage& image) {
    write_image(device.path, image);
    device.key_store.file = image.key_file;
    if (image.key_file.empty()) {
        device.passphrase.clear();
    }
}

std::unique_ptr<FleetDevice> make_twin(Fleet& fleet, const FleetDevice& device) {
    static int twins = 0;
    auto twin = std::unique_ptr<FleetDevice>(new FleetDevice{device.name, device.clock, device.key_store,
                                                             device.path + "-twin" + std::to_string(++twins),
                                                             clone(device.keys), nullptr});
    twin->passphrase = device.passphrase;
    write_image(twin->path, take_image(device));
    reopen(fleet, *twin);
    return twin;
}

void reopen(Fleet& fleet, FleetDevice& device) {
    device.replica.reset();
    sync::ReplicaEnvironment environment{device.path, device.key_store, device.clock, fleet.random,
                                         device.read_catalogue};
    environment.high_water_mark = device.high_water_mark;
    device.replica =
        device.passphrase.empty()
            ? must(sync::Replica::open_unlocked(environment, clone(device.keys)))
            : must(sync::Replica::open(environment, crypto::Secret::copy_of(as_bytes(device.passphrase))));
}

Result<sync::SessionReport> try_sync(Fleet& fleet, FleetDevice& device) {
    const auto caller = sync::Session::call({*device.replica, device.replica->keys().device, fleet.random},
                                            *device.replica->hub_key());
    const auto responder = fleet.answer();
    return converse(*caller, *responder);
}

Result<sync::SessionReport> try_meet(Fleet& fleet, FleetDevice& caller, FleetDevice& responder) {
    const auto calling = sync::Session::call({*caller.replica, caller.replica->keys().device, fleet.random},
                                             responder.replica->keys().device.public_keys().agreement);
    const auto answering =
        sync::Session::answer({*responder.replica, responder.replica->keys().device, fleet.random});
    return converse(*calling, *answering);
}

Result<void> rejoin(Fleet& fleet, FleetDevice& device, crypto::Role role,
                    const std::vector<std::string>& spaces, std::string_view name) {
    if (device.key_store.file.empty()) {
        COTMOC_ASSIGN(device.key_store.file,
                      crypto::seal_key_file(device.keys, crypto::Secret::copy_of(as_bytes(test_passphrase)),
                                            crypto::KdfPreset::low, fleet.random));
    }
    device.passphrase = test_passphrase;
    COTMOC_ASSIGN(const std::string request,
                  device.replica->rejoin(crypto::Secret::copy_of(as_bytes(test_passphrase)),
                                         crypto::KdfPreset::low, name));
    COTMOC_ASSIGN(const std::string text, fleet.authority().enrol(request, role, spaces));
    COTMOC_ASSIGN(const crypto::Grant grant, crypto::parse_grant(text));
    return device.replica->join(grant, grant.root_fingerprint);
}

}  // namespace cotmoc::test_support
