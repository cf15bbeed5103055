// Options of the C interface, as long as a replica is being opened.
#pragma once

#import "CTMCall.hpp"

NS_ASSUME_NONNULL_BEGIN

struct CTMOptionsHandle {
    CTMOptionsHandle() = default;
    /// Wipes the passphrase.
    ~CTMOptionsHandle() { cotmoc_options_free(handle); }
    CTMOptionsHandle(const CTMOptionsHandle&) = delete;
    CTMOptionsHandle& operator=(const CTMOptionsHandle&) = delete;

    BOOL fill(CTMOptions* options, CTMCall& call, CTMErrorOut error);

    cotmoc_options* _Nullable handle = nullptr;

private:
    BOOL keep(CTMOptions* options, CTMCall& call, CTMErrorOut error);
};

NS_ASSUME_NONNULL_END
