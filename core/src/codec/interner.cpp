#include "codec/interner.hpp"

#include <cstring>

namespace cotmoc::core {
namespace {

constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15u;

std::uint64_t load_64(const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

std::uint64_t load_32(const char* at) {
    std::uint32_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * multiplier;
    return hash ^ (hash >> 29);
}

constexpr std::size_t exact_max = 8;

/// Tells texts of one size of up to eight octets apart for certain: their ends overlap or meet in the key.
/// For longer ones it is a hash. Only speed hangs on it, never the bytes written.
std::uint64_t key_of(std::string_view text) {
    const std::size_t size = text.size();
    const char* at = text.data();
    if (size > exact_max) {
        std::uint64_t hash = 0;
        for (std::size_t i = 0; i + 8 < size; i += 8) {
            hash = mix(hash, load_64(at + i));
        }
        return mix(hash, load_64(at + size - 8));
    }
    if (size >= 4) {
        return load_32(at) << 32 | load_32(at + size - 4);
    }
    const auto octet = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
    return size == 0 ? 0 : octet(0) << 16 | octet(size / 2) << 8 | octet(size - 1);
}

std::size_t place_of(std::uint64_t key, std::size_t size) {
    return static_cast<std::size_t>(((key + size) * multiplier) >> 32);
}

}  // namespace

Interner::Interner(std::size_t probes_allowed_each)
    : slots_(256), probes_allowed_each_(probes_allowed_each) {}

std::uint32_t Interner::intern(std::string_view text) {
    if (uses_tree_) {
        return intern_in_tree(text);
    }
    ++calls_;
    const std::uint64_t key = key_of(text);
    const auto size = static_cast<std::uint32_t>(text.size());
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = place_of(key, size) & mask;; at = (at + 1) & mask) {
        Slot& slot = slots_[at];
        if (slot.number_and_one == 0) {
            slot = Slot{key, size, add(text) + 1};
            break;
        }
        if (slot.key == key && slot.size == size &&
            (size <= exact_max || items_[slot.number_and_one - 1] == text)) {
            return slot.number_and_one - 1;
        }
        ++probes_;
    }
    if (probes_ > probes_allowed_each_ * calls_ + 64) {
        uses_tree_ = true;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            tree_.emplace(items_[i], static_cast<std::uint32_t>(i));
        }
    } else if (items_.size() * 2 > slots_.size()) {
        grow();
    }
    return static_cast<std::uint32_t>(items_.size() - 1);
}

std::uint32_t Interner::add(std::string_view text) {
    items_.push_back(text);
    return static_cast<std::uint32_t>(items_.size() - 1);
}

void Interner::grow() {
    std::vector<Slot> old(slots_.size() * 4);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.number_and_one != 0) {
            std::size_t at = place_of(slot.key, slot.size) & mask;
            while (slots_[at].number_and_one != 0) {
                at = (at + 1) & mask;
            }
            slots_[at] = slot;
        }
    }
}

std::uint32_t Interner::intern_in_tree(std::string_view text) {
    const auto [at, is_new] = tree_.try_emplace(text, static_cast<std::uint32_t>(items_.size()));
    return is_new ? add(text) : at->second;
}

}  // namespace cotmoc::core
