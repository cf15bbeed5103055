// replica.h: opening and closing, and what a replica is.
#include "handles.hpp"

#include <cotmoc/records/devices_json.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/quarantine_json.hpp>
#include <cotmoc/records/status_json.hpp>
#include <cotmoc/records/verification.hpp>

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/key_ring.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;
using records::JsonObject;

namespace {

Result<void> check_complete(const cotmoc_options* options) {
    COTMOC_TRY(check(options, "options"));
    if (options->settings.directory.empty()) {
        return fail(ErrorCode::wrong_usage, "the options name no directory");
    }
    return options->passphrase.empty() ? fail(ErrorCode::no_passphrase) : Result<void>();
}

std::string info_json(sync::Replica& replica) {
    std::vector<std::string> spaces;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        spaces.push_back(JsonObject()
                             .text("space", space.name)
                             .text("label", space.label)
                             .flag("writable", space.writable)
                             .finish());
    }
    return JsonObject()
        .text("device", replica.id().hex())
        .text("name", replica.name())
        .flag("joined", replica.joined())
        .flag("restored", replica.restored())
        .raw("spaces", records::json_array(spaces))
        .finish();
}

std::string verification_json(const sync::Verification& found) {
    std::vector<std::string> wrong;
    for (const Error& error : found.wrong) {
        wrong.push_back(JsonObject()
                            .text("error", error_name(error.code))
                            .text("detail", records::one_line(error.detail))
                            .finish());
    }
    return JsonObject()
        .flag("ok", found.wrong.empty())
        .raw("wrong", records::json_array(wrong))
        .raw("not_checked", records::json_texts(found.not_checked))
        .finish();
}

/// What is held back and has a hash that begins so.
Result<std::vector<core::EnvelopeRow>> quarantined(sync::Replica& replica, std::string_view digits) {
    COTMOC_ASSIGN(std::vector<core::EnvelopeRow> rows, replica.store().quarantined());
    std::erase_if(rows, [&](const core::EnvelopeRow& row) { return !row.hash.hex().starts_with(digits); });
    return rows;
}

/// Runs a step of the replica's life, which is told by `what`.
cotmoc_status live(cotmoc_replica* replica, cotmoc_error* error,
                   Result<void> (OpenReplica::*step)()) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(replica, "replica"));
        const std::shared_ptr<OpenReplica> open = replica->open;
        COTMOC_ASSIGN(const OpenReplica::Lock lock, open->patient());
        return ((*open).*step)();
    });
}

}  // namespace

cotmoc_status cotmoc_replica_create(const cotmoc_options* options, const char* name, cotmoc_replica** replica,
                                    cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(replica, "replica"));
        *replica = nullptr;
        COTMOC_TRY(check_complete(options));
        COTMOC_ASSIGN(const std::string device, text_of(name, "name"));
        const GivenOptions given(*options);
        auto handle = std::make_unique<cotmoc_replica>();
        COTMOC_ASSIGN(handle->open, OpenReplica::create(given.settings, device, given.passphrase));
        *replica = handle.release();
        return {};
    });
}

cotmoc_status cotmoc_replica_open(const cotmoc_options* options, cotmoc_replica** replica,
                                  cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(replica, "replica"));
        *replica = nullptr;
        COTMOC_TRY(check_complete(options));
        const GivenOptions given(*options);
        auto handle = std::make_unique<cotmoc_replica>();
        COTMOC_ASSIGN(handle->open, OpenReplica::open(given.settings, given.passphrase));
        *replica = handle.release();
        return {};
    });
}

cotmoc_status cotmoc_replica_close(cotmoc_replica* replica, cotmoc_error* error) noexcept {
    return live(replica, error, &OpenReplica::close);
}

void cotmoc_replica_free(cotmoc_replica* replica) noexcept {
    if (!check(replica, "replica")) {
        return;
    }
    // What is freed twice is no handle any more: a `drop` may free this as its own.
    replica->magic = 0;
    (void)guard(nullptr, [&]() -> Result<void> {
        const std::shared_ptr<OpenReplica> open = replica->open;
        const OpenReplica::Lock lock = open->wait();
        open->abandon();
        return {};
    });
    delete replica;
}

