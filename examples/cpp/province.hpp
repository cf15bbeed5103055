// A province to practise with: its authority, its hub and its devices, all in this process and in a temporary
// directory. In real life these are three kinds of machines; an app is only ever the device.
#pragma once

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/sync/authority.hpp>
#include <cotmoc/sync/hub.hpp>
#include <cotmoc/sync/session.hpp>
#include <cotmoc/system/file_key_store.hpp>

#include <filesystem>

namespace samples {

/// A second passes whenever somebody asks for the time, so that the samples print the same every day. An app
/// takes cotmoc::system::SystemClock.
class PracticeClock final : public cotmoc::Clock {
public:
    std::int64_t wall_ms() override { return now_ += 1'000; }
    std::int64_t steady_ms() override { return now_; }

private:
    std::int64_t now_ = 1'706'662'800'000;  // 31 January 2024
};

/// One laptop or phone: where its files are, and the open replica.
struct Device {
    explicit Device(const std::filesystem::path& directory, PracticeClock& clock, cotmoc::Random& random);
    cotmoc::system::FileKeyStore key_store;
    cotmoc::sync::ReplicaEnvironment environment;
    std::unique_ptr<cotmoc::sync::Replica> replica;
};

class Province {
public:
    static cotmoc::Result<std::unique_ptr<Province>> create();
    ~Province();

    /// What the authority answers to a device's request: the text of a grant, and nothing if it refuses.
    cotmoc::Result<std::string> enrol(const std::string& request, cotmoc::crypto::Role role);
    /// A post that has joined, ready for records (the steps that local_records.cpp goes through).
    cotmoc::Result<std::unique_ptr<Device>> add_post(const std::string& name);
    /// One session of a device with the hub.
    cotmoc::Result<cotmoc::sync::SessionReport> sync(cotmoc::sync::Replica& device);

    /// The root's fingerprint, as it hangs on a poster for people to compare.
    cotmoc::Hash256 fingerprint() const { return authority_->replica->trust().root_fingerprint(); }
    const std::filesystem::path& directory() const { return directory_; }
    static cotmoc::crypto::Secret passphrase();

    PracticeClock clock;
    cotmoc::crypto::SystemRandom random;

private:
    Province();
    cotmoc::Result<void> make_authority();
    cotmoc::Result<void> make_hub();

    std::filesystem::path directory_;
    std::unique_ptr<Device> authority_;
    std::optional<cotmoc::crypto::DeviceKeys> hub_keys_;
    std::unique_ptr<cotmoc::sync::HubStore> hub_store_;
    std::unique_ptr<cotmoc::sync::Hub> hub_;
};

// Short forms that every app writes once for itself.

/// Adds a record to the device's own space from a JSON object of fields.
cotmoc::Result<cotmoc::RecordId> add(cotmoc::sync::Replica& replica, std::string_view kind,
                                     std::string_view json);
/// Sets one field to a value written as on the command line.
cotmoc::Result<void> set(cotmoc::sync::Replica& replica, const cotmoc::RecordId& id, std::string_view field,
                         std::string_view text);
/// Prints the rows of a read-only SQL statement; each kind of record is a view.
cotmoc::Result<void> print_sql(cotmoc::sync::Replica& replica, std::string_view statement);
/// Runs a sample and prints its error, if it has one: what main() returns.
int run(cotmoc::Result<void> (*sample)());

}  // namespace samples
