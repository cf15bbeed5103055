// What an authority signs in one go: entries that follow each other, and the state that they lead to.
#pragma once

#include <cotmoc/crypto/trust_state.hpp>

namespace cotmoc::sync {

class Chain {
public:
    /// Goes on after `state`, an empty one for a new province.
    Chain(crypto::TrustState state, std::uint64_t issued_ms)
        : state_(std::move(state)), issued_ms_(issued_ms) {}

    /// The first entry that the rules refuse ends the chain; entries() tells.
    void sign(crypto::TrustBody body, const crypto::SigningKey& signer) {
        crypto::SignedTrustEntry entry = crypto::sign_trust_entry(
            {state_.position() + 1, state_.head(), issued_ms_, std::move(body)}, signer);
        append(std::move(entry.bytes));
    }
    void append(Bytes entry) {
        if (!problem_) {
            if (auto applied = state_.apply(entry); !applied) {
                problem_ = std::move(applied).error();
            }
        }
        entries_.push_back(std::move(entry));
    }

    /// What holds after the entries so far.
    const crypto::TrustState& state() const { return state_; }
    std::uint64_t issued_ms() const { return issued_ms_; }
    Result<std::span<const Bytes>> entries() const {
        if (problem_) {
            return tl::unexpected(*problem_);
        }
        return std::span<const Bytes>(entries_);
    }

private:
    crypto::TrustState state_;
    std::uint64_t issued_ms_;
    std::vector<Bytes> entries_;
    std::optional<Error> problem_;
};

}  // namespace cotmoc::sync
