// A new identity over the same database: for a restored or copied replica, and for one whose signing key is
// lost. The new seeds are saved first; the switch is one transaction of the database, which names the device
// whose keys count. So a crash at any step leaves one identity that can be opened.
#include <cotmoc/sync/replica.hpp>

#include <cotmoc/core/database.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::string_view next_signing = "next_signing";
constexpr std::string_view next_agreement = "next_agreement";
constexpr std::size_t name_max = 63;

void forget_next(crypto::KeyFileContents& keys) {
    std::erase_if(keys.extra, [](const crypto::KeyFileContents::Extra& entry) {
        return entry.name == next_signing || entry.name == next_agreement;
    });
}

std::optional<DeviceId> device_setting(const std::optional<Bytes>& value) {
    return value ? DeviceId::from(*value) : std::nullopt;
}

}  // namespace

std::optional<crypto::DeviceKeys> Replica::next_keys() const {
    const crypto::Secret* signing = keys_.find(next_signing);
    const crypto::Secret* agreement = keys_.find(next_agreement);
    if (signing == nullptr || agreement == nullptr) {
        return std::nullopt;
    }
    return crypto::DeviceKeys{crypto::SigningKey::from_seed(signing->clone()),
                              crypto::AgreementKey::from_seed(agreement->clone())};
}

/// At open: which identity counts. The database says it; an empty or foreign one beside a key file would
/// begin the feed anew and fork it.
Result<void> Replica::settle_identity() {
    COTMOC_ASSIGN(const std::optional<Bytes> device_value, store_->setting("device"));
    COTMOC_ASSIGN(const std::optional<Bytes> former_value, store_->setting("former_device"));
    COTMOC_ASSIGN(const std::optional<Bytes> next_value, store_->setting("next_device"));
    const std::optional<DeviceId> device = device_setting(device_value);
    former_ = device_setting(former_value).value_or(DeviceId{});
    std::optional<crypto::DeviceKeys> next = next_keys();
    if (next && device == next->public_keys().id()) {
        keys_.device = std::move(*next);
        forget_next(keys_);
        return {};
    }
    if (device && device != id() && device_setting(next_value) == id()) {
        key_lost_ = true;
        former_ = *device;  // its signing key is lost; what it did not send waits for the new identity
        return {};
    }
    return device && device == id()
               ? Result<void>()
               : fail(ErrorCode::database_damaged, "it is not the database of this key file");
}

/// "don-bo-y" becomes "don-bo-y-2", then "don-bo-y-3", unless a person has chosen one.
Result<std::string> Replica::next_name() {
    COTMOC_ASSIGN(const std::optional<Bytes> chosen, store_->setting("next_name"));
    if (chosen && !chosen->empty()) {
        return std::string(as_text(*chosen));
    }
    COTMOC_ASSIGN(const std::optional<Bytes> first, store_->setting("first_name"));
    COTMOC_ASSIGN(const std::optional<Bytes> identities, store_->setting("identities"));
    const bool known = first && identities && identities->size() == 1;
    const std::string suffix = "-" + std::to_string(known ? identities->front() + 1 : 2);
    std::string name(known ? as_text(*first) : std::string_view(name_));
    name.resize(std::min(name.size(), name_max - suffix.size()));
    return name + suffix;
}

Result<std::string> Replica::request_of_next(const crypto::DeviceKeys& next, std::string_view name) {
    std::string chosen(name);
    if (chosen.empty()) {
        COTMOC_ASSIGN(chosen, next_name());
    }
    std::string request = crypto::encode_request(chosen, next, environment_.random);
    if (!crypto::parse_request(request)) {
        return fail(ErrorCode::wrong_usage, "a name has a to z, 0 to 9 and -, 63 at most");
    }
    if (!name.empty()) {
        COTMOC_TRY(store_->write([&] { return store_->set_setting("next_name", as_bytes(name)); }));
    }
    return request;
}

