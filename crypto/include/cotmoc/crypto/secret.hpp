// Secret bytes: in guarded memory (sodium_malloc: locked, between pages without access), read-only once they
// are made, wiped on drop, never printed, moved but not copied.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/random.hpp>

#include <memory>
#include <utility>

namespace cotmoc::crypto {

/// Reading a secret needs this token, so that every place can be found by its name.
struct SecretAccess {
    explicit SecretAccess() = default;
};

class Secret {
public:
    Secret() = default;
    static Secret random(std::size_t size, Random& random);
    static Secret copy_of(BytesView bytes);
    /// What was moved from is empty.
    Secret(Secret&& other) noexcept : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
    Secret& operator=(Secret&& other) noexcept {
        data_ = std::move(other.data_);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    Secret clone() const;
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    BytesView view(SecretAccess) const { return {data_.get(), size_}; }
    /// From then on they can be written.
    std::span<std::uint8_t> writable(SecretAccess);
    /// Constant time.
    bool equals(const Secret& other) const;

private:
    struct Wipe {
        void operator()(std::uint8_t* data) const;
    };
    explicit Secret(std::size_t size);
    void protect();
    std::unique_ptr<std::uint8_t[], Wipe> data_;
    std::size_t size_ = 0;
};

}  // namespace cotmoc::crypto
