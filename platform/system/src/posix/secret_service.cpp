// The only file that knows libsecret. CMake defines COTMOC_SECRET_SERVICE if it is there.
#include <cotmoc/system/secret_vault.hpp>

#ifdef COTMOC_SECRET_SERVICE
#include <libsecret/secret.h>
#endif

namespace cotmoc::system {

#ifdef COTMOC_SECRET_SERVICE

namespace {

constexpr const char* name_attribute = "key";

const SecretSchema& schema() {
    static const SecretSchema schema = [] {
        SecretSchema made{};
        made.name = "cotmoc.Device";
        made.flags = SECRET_SCHEMA_NONE;
        made.attributes[0] = {name_attribute, SECRET_SCHEMA_ATTRIBUTE_STRING};
        return made;
    }();
    return schema;
}

/// What a call of GLib reports, freed on drop.
class Problem {
public:
    Problem() = default;
    ~Problem() { g_clear_error(&error_); }
    Problem(const Problem&) = delete;
    Problem& operator=(const Problem&) = delete;
    GError** place() { return &error_; }
    bool any() const { return error_ != nullptr; }
    tl::unexpected<Error> failure() const {
        return fail(ErrorCode::no_key_custody, error_ != nullptr ? error_->message : "keyring");
    }

private:
    GError* error_ = nullptr;
};

class DesktopKeyring final : public SecretVault {
public:
    Result<crypto::Secret> read(const std::string& name) override {
        Problem problem;
        SecretValue* value = secret_password_lookup_binary_sync(&schema(), nullptr, problem.place(),
                                                                name_attribute, name.c_str(), nullptr);
        if (problem.any()) {
            return problem.failure();
        }
        if (value == nullptr) {
            return fail(ErrorCode::no_key_custody, "the keyring holds no key of this replica");
        }
        gsize size = 0;
        const gchar* data = secret_value_get(value, &size);
        crypto::Secret secret = crypto::Secret::copy_of(as_bytes({data, size}));
        secret_value_unref(value);
        return secret;
    }

    Result<void> write(const std::string& name, const std::string& label,
                       const crypto::Secret& secret) override {
        const std::string_view octets = as_text(secret.view(crypto::SecretAccess{}));
        SecretValue* value =
            secret_value_new(octets.data(), static_cast<gssize>(octets.size()), "application/octet-stream");
        Problem problem;
        const gboolean stored = secret_password_store_binary_sync(
            &schema(), SECRET_COLLECTION_DEFAULT, label.c_str(), value, nullptr, problem.place(),
            name_attribute, name.c_str(), nullptr);
        secret_value_unref(value);
        return stored != FALSE ? Result<void>{} : Result<void>(problem.failure());
    }

    Result<void> remove(const std::string& name) override {
        Problem problem;
        secret_password_clear_sync(&schema(), nullptr, problem.place(), name_attribute, name.c_str(),
                                   nullptr);
        return problem.any() ? Result<void>(problem.failure()) : Result<void>{};
    }
};

}  // namespace

Result<std::unique_ptr<SecretVault>> open_secret_service() {
    Problem problem;
    SecretService* service = secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION, nullptr, problem.place());
    if (service == nullptr) {
        return problem.failure();
    }
    g_object_unref(service);
    return std::make_unique<DesktopKeyring>();
}

#else

Result<std::unique_ptr<SecretVault>> open_secret_service() {
    return fail(ErrorCode::no_key_custody, "this program was built without libsecret");
}

#endif

}  // namespace cotmoc::system
