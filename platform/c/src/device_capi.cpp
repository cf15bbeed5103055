// device.h
#include "handles.hpp"

#include <cotmoc/records/export_json.hpp>
#include <cotmoc/records/json_text.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

/// A call on the directory of the options; its text is for the view.
template <class Work>
cotmoc_status tell_of(const cotmoc_options* options, bool needs_passphrase, cotmoc_text_fn view, void* ctx,
                      cotmoc_error* error, Work&& work) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(options, "options"));
        if (options->settings.directory.empty()) {
            return fail(ErrorCode::wrong_usage, "the options name no directory");
        }
        if (needs_passphrase && options->passphrase.empty()) {
            return fail(ErrorCode::no_passphrase);
        }
        COTMOC_ASSIGN(const std::string text, work(GivenOptions(*options)));
        return give(view, ctx, text);
    });
}

}  // namespace

cotmoc_status cotmoc_device_wipe(const cotmoc_options* options, int32_t discard_unsent, cotmoc_text_fn view,
                                 void* ctx, cotmoc_error* error) noexcept {
    return tell_of(options, false, view, ctx, error, [&](const GivenOptions& given) -> Result<std::string> {
        COTMOC_ASSIGN(const auto removed,
                      OpenReplica::wipe(given.settings, given.passphrase, discard_unsent != 0));
        return records::json_texts(removed);
    });
}

cotmoc_status cotmoc_device_ask_recovery(const cotmoc_options* options, cotmoc_text_fn view, void* ctx,
                                         cotmoc_error* error) noexcept {
    return tell_of(options, true, view, ctx, error, [&](const GivenOptions& given) {
        return OpenReplica::ask_recovery(given.settings, given.passphrase);
    });
}

cotmoc_status cotmoc_device_recover(const cotmoc_options* options, const char* answer, size_t size,
                                    cotmoc_text_fn view, void* ctx, cotmoc_error* error) noexcept {
    return tell_of(options, true, view, ctx, error, [&](const GivenOptions& given) -> Result<std::string> {
        COTMOC_TRY(need(answer, "answer"));
        return OpenReplica::recover(given.settings, given.passphrase, std::string_view(answer, size));
    });
}