cotmoc_status cotmoc_replica_suspend(cotmoc_replica* replica, cotmoc_error* error) noexcept {
    return live(replica, error, &OpenReplica::suspend);
}

cotmoc_status cotmoc_replica_resume(cotmoc_replica* replica, cotmoc_error* error) noexcept {
    return live(replica, error, &OpenReplica::resume);
}

cotmoc_status cotmoc_replica_info(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                  cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error,
                [](OpenReplica& open) -> Result<std::string> { return info_json(open.replica()); });
}

cotmoc_status cotmoc_replica_status(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                    cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error,
                [](OpenReplica& open) { return records::status_json(open.replica()); });
}

cotmoc_status cotmoc_replica_catalogue(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                       cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [](OpenReplica& open) -> Result<std::string> {
        const core::Catalogue* catalogue = open.replica().catalogue();
        return catalogue != nullptr ? Result<std::string>(catalogue->source()) : fail(ErrorCode::not_joined);
    });
}

cotmoc_status cotmoc_replica_devices(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                     cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [](OpenReplica& open) {
        return records::devices_json(open.replica(), open.clock().wall_ms());
    });
}

cotmoc_status cotmoc_replica_verify(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                    cotmoc_error* error) noexcept {
    return tell(replica, Access::exclusive, view, ctx, error, [](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const sync::Verification found, open.replica().check_everything());
        return verification_json(found);
    });
}

cotmoc_status cotmoc_verify_file(const char* path, const char* root, cotmoc_text_fn view, void* ctx,
                                 cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const std::string file, text_of(path, "path"));
        COTMOC_ASSIGN(const std::string text, optional_text(root, "root"));
        COTMOC_TRY(crypto::initialise());
        std::optional<Hash256> fingerprint;
        if (root != nullptr) {
            fingerprint = crypto::parse_fingerprint(text);
            if (!fingerprint) {
                return fail(ErrorCode::wrong_root, "root is not a fingerprint");
            }
        }
        COTMOC_ASSIGN(const records::FileVerification found, records::verify_file(file, fingerprint));
        return give(view, ctx, records::verification_json(found.wrong, found.checked, found.not_checked));
    });
}

cotmoc_status cotmoc_replica_quarantine(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                        cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::vector<records::Held> all, records::held_back(open.replica()));
        std::vector<std::string> objects;
        for (const records::Held& held : all) {
            objects.push_back(records::held_json(open.replica(), held));
        }
        return records::json_array(objects);
    });
}

cotmoc_status cotmoc_replica_release(cotmoc_replica* replica, const char* hash, cotmoc_text_fn view,
                                     void* ctx, cotmoc_error* error) noexcept {
    return tell(replica, Access::exclusive, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string digits, text_of(hash, "hash"));
        if (digits.size() < 6) {
            return fail(ErrorCode::wrong_usage, "six digits of the change set's hash or more");
        }
        COTMOC_ASSIGN(const auto before, quarantined(open.replica(), digits));
        if (before.size() != 1) {
            return fail(before.empty() ? ErrorCode::unknown_change : ErrorCode::ambiguous_change, digits);
        }
        COTMOC_TRY(open.replica().judge_again(before.front().space));
        COTMOC_ASSIGN(const auto after, quarantined(open.replica(), digits));
        return JsonObject()
            .flag("released", after.empty())
            .text("reason", after.empty() ? std::string() : after.front().reason)
            .finish();
    });
}

cotmoc_status cotmoc_replica_digests(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                     cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error,
                [](OpenReplica& open) { return records::digests_json(open.replica()); });
}

cotmoc_status cotmoc_replica_batch(cotmoc_replica* replica, cotmoc_status (*work)(void* ctx), void* ctx,
                                   cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(reinterpret_cast<const void*>(work), "work"));
        return with(replica, Access::replica, [&](OpenReplica& open) -> Result<void> {
            return open.replica().batch([&]() -> Result<void> {
                const OpenReplica::Inside inside(open, Mode::batch);
                (void)open.take_batch_error();
                COTMOC_TRY(from_host(work(ctx), "the batch"));
                // Work that passes over the error of a call would make half of its changes durable.
                std::optional<Error> failed = open.take_batch_error();
                return failed ? Result<void>(tl::unexpected(std::move(*failed))) : Result<void>();
            });
        });
    });
}
