// A key store made of the host's callbacks, and the host's log.
#pragma once

#include "guard.hpp"

#include <cotmoc/key_store.h>
#include <cotmoc/log.h>

#include <cotmoc/crypto/key_store.hpp>

#include <functional>
#include <memory>

namespace cotmoc::capi {

class HostKeyStore final : public crypto::KeyStore {
public:
    /// Stands around each callback.
    using Around = std::function<Result<void>(const std::function<Result<void>()>& callback)>;
    HostKeyStore(std::shared_ptr<const Held<cotmoc_key_store>> host, Around around)
        : host_(std::move(host)), around_(std::move(around)) {}

    Result<Bytes> load() override;
    Result<void> save(BytesView key_file) override;
    Result<crypto::Secret> hardware_secret() override;
    Result<void> begin_try() override;
    Result<void> opened() override;
    Result<void> forget_previous() override;
    bool keeps_recovery() const override;
    Result<Bytes> load_recovery() override;
    Result<void> save_recovery(BytesView wrap) override;

    bool has_hardware() const { return (*host_)->hardware_secret != nullptr; }

private:
    /// A callback that the host need not have.
    Result<void> call(cotmoc_status (*callback)(void*), std::string_view name);
    using Load = cotmoc_status (*)(void*, cotmoc_octets_fn, void*);
    Result<Bytes> load_by(Load callback, std::string_view name);
    using Save = cotmoc_status (*)(void*, const uint8_t*, size_t);
    Result<void> save_by(Save callback, BytesView octets, std::string_view name);

    std::shared_ptr<const Held<cotmoc_key_store>> host_;
    Around around_;
};

/// Lines for people who look after an app; nothing if the host wants none.
class Log {
public:
    Log() = default;
    Log(std::shared_ptr<const Held<cotmoc_log>> host, std::int32_t level)
        : host_(std::move(host)), level_(level) {}
    void tell(std::int32_t level, const std::string& line) const;
    bool wants(std::int32_t level) const { return host_ != nullptr && level >= level_; }

private:
    std::shared_ptr<const Held<cotmoc_log>> host_;
    std::int32_t level_ = COTMOC_LOG_ERROR;
};

}  // namespace cotmoc::capi
