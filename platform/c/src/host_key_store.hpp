// A key store made of the host's callbacks, and the host's log.
#pragma once

#include "guard.hpp"

#include <cotmoc/key_store.h>
#include <cotmoc/log.h>

#include <cotmoc/crypto/key_store.hpp>

#include <memory>

namespace cotmoc::capi {

class HostKeyStore final : public crypto::KeyStore {
public:
    explicit HostKeyStore(std::shared_ptr<const Held<cotmoc_key_store>> host) : host_(std::move(host)) {}

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
    std::shared_ptr<const Held<cotmoc_key_store>> host_;
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
