// Who may open what is made: the person who runs the program and the system itself.
#pragma once

#include "windows_api.hpp"

namespace cotmoc::system {

/// For CreateFileW and CreateDirectoryW. Where the person cannot be told, what is made gets the rights that
/// its folder gives on.
class OwnerOnly {
public:
    OwnerOnly();
    OwnerOnly(const OwnerOnly&) = delete;
    OwnerOnly& operator=(const OwnerOnly&) = delete;
    ~OwnerOnly();
    SECURITY_ATTRIBUTES* attributes() { return descriptor_ != nullptr ? &attributes_ : nullptr; }

private:
    PSECURITY_DESCRIPTOR descriptor_ = nullptr;
    SECURITY_ATTRIBUTES attributes_{};
};

}  // namespace cotmoc::system
