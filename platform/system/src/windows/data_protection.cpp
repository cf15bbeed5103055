// DPAPI as custody: Windows seals the secret for the account that is logged in, and this keeps what it made.
#include <cotmoc/system/file_high_water_mark.hpp>
#include <cotmoc/system/secret_vault.hpp>

#include "windows_api.hpp"
#include "windows_text.hpp"

#include <cotmoc/system/file.hpp>

#include <dpapi.h>

namespace cotmoc::system {
namespace {

constexpr std::size_t protected_bytes_max = 64 * 1024;

/// What DPAPI made, wiped and freed on drop.
class Answer {
public:
    Answer() = default;
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    ~Answer() {
        if (blob_.pbData != nullptr) {
            ::SecureZeroMemory(blob_.pbData, blob_.cbData);
            ::LocalFree(blob_.pbData);
        }
    }
    DATA_BLOB* place() { return &blob_; }
    BytesView octets() const { return {blob_.pbData, blob_.cbData}; }

private:
    DATA_BLOB blob_{};
};

/// DPAPI reads what it gets, though its types do not say so.
DATA_BLOB blob_of(BytesView octets) {
    return {static_cast<DWORD>(octets.size()), const_cast<BYTE*>(octets.data())};
}

tl::unexpected<Error> refusal() {
    return fail(ErrorCode::no_key_custody, "DPAPI: " + windows_message(::GetLastError()));
}

class DataProtection final : public SecretVault {
public:
    explicit DataProtection(std::string folder) : folder_(std::move(folder)) {}

    Result<crypto::Secret> read(const std::string& name) override {
        if (!file_exists(path(name))) {
            return fail(ErrorCode::no_key_custody, "this account holds no key of this replica");
        }
        COTMOC_ASSIGN(const Bytes sealed, read_file(path(name), protected_bytes_max));
        DATA_BLOB in = blob_of(sealed);
        DATA_BLOB bound = blob_of(as_bytes(name));
        Answer secret;
        if (::CryptUnprotectData(&in, nullptr, &bound, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN,
                                 secret.place()) == FALSE) {
            return refusal();
        }
        return crypto::Secret::copy_of(secret.octets());
    }

    Result<void> write(const std::string& name, const std::string& label,
                       const crypto::Secret& secret) override {
        const std::wstring shown = wide(label);
        DATA_BLOB in = blob_of(secret.view(crypto::SecretAccess{}));
        // The name goes in, so that one replica's file under another's name opens nothing.
        DATA_BLOB bound = blob_of(as_bytes(name));
        Answer sealed;
        if (::CryptProtectData(&in, shown.c_str(), &bound, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN,
                               sealed.place()) == FALSE) {
            return refusal();
        }
        COTMOC_TRY(make_directory(folder_));
        return replace_file(path(name), sealed.octets());
    }

    Result<void> remove(const std::string& name) override {
        return file_exists(path(name)) ? shred_file(path(name)) : Result<void>{};
    }

private:
    std::string path(const std::string& name) const { return folder_ + "/" + name + ".dpapi"; }
    std::string folder_;
};

}  // namespace

Result<std::unique_ptr<SecretVault>> open_secret_service() {
    const std::string folder = state_directory();
    if (folder.empty()) {
        return fail(ErrorCode::no_key_custody, "neither COTMOC_STATE_DIR nor LOCALAPPDATA names a folder");
    }
    return std::make_unique<DataProtection>(folder + "/secrets");
}

}  // namespace cotmoc::system
