// The trust feed is one chain, which several issuers extend: who signs has to be level with the hub before,
// and takes back what it signed if another one was faster (docs/roots.md).
#pragma once

#include "hub_link.hpp"

namespace cotmoc::cli {

class SharedChain {
public:
    /// With one issuer in office it does nothing. Else it syncs; the errors of hub_address() and
    /// sync_with_hub(): then nothing may be signed.
    static Result<SharedChain> begin(const Common& common, Opened& opened);
    /// Hands over what was signed since. trust_moved_on: it was taken back. True: the hub has it, or nothing
    /// had to be done.
    Result<bool> hand_over();

private:
    SharedChain(const Common& common, Opened& opened) : common_(common), opened_(opened) {}
    bool sync();
    Result<bool> settle();

    const Common& common_;
    Opened& opened_;
    std::optional<HubAddress> hub_;
    std::uint64_t level_ = 0;  // the position at which both were
};

}  // namespace cotmoc::cli
