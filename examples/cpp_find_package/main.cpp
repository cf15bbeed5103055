// Makes a device's keys, signs a hash and checks the signature; then stamps two edits with the hybrid clock.
#include <cotmoc/base/bytes.hpp>
#include <cotmoc/core/hlc.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/keys.hpp>

#include <iostream>

namespace {

/// The library never reads a clock of its own: an app says what time it is. Here it stands still.
class FixedClock final : public cotmoc::Clock {
public:
    std::int64_t wall_ms() override { return 1'706'662'800'000; }
    std::int64_t steady_ms() override { return 0; }
};

}  // namespace

int main() {
    if (auto ready = cotmoc::crypto::initialise(); !ready) {
        std::cerr << cotmoc::describe(ready.error()) << '\n';
        return 1;
    }
    cotmoc::crypto::SystemRandom random;
    const auto keys = cotmoc::crypto::DeviceKeys::generate(random);
    const auto message = cotmoc::crypto::hash("example", {cotmoc::as_bytes("Đắk Glei")});
    const auto signature = keys.signing.sign(message);
    if (!cotmoc::crypto::verify(keys.signing.public_key(), message, signature)) {
        std::cerr << "the signature does not verify\n";
        return 1;
    }

    FixedClock clock;
    cotmoc::core::HybridClock stamps(clock, cotmoc::core::Hlc{});
    const auto first = stamps.now();
    const auto second = stamps.now();
    if (!(first < second)) {
        std::cerr << "two stamps are equal\n";
        return 1;
    }
    std::cout << "signed and verified, and " << second.counter << " follows " << first.counter << '\n';
    return 0;
}
