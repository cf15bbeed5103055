// observer.h
#include "edit_json.hpp"
#include "list_query.hpp"

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

/// `of` says what is observed; the host's ctx is taken over last.
cotmoc_status observe(cotmoc_replica* replica, const cotmoc_observer* observer,
                      cotmoc_subscription** subscription, cotmoc_error* error,
                      const std::function<Result<void>(OpenReplica&, OpenReplica::Watch&)>& of) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(subscription, "subscription"));
        *subscription = nullptr;
        COTMOC_ASSIGN(cotmoc_observer copy, copy_struct(observer, "observer"));
        COTMOC_TRY(need(reinterpret_cast<const void*>(copy.changed), "observer.changed"));
        auto handle = std::make_unique<cotmoc_subscription>();
        const cotmoc_drop_fn drop = std::exchange(copy.drop, nullptr);
        const auto held = std::make_shared<Held<cotmoc_observer>>(copy);
        const auto subscribe = [&](OpenReplica& open) -> Result<void> {
            OpenReplica::Watch watch;
            COTMOC_TRY(of(open, watch));
            watch.changed = [held](const core::QueryChange& change) {
                const std::string json = change_json(change);
                (*held)->changed((*held)->ctx, json.c_str(), json.size());
            };
            COTMOC_ASSIGN(handle->watch, open.watch(std::move(watch)));
            handle->open = open.shared_from_this();
            return {};
        };
        COTMOC_TRY(with(replica, Access::replica, subscribe));
        held->take_over(drop);
        *subscription = handle.release();
        return {};
    });
}

}  // namespace

cotmoc_status cotmoc_observe_query(cotmoc_replica* replica, const cotmoc_query* query,
                                   const cotmoc_observer* observer, cotmoc_subscription** subscription,
                                   cotmoc_error* error) noexcept {
    return observe(replica, observer, subscription, error,
                   [&](OpenReplica& open, OpenReplica::Watch& watch) -> Result<void> {
                       COTMOC_ASSIGN(watch.query, list_query(open.replica(), query));
                       return {};
                   });
}

cotmoc_status cotmoc_observe_record(cotmoc_replica* replica, const char* id, const cotmoc_observer* observer,
                                    cotmoc_subscription** subscription, cotmoc_error* error) noexcept {
    return observe(replica, observer, subscription, error,
                   [&](OpenReplica&, OpenReplica::Watch& watch) -> Result<void> {
                       COTMOC_ASSIGN(const std::string text, text_of(id, "id"));
                       watch.record = from_uuid_text(text);
                       return watch.record ? Result<void>() : fail(ErrorCode::bad_id, text);
                   });
}

void cotmoc_subscription_free(cotmoc_subscription* subscription) noexcept {
    if (!check(subscription, "subscription")) {
        return;
    }
    // What is freed twice is no handle any more: the observer's `drop` may free this as its own.
    subscription->magic = 0;
    (void)guard(nullptr, [&]() -> Result<void> {
        const std::shared_ptr<OpenReplica> open = subscription->open;
        const OpenReplica::Lock lock = open->wait();
        open->unwatch(subscription->watch);
        return {};
    });
    delete subscription;
}
