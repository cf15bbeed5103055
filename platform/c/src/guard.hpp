// The border: every entry of the C interface runs inside guard(), which lets no exception out and writes the
// error.
#pragma once

#include <cotmoc/base.h>

#include <cotmoc/base/result.hpp>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace cotmoc::capi {

/// Writes all of it. `error` may be null.
void write_error(cotmoc_error* error, cotmoc_status status, std::string_view detail) noexcept;

template <class Work>
cotmoc_status guard(cotmoc_error* error, Work&& work) noexcept {
    cotmoc_status status = COTMOC_OK;
    try {
        const Result<void> done = work();
        if (!done) {
            status = static_cast<cotmoc_status>(done.error().code);
        }
        write_error(error, status, done ? std::string_view() : std::string_view(done.error().detail));
    } catch (const std::bad_alloc&) {
        status = COTMOC_OUT_OF_MEMORY;
        write_error(error, status, "");
    } catch (const std::length_error&) {
        status = COTMOC_OUT_OF_MEMORY;
        write_error(error, status, "");
    } catch (const std::exception& thrown) {
        status = COTMOC_INTERNAL;
        write_error(error, status, thrown.what());
    } catch (...) {
        status = COTMOC_INTERNAL;
        write_error(error, status, "");
    }
    return status;
}

/// What a callback of the host returned, as a result: its own numbers come back unchanged.
Result<void> from_host(cotmoc_status status, std::string_view callback);

/// Hands text to a view; a null view does not want it.
Result<void> give(cotmoc_text_fn view, void* ctx, const std::string& text);

/// wrong_usage: NULL where something is needed.
Result<void> need(const void* argument, std::string_view name);
/// A needed text: wrong_usage, invalid_utf8.
Result<std::string> text_of(const char* text, std::string_view name);
/// A text that may be NULL: "" then.
Result<std::string> optional_text(const char* text, std::string_view name);

/// Copies a structure of the host, as much of it as both sides know; what the host's header lacks is zero.
/// wrong_usage if it is NULL or says no size.
template <class Struct>
Result<Struct> copy_struct(const Struct* given, std::string_view name) {
    COTMOC_TRY(need(given, name));
    constexpr std::size_t size_least = sizeof(std::size_t) + sizeof(void*);
    if (given->size < size_least) {
        return fail(ErrorCode::wrong_usage, std::string(name) + ".size is not sizeof the structure");
    }
    Struct copy{};
    const std::size_t size = given->size < sizeof(Struct) ? given->size : sizeof(Struct);
    const auto* from = reinterpret_cast<const unsigned char*>(given);
    auto* to = reinterpret_cast<unsigned char*>(&copy);
    for (std::size_t i = 0; i < size; ++i) {
        to[i] = from[i];
    }
    copy.size = sizeof(Struct);
    return copy;
}

/// Calls `drop` when it goes. Not copyable: holders share it.
template <class Struct>
class Held {
public:
    explicit Held(const Struct& callbacks) : callbacks_(callbacks) {}
    ~Held() {
        if (callbacks_.drop != nullptr) {
            callbacks_.drop(callbacks_.ctx);
        }
    }
    /// Set last, once nothing can fail any more: after a failure the host keeps its ctx.
    void take_over(cotmoc_drop_fn drop) { callbacks_.drop = drop; }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    const Struct* operator->() const { return &callbacks_; }
    const Struct& operator*() const { return callbacks_; }

private:
    Struct callbacks_;
};

/// Takes callbacks over from the host: its ctx is dropped with the last holder, and not at all if this fails.
template <class Struct>
std::shared_ptr<const Held<Struct>> hold(Struct callbacks) {
    const cotmoc_drop_fn drop = std::exchange(callbacks.drop, nullptr);
    auto held = std::make_shared<Held<Struct>>(callbacks);
    held->take_over(drop);
    return held;
}

}  // namespace cotmoc::capi
