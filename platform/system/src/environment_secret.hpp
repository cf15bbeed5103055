// A secret in a variable of the environment: posix/ and windows/ each have it.
#pragma once

#include <cotmoc/crypto/secret.hpp>

namespace cotmoc::system {

/// UTF-8, and no copy of it stays. Empty if there is no such variable.
crypto::Secret environment_secret(const char* name);

}  // namespace cotmoc::system
