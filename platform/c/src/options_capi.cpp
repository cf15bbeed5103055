// options.h
#include "handles.hpp"

#include <cotmoc/crypto/hash.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

/// Sets one text of the options.
cotmoc_status set_text(cotmoc_options* options, std::string Settings::*member, const char* text,
                       std::string_view name, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(options, "options"));
        COTMOC_ASSIGN(options->settings.*member, text_of(text, name));
        return {};
    });
}

}  // namespace

cotmoc_status cotmoc_options_new(cotmoc_options** options, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(options, "options"));
        *options = nullptr;
        // Whatever a host does begins here, but for what needs no replica.
        COTMOC_TRY(crypto::initialise());
        *options = new cotmoc_options;
        return {};
    });
}

void cotmoc_options_free(cotmoc_options* options) noexcept { release(options); }

cotmoc_status cotmoc_options_set_directory(cotmoc_options* options, const char* path,
                                           cotmoc_error* error) noexcept {
    return set_text(options, &Settings::directory, path, "path", error);
}

cotmoc_status cotmoc_options_set_passphrase(cotmoc_options* options, const uint8_t* octets, size_t size,
                                            cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(options, "options"));
        COTMOC_TRY(need(octets, "octets"));
        options->passphrase = crypto::Secret::copy_of(BytesView(octets, size));
        return {};
    });
}

cotmoc_status cotmoc_options_set_key_store(cotmoc_options* options, const cotmoc_key_store* store,
                                           cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(options, "options"));
        COTMOC_ASSIGN(const cotmoc_key_store copy, copy_struct(store, "store"));
        if (copy.load == nullptr || copy.save == nullptr) {
            return fail(ErrorCode::wrong_usage, "a key store needs load and save");
        }
        if ((copy.load_recovery == nullptr) != (copy.save_recovery == nullptr)) {
            return fail(ErrorCode::wrong_usage,
                        "a key store has load_recovery and save_recovery, or neither");
        }
        // Goes last: its `drop` may free these options.
        const auto before = std::exchange(options->settings.key_store, hold(copy));
        return {};
    });
}

cotmoc_status cotmoc_options_set_log(cotmoc_options* options, const cotmoc_log* log, int32_t level,
                                     cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(options, "options"));
        COTMOC_ASSIGN(const cotmoc_log copy, copy_struct(log, "log"));
        COTMOC_TRY(need(reinterpret_cast<const void*>(copy.line), "log.line"));
        // Goes last: its `drop` may free these options.
        const Log before = std::exchange(options->settings.log, Log(hold(copy), level));
        return {};
    });
}

cotmoc_status cotmoc_options_set_language(cotmoc_options* options, const char* language,
                                          cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(options, "options"));
        COTMOC_TRY(need(language, "language"));
        const std::string_view text = language;
        if (text != "vi" && text != "en") {
            return fail(ErrorCode::wrong_usage, "language is vi or en");
        }
        options->settings.language =
            text == "vi" ? records::Language::vietnamese : records::Language::english;
        return {};
    });
}

cotmoc_status cotmoc_options_set_state_directory(cotmoc_options* options, const char* path,
                                                 cotmoc_error* error) noexcept {
    return set_text(options, &Settings::state_directory, path, "path", error);
}

cotmoc_status cotmoc_options_set_program(cotmoc_options* options, const char* name,
                                         cotmoc_error* error) noexcept {
    return set_text(options, &Settings::program, name, "name", error);
}

cotmoc_status cotmoc_options_set_kdf(cotmoc_options* options, const char* preset,
                                     cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(options, "options"));
        COTMOC_ASSIGN(options->settings.kdf, kdf_preset_of(preset));
        return {};
    });
}
