#include "owner_only.hpp"

#include <sddl.h>
#include <array>
#include <string>

namespace cotmoc::system {
namespace {

/// "S-1-5-21-…", or nothing.
std::wstring user_of_process() {
    HANDLE token = nullptr;
    if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &token) == FALSE) {
        return {};
    }
    alignas(TOKEN_USER) std::array<char, 256> space{};
    DWORD size = 0;
    std::wstring text;
    wchar_t* made = nullptr;
    if (::GetTokenInformation(token, TokenUser, space.data(), static_cast<DWORD>(space.size()), &size) !=
            FALSE &&
        ::ConvertSidToStringSidW(reinterpret_cast<TOKEN_USER*>(space.data())->User.Sid, &made) != FALSE) {
        text = made;
        ::LocalFree(made);
    }
    ::CloseHandle(token);
    return text;
}

}  // namespace

OwnerOnly::OwnerOnly() {
    const std::wstring user = user_of_process();
    if (user.empty()) {
        return;
    }
    // A protected list (P) takes nothing over from the folder; what stands below a folder gets the same.
    const std::wstring list = L"D:P(A;OICI;FA;;;" + user + L")(A;OICI;FA;;;SY)";
    if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(list.c_str(), SDDL_REVISION_1, &descriptor_,
                                                               nullptr) == FALSE) {
        descriptor_ = nullptr;
    }
    attributes_ = {sizeof(attributes_), descriptor_, FALSE};
}

OwnerOnly::~OwnerOnly() {
    if (descriptor_ != nullptr) {
        ::LocalFree(descriptor_);
    }
}

}  // namespace cotmoc::system
