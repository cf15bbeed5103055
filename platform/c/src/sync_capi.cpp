// sync.h
#include "sync_handle.hpp"

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

cotmoc_status with_sync(cotmoc_sync* sync, cotmoc_error* error,
                        const std::function<Result<void>(SyncHandle&)>& work) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(sync, "sync"));
        const std::shared_ptr<SyncHandle> handle = sync->handle;
        return work(*handle);
    });
}

}  // namespace

cotmoc_status cotmoc_sync_new(cotmoc_replica* replica, cotmoc_sync** sync, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(sync, "sync"));
        *sync = nullptr;
        COTMOC_TRY(check(replica, "replica"));
        auto made = std::make_unique<cotmoc_sync>();
        made->handle = std::make_shared<SyncHandle>(replica->open);
        *sync = made.release();
        return {};
    });
}

void cotmoc_sync_free(cotmoc_sync* sync) noexcept { release(sync); }

cotmoc_status cotmoc_sync_set_hub(cotmoc_sync* sync, const char* address, cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) -> Result<void> {
        COTMOC_ASSIGN(std::string text, text_of(address, "address"));
        return handle.set_hub(std::move(text));
    });
}

cotmoc_status cotmoc_sync_set_transport(cotmoc_sync* sync, const cotmoc_transport* transport,
                                        cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) -> Result<void> {
        if (transport == nullptr) {
            return handle.set_transport(nullptr);
        }
        COTMOC_ASSIGN(cotmoc_transport copy, copy_struct(transport, "transport"));
        if (copy.open == nullptr || copy.send == nullptr || copy.receive == nullptr ||
            copy.close == nullptr) {
            return fail(ErrorCode::wrong_usage, "a transport needs open, send, receive and close");
        }
        const cotmoc_drop_fn drop = std::exchange(copy.drop, nullptr);
        const auto held = std::make_shared<Held<cotmoc_transport>>(copy);
        COTMOC_TRY(handle.set_transport(held));
        held->take_over(drop);
        return {};
    });
}

cotmoc_status cotmoc_sync_set_progress(cotmoc_sync* sync, const cotmoc_progress_sink* sink,
                                       cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) -> Result<void> {
        if (sink == nullptr) {
            return handle.set_progress(nullptr);
        }
        COTMOC_ASSIGN(cotmoc_progress_sink copy, copy_struct(sink, "sink"));
        COTMOC_TRY(need(reinterpret_cast<const void*>(copy.progress), "sink.progress"));
        const cotmoc_drop_fn drop = std::exchange(copy.drop, nullptr);
        const auto held = std::make_shared<Held<cotmoc_progress_sink>>(copy);
        COTMOC_TRY(handle.set_progress(held));
        held->take_over(drop);
        return {};
    });
}

cotmoc_status cotmoc_sync_set_attachments(cotmoc_sync* sync, int32_t carry, uint64_t octets_max,
                                          cotmoc_error* error) noexcept {
    return with_sync(sync, error,
                     [&](SyncHandle& handle) { return handle.set_attachments(carry, octets_max); });
}

cotmoc_status cotmoc_sync_set_peer(cotmoc_sync* sync, const char* peer, cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) -> Result<void> {
        COTMOC_ASSIGN(std::string text, optional_text(peer, "peer"));
        if (peer != nullptr && text.empty()) {
            return fail(ErrorCode::wrong_usage, "a peer is DEVICE@HOST:PORT");
        }
        return handle.set_peer(std::move(text));
    });
}

cotmoc_status cotmoc_sync_want_attachment(cotmoc_sync* sync, const char* id, const char* field,
                                          const char* name, int32_t thumbnail, cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) {
        return handle.want_attachment({id, field, name, thumbnail != 0});
    });
}

cotmoc_status cotmoc_sync_run(cotmoc_sync* sync, uint64_t octets_max, uint64_t ms_max, cotmoc_text_fn view,
                              void* ctx, cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) -> Result<void> {
        sync::SliceBudget budget;
        budget.bytes = octets_max;
        budget.ms = static_cast<std::int64_t>(std::min<std::uint64_t>(ms_max, INT64_MAX / 4));
        SyncHandle::Outcome outcome;
        COTMOC_TRY(handle.run(budget, outcome));
        COTMOC_TRY(give(view, ctx, outcome.text));
        return outcome.error ? Result<void>(tl::unexpected(*outcome.error)) : Result<void>();
    });
}

cotmoc_status cotmoc_sync_watch(cotmoc_sync* sync, uint64_t interval_ms, cotmoc_text_fn ended, void* ctx,
                                cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) { return handle.watch(interval_ms, ended, ctx); });
}

cotmoc_status cotmoc_sync_prune(cotmoc_sync* sync, const char* space, cotmoc_text_fn view, void* ctx,
                                cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) -> Result<void> {
        COTMOC_ASSIGN(const std::string name, optional_text(space, "space"));
        COTMOC_ASSIGN(const std::string text, handle.prune(name));
        return give(view, ctx, text);
    });
}

cotmoc_status cotmoc_sync_request(cotmoc_sync* sync, cotmoc_error* error) noexcept {
    return with_sync(sync, error, [](SyncHandle& handle) -> Result<void> {
        handle.request();
        return {};
    });
}

cotmoc_status cotmoc_sync_network_changed(cotmoc_sync* sync, cotmoc_error* error) noexcept {
    return with_sync(sync, error, [](SyncHandle& handle) -> Result<void> {
        handle.network_changed();
        return {};
    });
}

cotmoc_status cotmoc_sync_set_hints(cotmoc_sync* sync, int32_t metered, int32_t battery_low,
                                    cotmoc_error* error) noexcept {
    return with_sync(sync, error, [&](SyncHandle& handle) -> Result<void> {
        handle.set_hints({metered != 0, battery_low != 0});
        return {};
    });
}

cotmoc_status cotmoc_sync_cancel(cotmoc_sync* sync, cotmoc_error* error) noexcept {
    return with_sync(sync, error, [](SyncHandle& handle) -> Result<void> {
        handle.cancel();
        return {};
    });
}
