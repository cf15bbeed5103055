// A number for octets that must be the same on every machine.
#pragma once

#include <cotmoc/base/bytes.hpp>

namespace cotmoc::test_support {

/// FNV-1a, 64 bits, of all octets that were added, in their order.
class Fingerprint {
public:
    void add(BytesView octets) {
        for (const std::uint8_t octet : octets) {
            value_ = (value_ ^ octet) * 0x100000001b3u;
        }
    }
    std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace cotmoc::test_support
