#pragma once

#include "replica/content.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

/// One envelope on its way in, with what the checks found out so far.
struct Replica::Arriving {
    BytesView bytes;
    crypto::EnvelopeHeader header;
    Hash256 hash;
    std::int64_t position = 0;  // where it is held already, when it is applied again
    const crypto::TrustState::Device* author = nullptr;
    Bytes opened;
    BytesView ops;  // in `opened`
    Content content;
    std::vector<std::uint64_t> seen;     // its past
    std::vector<std::uint64_t> claimed;  // what its frontier names: of branches that lost it is more (S17)
    Frontier frontier;                   // the same with the hashes
    core::Store::AuthorView last;
    bool past_is_known = false;
};

}  // namespace cotmoc::sync
