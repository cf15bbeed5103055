#include "allocation.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

// Each piece carries its size before it, aligned for anything.
constexpr std::size_t head = alignof(std::max_align_t);
std::size_t held = 0;
std::size_t highest = 0;

void* take(std::size_t size) {
    void* piece = std::malloc(size + head);
    if (piece == nullptr) {
        throw std::bad_alloc();
    }
    *static_cast<std::size_t*>(piece) = size;
    held += size;
    highest = std::max(highest, held);
    return static_cast<std::byte*>(piece) + head;
}

void give_back(void* piece) noexcept {
    if (piece != nullptr) {
        void* start = static_cast<std::byte*>(piece) - head;
        held -= *static_cast<std::size_t*>(start);
        std::free(start);
    }
}

}  // namespace

// NOLINTBEGIN(misc-new-delete-overloads): the forms that are left out call these.
void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void operator delete(void* piece) noexcept { give_back(piece); }
void operator delete[](void* piece) noexcept { give_back(piece); }
void operator delete(void* piece, std::size_t) noexcept { give_back(piece); }
void operator delete[](void* piece, std::size_t) noexcept { give_back(piece); }
// NOLINTEND(misc-new-delete-overloads)

namespace cotmoc::test_support {

PeakMemory::PeakMemory() : before_(held) { highest = held; }
std::size_t PeakMemory::peak() const { return highest - std::min(highest, before_); }

}  // namespace cotmoc::test_support
