// What the tests of this folder share: a started library, counting octets, randomness that repeats.
#pragma once

#include "support/seeded_random.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <fstream>

#include <nlohmann/json.hpp>

namespace cotmoc::crypto::test {

inline const bool started = initialise().has_value();

/// `size` octets first, first + 1, … as in the worked examples.
inline Bytes counting(unsigned first, std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>(first + i);
    }
    return bytes;
}

using test_support::SeededRandom;

/// Octets that do not compress.
inline Bytes noise(std::size_t size, std::uint64_t seed) {
    Bytes bytes(size);
    SeededRandom(seed).fill(bytes);
    return bytes;
}

inline DeviceKeys device(unsigned first) {
    return {SigningKey::from_seed(Secret::copy_of(counting(first, 32))),
            AgreementKey::from_seed(Secret::copy_of(counting(first + 0x20, 32)))};
}

template <class T>
T id(BytesView bytes) {
    return T::from(bytes).value();
}

inline Bytes hex(const std::string& text) { return from_hex(text).value(); }

inline nlohmann::json read_vectors(const std::string& name) {
    std::ifstream file(std::string(COTMOC_TESTS_DIR) + "/vectors/" + name);
    return nlohmann::json::parse(file);
}

template <class T>
std::string error_of(const Result<T>& result) {
    return result ? "accepted" : std::string(error_name(result.error().code));
}

}  // namespace cotmoc::crypto::test