Result<std::string> Replica::rejoin(const crypto::Secret& passphrase, crypto::KdfPreset preset,
                                    std::string_view name) {
    if (!restored_) {
        return fail(ErrorCode::not_restored, name_);
    }
    if (former_ != DeviceId{}) {
        // The new keys are in use already, or are the only ones: its enrolment is what is missing.
        return joined() ? Result<std::string>(fail(ErrorCode::already_joined, name_))
                        : request_of_next(keys_.device, name);
    }
    if (!next_keys()) {
        const crypto::DeviceKeys next = crypto::DeviceKeys::generate(environment_.random);
        crypto::KeyFileContents keys = keys_.clone();
        keys.extra.push_back({std::string(next_signing), next.signing.seed().clone()});
        keys.extra.push_back({std::string(next_agreement), next.agreement.seed().clone()});
        COTMOC_TRY(crypto::lock(environment_.key_store, keys, passphrase, preset, environment_.random));
        keys_ = std::move(keys);
    }
    return request_of_next(*next_keys(), name);
}

Result<void> Replica::begin_new_identity(const ReplicaEnvironment& environment,
                                         const crypto::Secret& database_key, std::string_view cipher,
                                         const crypto::Secret& passphrase, crypto::KdfPreset preset) {
    COTMOC_TRY(crypto::initialise());
    crypto::KeyFileContents keys{
        crypto::DeviceKeys::generate(environment.random), database_key.clone(), std::string(cipher), {}};
    COTMOC_ASSIGN(const crypto::Secret hardware, environment.key_store.hardware_secret());
    COTMOC_ASSIGN(const Bytes file,
                  crypto::seal_key_file(keys, passphrase, preset, environment.random, hardware));
    {
        COTMOC_ASSIGN(const std::unique_ptr<core::Store> store, open_store(environment, keys));
        COTMOC_ASSIGN(const std::optional<Bytes> device, store->setting("device"));
        if (!device) {
            return fail(ErrorCode::database_damaged, "it is not the database of a replica");
        }
        COTMOC_TRY(store->write(
            [&] { return store->set_setting("next_device", keys.device.public_keys().id().view()); }));
    }
    // Last: until then a former key file still opens the database.
    return environment.key_store.save(file);
}

/// From this commit on, `next` is the device of this database.
Result<void> Replica::switch_identity(const DeviceId& former, const DeviceId& next) {
    COTMOC_ASSIGN(const std::string name, next_name());
    COTMOC_ASSIGN(const std::optional<Bytes> chosen, store_->setting("next_name"));
    COTMOC_ASSIGN(std::optional<Bytes> first, store_->setting("first_name"));
    COTMOC_ASSIGN(const std::optional<Bytes> identities, store_->setting("identities"));
    const bool known = identities && identities->size() == 1 && identities->front() < 255;
    std::uint8_t count = static_cast<std::uint8_t>(known ? identities->front() + 1 : 2);
    if (chosen && !chosen->empty()) {
        first = chosen;
        count = 1;
    }
    const auto switched = store_->write([&]() -> Result<void> {
        COTMOC_TRY(store_->set_setting("device", next.view()));
        COTMOC_TRY(store_->set_setting("former_device", former.view()));
        COTMOC_TRY(store_->set_setting("next_device", {}));
        COTMOC_TRY(store_->set_setting("next_name", {}));
        COTMOC_TRY(store_->set_setting("first_name", first ? BytesView(*first) : as_bytes(name_)));
        COTMOC_TRY(store_->set_setting("identities", BytesView(&count, 1)));
        return store_->set_setting("name", as_bytes(name));
    });
    COTMOC_TRY(switched);
    name_ = name;
    former_ = former;
    key_lost_ = false;
    return {};
}

Result<void> Replica::join_anew(const crypto::Grant& grant, crypto::DeviceKeys next) {
    COTMOC_TRY(follow_trust());
    if (!restored_) {
        COTMOC_TRY(mark_restored());  // the database was put back since the keys were made
    }
    COTMOC_TRY(set_own_work_aside());
    COTMOC_TRY(store_trust(grant.entries));
    const DeviceId next_id = next.public_keys().id();
    if (trust_.find(next_id) == nullptr) {
        return fail(ErrorCode::wrong_grant, name_);
    }
    COTMOC_TRY(switch_identity(key_lost_ ? former_ : id(), next_id));
    marked_.clear();
    keys_.device = std::move(next);
    forget_next(keys_);
    ring_ = {};
    self_ = nullptr;
    trust_followed_ = false;
    COTMOC_TRY(follow_trust());
    return load_restored();
}

}  // namespace cotmoc::sync
