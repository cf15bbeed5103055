// The record that was changed last, still decoded: typing and receiving keep coming back to one long text.
#pragma once

#include "merge/record_state.hpp"

#include <cotmoc/base/hash.hpp>

#include <algorithm>
#include <optional>

namespace cotmoc::core {

/// Known by its row's number and very octets, so that nothing stale is ever taken for it. Its layouts are the
/// interning's: forget it when they are loaded anew.
class DecodedRecord {
public:
    /// Smaller ones are read faster than they are worth keeping.
    static constexpr std::size_t state_octets_min = 4096;

    void forget() { *this = DecodedRecord(); }
    void keep(std::int64_t row, std::string_view body, BytesView state, RecordState decoded,
              const Hash256& digest_term) {
        row_ = row;
        body_ = body;
        state_.assign(state.begin(), state.end());
        decoded_ = std::move(decoded);
        digest_term_ = digest_term;
    }
    /// Valid until the next keep(), take() or forget(); null if it is another record or was taken.
    const RecordState* find(std::int64_t row, std::string_view body, BytesView state) const {
        return decoded_ && is(row, body, state) ? &*decoded_ : nullptr;
    }
    std::optional<RecordState> take(std::int64_t row, std::string_view body, BytesView state) {
        return is(row, body, state) ? std::exchange(decoded_, std::nullopt) : std::nullopt;
    }
    /// Known also after take().
    std::optional<Hash256> digest_term(std::int64_t row, std::string_view body, BytesView state) const {
        return is(row, body, state) ? std::optional(digest_term_) : std::nullopt;
    }

private:
    bool is(std::int64_t row, std::string_view body, BytesView state) const {
        return row_ == row && !state_.empty() && std::ranges::equal(state_, state) && body_ == body;
    }

    std::int64_t row_ = 0;
    std::string body_;
    Bytes state_;
    std::optional<RecordState> decoded_;
    Hash256 digest_term_;
};

}  // namespace cotmoc::core
