#include <cotmoc/crypto/secret.hpp>

#include <cotmoc/base/check.hpp>

#include <algorithm>

#include <sodium.h>

namespace cotmoc::crypto {

void Secret::Wipe::operator()(std::uint8_t* data) const { sodium_free(data); }

Secret::Secret(std::size_t size) : size_(size) {
    if (size > 0) {
        data_.reset(static_cast<std::uint8_t*>(sodium_malloc(size)));
        // A process that cannot have a page for a key cannot go on safely.
        COTMOC_CHECK(data_ != nullptr);
    }
}

Secret Secret::random(std::size_t size, Random& random) {
    Secret secret(size);
    random.fill({secret.data_.get(), size});
    secret.protect();
    return secret;
}

Secret Secret::copy_of(BytesView bytes) {
    Secret secret(bytes.size());
    std::copy(bytes.begin(), bytes.end(), secret.data_.get());
    secret.protect();
    return secret;
}

void Secret::protect() {
    if (size_ > 0) {
        // Where a system cannot, the pages around it still guard it.
        (void)sodium_mprotect_readonly(data_.get());
    }
}

std::span<std::uint8_t> Secret::writable(SecretAccess) {
    if (size_ > 0) {
        COTMOC_CHECK(sodium_mprotect_readwrite(data_.get()) == 0);
    }
    return {data_.get(), size_};
}

Secret Secret::clone() const { return copy_of(view(SecretAccess())); }

bool Secret::equals(const Secret& other) const {
    return size_ == other.size_ && (size_ == 0 || sodium_memcmp(data_.get(), other.data_.get(), size_) == 0);
}

}  // namespace cotmoc::crypto
